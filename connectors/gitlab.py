"""GitLab OKRs: work items of the types objective and key result, over GraphQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from connectors.contract import Missing, Page, Progress, Reach, Reading
from connectors.graphql.asking import Endpoint
from connectors.graphql.relay import Listing, listed
from connectors.http.client import Client
from connectors.http.fields import BaseUrl, Secret, reveal
from connectors.reading import words
from connectors.reading.gathering import Gathering
from connectors.reading.items import KEY_RESULT
from connectors.reading.records import Record, records

TITLE = "GitLab OKRs"
PROVIDES = (
    "owners", "primary_owner", "parents", "teams", "cycles", "dates", "statuses", "progress", "updates", "created_by",
    "key_results", "measures", "key_result_owners",
)  # fmt: skip
TESTED_AGAINST = (
    "documentation only: GitLab's GraphQL reference; a server written for this project runs the queries on an excerpt of its "
    "types and prices them; never a live GitLab"
)
GUIDE = """\
GitLab has OKRs in the Ultimate tier, behind the feature flag `okrs_mvc`, which is off by default; GitLab calls them not ready
for production.

## The credential

1. In the project that holds the OKRs (or the group above it), make a project or group access token with the role Reporter
   and the scope `read_api`, and nothing more. With the role Guest, confidential work items are not seen. A personal access
   token of such a member does as well.
2. Put it where the service can read it, and name it in the settings:

       export GITLAB_TOKEN=glpat-…
       okr-validator connections add goals --connector gitlab --set token=env:GITLAB_TOKEN --set project=acme/okrs

   For a GitLab of your own, `--set base_url=https://gitlab.acme.example`; if it lies in a private network, allow that network
   for the service.

This connector only reads.

## How it is read

- Objectives and key results lie below each other by the hierarchy. A key result whose parent was not read stays a link to it.
- Assignees are the owners. Where exactly one is set, that is the person accountable; of several, GitLab does not say who is.
  The owner of a key result with several is the first one named; a note tells how many.
- The milestone is the cycle; start and due dates are those of the work item itself.
- A closed work item is `closed`; an open one has its health status, or is `active` without one. “Needs attention” and “at
  risk” are both read as `at_risk`.
- The progress widget gives progress, start, end and current value, and the day of the last check-in.
- GitLab has no teams for work items. Where scoped labels name them, such as `team::Growth`, set `team_label=team`.

## Limits

- Work items have no level. A link “blocks” or “is blocked by” between work items says neither which team must deliver nor by
  when: it is not read as a dependency between teams.
- Values are whole numbers and have no unit.
- Up to 10 assignees and 30 labels of a work item are read; one with more makes the reading incomplete.
- GitLab prices a query, and takes 250 points: where a page of 50 work items is too costly, smaller ones are asked for.
"""
_AT_ONCE = 50
_FIELDS = """
    pageInfo { hasNextPage endCursor }
    nodes {
      id title state webUrl
      workItemType { name }
      author { id name }
      widgets {
        ... on WorkItemWidgetDescription { description }
        ... on WorkItemWidgetAssignees { assignees(first: 10) { nodes { id name publicEmail } pageInfo { hasNextPage } } }
        ... on WorkItemWidgetHierarchy { parent { id } }
        ... on WorkItemWidgetMilestone { milestone { id title startDate dueDate } }
        ... on WorkItemWidgetStartAndDueDate { startDate dueDate }
        ... on WorkItemWidgetLabels { labels(first: 30) { nodes { title } pageInfo { hasNextPage } } }
        ... on WorkItemWidgetHealthStatus { healthStatus }
        ... on WorkItemWidgetProgress { progress startValue currentValue endValue updatedAt }
      }
    }
