"""Asana Goals, over API 1.0."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from marshmallow import Schema, fields, validate

from connectors.contract import Missing, Page, Progress, Reach, Reading
from connectors.http.answers import records as listed
from connectors.http.client import Answer, Client
from connectors.http.fields import BaseUrl, Secret, reveal
from connectors.http.one_by_one import one_by_one
from connectors.http.paging import pages
from connectors.reading import words
from connectors.reading.gathering import Gathering
from connectors.reading.items import drop_empty
from connectors.reading.records import Record, records

TITLE = "Asana Goals"
PROVIDES = (
    "owners", "primary_owner", "parents", "levels", "teams", "cycles", "dates", "statuses", "progress", "key_results",
    "measures", "key_result_owners",
)  # fmt: skip
TESTED_AGAINST = (
    "Asana's own OpenAPI document (of June 2026) on a mock server that checks every request, and a server written for this "
    "project; never a live account"
)
GUIDE = """\
## The credential

1. In Asana's developer console (app.asana.com/0/my-apps), make a personal access token; with an Enterprise plan, better the
   token of a service account. An OAuth token needs the scopes `goals:read` and, for e-mail addresses, `users:read`.
2. Find the id (gid) of the workspace: open https://app.asana.com/api/1.0/workspaces while you are signed in.
3. Put the token where the service can read it, and name it in the settings:

       export ASANA_TOKEN=…
       okr-validator connections add goals --connector asana --set token=env:ASANA_TOKEN --set workspace=1200000000000001

A personal access token has no scopes: it sees what its user sees, so take a user who may view the goals and little else.
Goals that are private to others are not seen. This connector only reads.

## How it is read

Asana knows goals and subgoals, and no key results. With `key_results` you say which goals are read as such:

- `leaves` (default): a goal under another one, without subgoals, whose metric is not worked out from subgoals;
- `measured`: of these only the ones with a metric of their own, other than 0 to 100 percent;
- `none`: no goal; then every goal is an objective.

This is our reading, not Asana's. An objective's own metric, other than 0 to 100 percent, is a key result of it; one of 0 to
100 percent is its progress. A goal has one owner, who is accountable; its members (“followers”) are not owners and are not
asked for. Projects and other work that support a goal are initiatives. Time periods are the cycles. A goal of the workspace
has the level company, one with a team the level team; any other has none.

## Limits

- One request for each goal tells its subgoals: at 150 a minute (the allowance of a free plan) 1,000 goals take seven
  minutes. On a paid plan set `per_minute` to 1500.
- Asana's list of goals does not say when a status was last updated, and goals have no dependencies or reviews: rules on
  these are not evaluated. Percentages come as fractions (0.25) and are read as percent.
