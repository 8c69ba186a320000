"""Mappings for tools that nobody here wrote a connector for, from what is documented of them."""

from __future__ import annotations

LATTICE = """
tool: Lattice
base_url: https://api.latticehq.com/v1
auth: {kind: bearer, secret: env:OKR_TEST_TOOL_SECRET}
read:
  - get: /goals
    query: {limit: 50}
    records: data
    paging: {kind: cursor, at: endingCursor, send: startingAfter, more: hasMore}
    objectives:
      where: {okrType: objective}
      unless: {state: Archived}
      id: id
      title: name
      level: {path: goalType, words: {Group: team}}
      team: department.id
      parents: parentGoal.id
      status: [status, state]
    key_results:
      where: {okrType: key_result}
      id: id
      objective: parentGoal.id
      title: name
      unit: {path: amountType, words: {Percent: "%", Dollar: $, "*": null}}
      start: startingAmount
      target: endingAmount
      current: currentAmount
    then:
      - get: /goal/{id}/owners
        where: {okrType: objective}
        objectives: {id: ^.id, owners: data.*.id}
        people: {records: data, id: id, name: name, email: email}
"""
TABILITY = """
tool: Tability
base_url: https://api.tability.app/v2
auth: {kind: header, name: Authorization, prefix: "API ", secret: env:OKR_TEST_TOOL_SECRET}
read:
  - get: /workspaces/acme/plans
    paging: {kind: link}
    cycles: {id: id, name: title, start: start_at, end: finish_at}
    then:
      - get: /plans/{id}/objectives
        paging: {kind: link}
        objectives: {id: id, title: title, cycle: ^.id, url: {template: "https://tability.app/{^.slug}/o/{id}"}}
        then:
          - get: /objectives/{id}/outcomes
            paging: {kind: link}
            key_results:
              id: id
              objective: ^.id
              title: title
              cycle: ^.^.id
              start: from
              target: to
              current: current_checkin.score
              status: current_checkin.confidence
              owner: membership.user.id
"""
QUANTIVE = """
tool: Quantive
base_url: https://app.us.quantive.com/results/api/v1
auth: {kind: bearer, secret: env:OKR_TEST_TOOL_SECRET}
headers: {gtmhub-accountId: acme}
read:
  - get: /goals
    query: {sessionId: s1, limit: 50}
    records: items
    paging: {kind: offset, send: skip, total: totalCount}
    objectives:
      id: id
      title: name
      owner: [ownerId, owner.id]
      parents: [parentId, parentGoalId]
      cycle: sessionId
      start: dateFrom
      end: {path: dateTo, words: {"0001-01-01T00:00:00Z": null}}
      progress: {path: attainment, times: 100}
  - get: /metrics
    records: items
    paging: {kind: page, total: totalCount}
    key_results: {id: id, objective: goalId, title: name, start: initialValue, target: target, current: actual, owner: ownerId}
  - get: /sessions
    records: items
    cycles: {id: id, name: title, start: {path: start, date: seconds}, end: {path: end, date: milliseconds}}
"""
PERDOO = """
tool: Perdoo
base_url: https://api-eu.perdoo.com
auth: {kind: bearer, secret: env:OKR_TEST_TOOL_SECRET}
read:
  - post: /graphql/
    body:
      query: "query($after: String) { objectives(first: 50, after: $after) { edges { node { id name } } pageInfo { hasNextPage endCursor } } }"
    records: data.objectives.edges.*.node
    paging: {kind: relay, at: data.objectives.pageInfo}
    people: {records: lead, id: id, name: name}
    objectives: {id: id, title: name, owner: lead.id, tags: tags}
  - post: /graphql/
    body:
      query: "query($after: String, $max: Int) { keyResults(first: $max, after: $after) { edges { node { id } } pageInfo { hasNextPage } } }"
      variables: {max: 50}
    records: data.keyResults.edges.*.node
    paging: {kind: relay, at: data.keyResults.pageInfo}
    key_results: {unless: {type: INITIATIVE}, id: id, objective: objective.id, title: name, unit: metricUnit, target: endValue}
    initiatives: {where: {type: INITIATIVE}, id: id, title: name, objectives: objective.id, owner: lead.id}
"""
LEAPSOME = """
tool: Leapsome
base_url: https://api.leapsome.com/v1
auth: {kind: bearer, secret: env:OKR_TEST_TOOL_SECRET}
read:
  - get: /goals
    query: {state: "live,draft,archived", limit: 200}
    records: data
    paging: {kind: cursor, at: meta.cursor, send: cursor}
    teams: {records: [team, keyResults.*.ownerTeam], id: id, name: name}
    people: {records: [user, managedBy, keyResults.*.ownerUser], id: id, name: fullName, email: email}
    objectives:
      unless: {status: removed}
      id: id
      title: name
      level: {path: type, words: {user: individual}}
      team: team.id
      owner: [user.id, managedBy.id]
      parents: parent._id
      status: [progressStatus, status]
      progress: progress
      end: deadline
      key_results:
        records: keyResults
        id: id
        title: name
        unit: {path: metric.type, words: {percentage: "%", currency: currency, "*": null}}
        start: metric.start
        target: metric.end
        current: metric.current
        owner: ownerUser.id
"""