"""
_OPEN_ONLY = "opened"


def _query(where: str, more: str = "") -> str:
    listed = f"types: [OBJECTIVE, KEY_RESULT], sort: CREATED_ASC, state: $state, first: $first, after: $after{more}"
    return f"""query Okrs($path: ID!, $state: IssuableState, $first: Int!, $after: String) {{
  {where}(fullPath: $path) {{ workItems({listed}) {{ {_FIELDS} }} }}
}}"""


QUERIES = {"project": _query("project"), "group": _query("group", ", includeDescendants: true")}
"""What is asked, by where the OKRs lie."""
_PATH = validate.Regexp(r"[A-Za-z0-9_.][\w./-]{0,500}\Z", error="The path in the address, such as acme/okrs.")


class SETTINGS(Schema):
    """What may be set."""

    token = Secret(required=True, metadata={"description": "The access token."})
    project = fields.String(
        load_default=None,
        validate=_PATH,
        metadata={"description": "Path of the project that holds the OKRs, such as `acme/okrs`."},
    )
    group = fields.String(
        load_default=None,
        validate=_PATH,
        metadata={"description": "Or path of a group: the OKRs of it and of all projects and groups below."},
    )
    closed = fields.Boolean(
        load_default=True,
        metadata={"description": "Read closed work items too; without them, a link to one leads nowhere."},
    )
    team_label = fields.String(
        load_default=None,
        validate=validate.Length(1, 100),
        metadata={"description": "Key of the scoped labels that name the team: `team` for `team::Growth`."},
    )
    base_url = BaseUrl(load_default="https://gitlab.com", metadata={"description": "Address of GitLab."})

    @validates_schema
    def _one_place(self, data: Mapping[str, Any], **_: Any) -> None:
        if (data.get("project") is None) is (data.get("group") is None):
            raise ValidationError("Set the path of a project or of a group, one of them.", "project")


def fetch(settings: Mapping[str, Any], reach: Reach) -> Iterator[Page | Missing]:
    """The work items page by page. Raises SourceError."""
    where = "group" if settings["project"] is None else "project"
    variables = {"path": settings[where], "state": None if settings["closed"] else _OPEN_ONLY}
    headers = {"PRIVATE-TOKEN": reveal(settings["token"])}
    with Client(settings["base_url"], reach, headers=headers) as client:
        endpoint, done = Endpoint(client, "/api/graphql", reach), 0
        for page in listed(endpoint, Listing(QUERIES[where], variables, (where, "workItems"), "work items", _AT_ONCE)):
            if isinstance(page, Page):
                done += len(page.records)
                reach.progress(Progress("work items", done))
            yield page


def to_document(pages: Iterable[Page | Missing], settings: Mapping[str, Any]) -> Reading:
    """Map work items to objectives and key results."""
    gathering, team_label = Gathering(), settings["team_label"]
    for page in gathering.pages(pages):
        for item in records(page.records, gathering.odd, "work item"):
            if item.id("id"):
                _item(gathering, item, _widgets(item), f"{team_label}::" if team_label else None)
    reading = gathering.reading("GitLab", [name for name in PROVIDES if name != "teams" or team_label])
    reading.document["source"]["url"] = f"{settings['base_url']}/{settings['project'] or settings['group']}"
    return reading


def _widgets(item: Record) -> Record:
    """The fields of all widgets as one record: each has its own names."""
    merged: dict[str, Any] = {}
    for widget in item.many("widgets"):
        merged |= widget.data
    return Record(merged, item.odd)


def _item(gathering: Gathering, item: Record, widgets: Record, team_key: str | None) -> None:
    id_, parent, author = item.id("id"), widgets.inner("parent").id("id"), item.inner("author")
    labels = [label.text("title") for label in widgets.inner("labels").many("nodes") if label.text("title")]
    team = _team(gathering, labels, team_key)
    owners = [_person(gathering, person) for person in widgets.inner("assignees").many("nodes")]
    owners = [person for person in dict.fromkeys(owners) if person]
    milestone = widgets.inner("milestone")
    days = {"start": milestone.day("startDate"), "end": milestone.day("dueDate")}
    common = {
        "description": widgets.text("description"),
        "cycle": gathering.name("cycles", milestone.id("id"), name=milestone.text("title"), **days),
        "status": _status(item, widgets),
        "progress": widgets.number("progress"),
        "updated_at": widgets.day("updatedAt"),
        "created_by": _person(gathering, author),
        "url": item.text("webUrl"),
        "tags": labels,
    }
    if words.kind(item.inner("workItemType").text("name")) == KEY_RESULT:
        _key_result(gathering, item, widgets, owners, {**common, "lead_team": team})
        return
    gathering.objective(
        id_,
        item.text("title"),
        **common,
        team=team,
        owners=[{"person": person, **({"primary": True} if len(owners) == 1 else {})} for person in owners],
        parents=[{"id": parent, "kind": "parent"}] if parent and parent != id_ else None,
        start=widgets.day("startDate"),
        end=widgets.day("dueDate"),
    )


def _key_result(
    gathering: Gathering, item: Record, widgets: Record, owners: list[str], common: Mapping[str, Any]
) -> None:
    if len(owners) > 1:
        gathering.counts["Key results with several assignees, of whom the first was taken"] += 1
    gathering.key_result(
        item.id("id"),
        widgets.inner("parent").id("id"),
        item.text("title"),
        **common,
        owner=owners[0] if owners else None,
        start=widgets.number("startValue"),
        target=widgets.number("endValue"),
        current=widgets.number("currentValue"),
        start_date=widgets.day("startDate"),
        due=widgets.day("dueDate"),
    )


def _status(item: Record, widgets: Record) -> str:
    return "closed" if item.text("state") == "CLOSED" else words.status(widgets.text("healthStatus")) or "active"


def _team(gathering: Gathering, labels: list[str], key: str | None) -> str:
    """The team of the first label with this key."""
    named = next((label[len(key) :].strip() for label in labels if key and label.startswith(key)), "")
    return gathering.name("teams", named, name=named)


def _person(gathering: Gathering, user: Record) -> str:
    return gathering.name("people", user.id("id"), name=user.text("name"), email=user.text("publicEmail"))