"""

_GOAL = (
    "name,notes,owner,owner.name,team,team.name,workspace.name,time_period,time_period.display_name,time_period.start_on,"
    "time_period.end_on,start_on,due_on,is_workspace_level,status,metric,metric.unit,metric.currency_code,"
    "metric.initial_number_value,metric.target_number_value,metric.current_number_value,metric.progress_source,"
    "metric.is_custom_weight"
)
_RELATION = "resource_subtype,contribution_weight,supporting_resource,supporting_resource.name"
_LIMIT = 100
_FROM_SUBGOALS = "subgoal_progress"


class SETTINGS(Schema):
    """What may be set."""

    token = Secret(required=True, metadata={"description": "The access token."})
    workspace = fields.String(
        required=True,
        validate=validate.Regexp(r"\d{1,30}\Z", error="Digits only: the gid of the workspace."),
        metadata={"description": "Id (gid) of the workspace."},
    )
    key_results = fields.String(
        load_default="leaves",
        validate=validate.OneOf(("leaves", "measured", "none")),
        metadata={"description": "Which goals are read as key results: `leaves`, `measured` or `none`; see above."},
    )
    people = fields.Boolean(load_default=True, metadata={"description": "Read the e-mail addresses of people too."})
    per_minute = fields.Integer(
        load_default=150, validate=validate.Range(1, 1500), metadata={"description": "Most requests in a minute."}
    )
    base_url = BaseUrl(load_default="https://app.asana.com/api/1.0", metadata={"description": "Address of the API."})


def fetch(settings: Mapping[str, Any], reach: Reach) -> Iterator[Page | Missing]:
    """The goals, then the subgoals and supporting work of each, then the people. Raises SourceError."""
    headers = {"Authorization": f"Bearer {reveal(settings['token'])}"}
    with Client(settings["base_url"], reach, headers=headers, per_minute=settings["per_minute"]) as client:
        ids: dict[str, None] = {}
        of_workspace = {"workspace": settings["workspace"]}
        for page in _paged(client, "/goals", {**of_workspace, "opt_fields": _GOAL}, "goals"):
            if isinstance(page, Page):
                ids.update(dict.fromkeys(str(goal["gid"]) for goal in page.records if goal.get("gid")))
                reach.progress(Progress("goals", len(ids)))
            yield page
        for part in one_by_one(client, tuple(ids), partial(_below, client), what="subgoals", reach=reach, needed=False):
            yield part if isinstance(part, Missing) else Page("below", [part.data])
            if isinstance(part, Answer) and part.data["cut"]:
                yield Missing(f"more subgoals of goal {part.data['goal']}", part.data["cut"], (part.data["goal"],))
        if settings["people"]:
            yield from _paged(
                client, "/users", {**of_workspace, "opt_fields": "name,email"}, "e-mail addresses", needed=False
            )


def _paged(
    client: Client, path: str, params: Mapping[str, Any], what: str, *, needed: bool = True
) -> Iterator[Page | Missing]:
    def ask(offset: str | None) -> Answer:
        answer = client.get(path, {**params, "limit": _LIMIT, "offset": offset})
        listed(answer, "data")
        return answer

    for answer in pages(ask, _offset, what=what, needed=needed):
        yield answer if isinstance(answer, Missing) else Page(path.strip("/"), listed(answer, "data"))


def _offset(answer: Answer) -> str | None:
    """The token of the next page. The link beside it names Asana's own host and is not needed."""
    following = answer.data.get("next_page")
    offset = following.get("offset") if isinstance(following, Mapping) else None
    return offset if isinstance(offset, str) and offset else None


def _below(client: Client, gid: str) -> Answer:
    """What supports a goal, all pages as one answer, with the reason if it is not all. Raises HttpFault."""
    found: list[dict[str, Any]] = []
    cut = None
    for page in _paged(client, "/goal_relationships", {"supported_goal": gid, "opt_fields": _RELATION}, "subgoals"):
        if isinstance(page, Missing):
            cut = page.reason
        else:
            found += page.records
    return Answer(200, {}, {"goal": gid, "supported_by": found, "cut": cut}, "")


class _Above(NamedTuple):
    goal: str
    weight: float | None


class _Goals:
    """Goals and how they hang together, while they come in."""

    def __init__(self, wanted: str) -> None:
        self.wanted = wanted
        self.by_id: dict[str, Record] = {}
        self.above: dict[str, list[_Above]] = {}
        self.with_subgoals: set[str] = set()
        self.work: dict[str, dict[str, Any]] = {}

    def hang(self, below: Record) -> None:
        """Take in what supports a goal: subgoals, and projects and other work."""
        goal = below.id("goal")
        for relation in below.many("supported_by"):
            resource = relation.inner("supporting_resource")
            gid = resource.id("gid")
            if not gid or gid == goal:
                continue
            # The schema types every resource as a project; only the relation tells subgoals apart.
            if relation.text("resource_subtype") == "subgoal":
                self.with_subgoals.add(goal)
                self.above.setdefault(gid, []).append(_Above(goal, relation.number("contribution_weight")))
            else:
                made = {"id": gid, "title": resource.text("name"), "objectives": []}
                self.work.setdefault(gid, made)["objectives"].append(goal)

    def is_key_result(self, gid: str) -> bool:
        """Whether a goal is read as a key result; one whose subgoals could not be read is taken to have none."""
        metric = self.by_id[gid].inner("metric")
        leaf = gid in self.above and gid not in self.with_subgoals
        if self.wanted == "none" or not leaf or not metric.data or metric.text("progress_source") == _FROM_SUBGOALS:
            return False
        return self.wanted == "leaves" or not _is_percent_done(metric)

    def links(self, gid: str) -> list[dict[str, Any]]:
        """The links up of a goal; weights only where the goal above uses them."""
        return [
            drop_empty({"id": goal, "kind": "parent", "weight": weight if self._weighs(goal) else None})
            for goal, weight in dict.fromkeys(self.above.get(gid, ()))
        ]

    def _weighs(self, gid: str) -> bool:
        return gid in self.by_id and self.by_id[gid].inner("metric").data.get("is_custom_weight") is True


