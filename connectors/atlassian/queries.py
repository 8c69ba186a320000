"""What Atlassian's GraphQL is asked."""

from __future__ import annotations

SITE = "query Site($hosts: [String!]!) { tenantContexts(hostNames: $hosts) { cloudId } }"

_GOAL = """
fragment Goal on TownsquareGoal {
  id name url description startDate isArchived latestUpdateDate
  targetDate { dateRange { end } }
  status { value }
  progress { percentage }
  owner { accountId name }
  parentGoal { id }
  teams(first: 10) { edges { node { id displayName } } pageInfo { hasNextPage } }
  tags(first: 20) { edges { node { name } } pageInfo { hasNextPage } }
  metricTargets(first: 20) {
    edges {
      node {
        id startValue targetValue
        snapshotValue { value time }
        metric { name type subType latestValue { value time } }
      }
    }
    pageInfo { hasNextPage }
  }
  successMeasures(first: 50) { edges { node { id } } pageInfo { hasNextPage } }
}
"""
# The search text "" finds all; exact searches by it are said to be unreliable.
GOALS = f"""
query Goals($container: ID!, $first: Int!, $after: String) {{
  goals_search(containerId: $container, searchString: "", sort: [CREATION_DATE_ASC], first: $first, after: $after) {{
    edges {{ node {{ ...Goal }} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
{_GOAL}"""
BY_IDS = f"""
query GoalsByIds($ids: [ID!]!) {{ goals_byIds(goalIds: $ids) {{ ...Goal }} }}
{_GOAL}"""