def to_document(pages: Iterable[Page | Missing], settings: Mapping[str, Any]) -> Reading:
    """Map goals to objectives and key results, as the settings say."""
    gathering, goals = Gathering(), _Goals(settings["key_results"])
    for page in gathering.pages(pages):
        for record in records(page.records, gathering.odd, page.kind):
            if page.kind == "goals" and (gid := record.id("gid")):
                if gid in goals.by_id:
                    gathering.counts["Goals that came more than once, of which the last was taken"] += 1
                goals.by_id[gid] = record
            elif page.kind == "below":
                goals.hang(record)
            elif page.kind == "users":
                gathering.name("people", record.id("gid"), name=record.text("name"), email=record.text("email"))
    for gid, goal in goals.by_id.items():
        (_key_result if goals.is_key_result(gid) else _objective)(gathering, goals, goal)
    name = next((goal.inner("workspace").text("name") for goal in goals.by_id.values()), "")
    reading = gathering.reading("Asana", PROVIDES)
    reading.document["organisation"] = drop_empty({"id": settings["workspace"], "name": name})
    reading.document.update(drop_empty({"initiatives": list(goals.work.values())}))
    return reading


def _objective(gathering: Gathering, goals: _Goals, goal: Record) -> None:
    gid, metric, owner = goal.id("gid"), goal.inner("metric"), _person(gathering, goal)
    percent_done = bool(metric.data) and _is_percent_done(metric)
    team = _team(gathering, goal)
    gathering.objective(
        gid,
        goal.text("name"),
        **_common(gathering, goal),
        level="company" if goal.data.get("is_workspace_level") is True else "team" if team else None,
        team=team,
        owners=[{"person": owner, "primary": True}] if owner else [],
        parents=goals.links(gid),
        start=goal.day("start_on"),
        end=goal.day("due_on"),
        progress=_amount(metric, "current_number_value") if percent_done else None,
    )
    if metric.id("gid") and not percent_done and metric.text("progress_source") != _FROM_SUBGOALS:
        gathering.key_result(metric.id("gid"), gid, goal.text("name"), owner=owner, **_measure(metric))


def _key_result(gathering: Gathering, goals: _Goals, goal: Record) -> None:
    gid = goal.id("gid")
    home, *others = goals.links(gid)
    gathering.key_result(
        gid,
        home["id"],
        goal.text("name"),
        **_common(gathering, goal),
        **_measure(goal.inner("metric")),
        owner=_person(gathering, goal),
        lead_team=_team(gathering, goal),
        parents=others,
        start_date=goal.day("start_on"),
        due=goal.day("due_on"),
    )


def _common(gathering: Gathering, goal: Record) -> dict[str, Any]:
    period = goal.inner("time_period")
    days = {"start": period.day("start_on"), "end": period.day("end_on")}
    return {
        "description": goal.text("notes"),
        "cycle": gathering.name("cycles", period.id("gid"), name=period.text("display_name"), **days),
        "status": words.status(goal.text("status")),
    }


def _measure(metric: Record) -> dict[str, Any]:
    names = {"start": "initial_number_value", "target": "target_number_value", "current": "current_number_value"}
    values = {field: _amount(metric, name) for field, name in names.items()}
    start, target = values["start"], values["target"]
    way = None if start is None or target is None or start == target else "increase" if target > start else "decrease"
    return {**values, "unit": _unit(metric), "direction": way}


def _unit(metric: Record) -> str:
    unit = metric.text("unit")
    return metric.text("currency_code") or unit if unit == "currency" else words.unit(unit)


def _amount(metric: Record, field: str) -> float | None:
    """A number of a metric; percentages come as fractions."""
    value = metric.number(field)
    if value is None or metric.text("unit") != "percentage":
        return value
    return round(value * 100, 9)


def _is_percent_done(metric: Record) -> bool:
    """Whether a metric only tells how much is done, which is what Asana gives every goal to begin with."""
    return _unit(metric) == "%" and (_amount(metric, "initial_number_value"), _amount(metric, "target_number_value")) == (0, 100)  # fmt: skip


def _person(gathering: Gathering, goal: Record) -> str:
    owner = goal.inner("owner")
    return gathering.name("people", owner.id("gid"), name=owner.text("name"))


def _team(gathering: Gathering, goal: Record) -> str:
    team = goal.inner("team")
    return gathering.name("teams", team.id("gid"), name=team.text("name"))
