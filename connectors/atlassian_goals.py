"""Atlassian Goals (once Atlas), over the GraphQL of the Atlassian platform."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from marshmallow import Schema, fields, validate

from connectors.atlassian import queries
from connectors.atlassian.documents import text_of
from connectors.contract import Fault, Missing, Page, Progress, Reach, Reading, SourceError
from connectors.graphql.asking import Endpoint, Reply, ask
from connectors.graphql.relay import CUT, Listing, is_cut, listed
from connectors.http.client import Client
from connectors.http.faults import HttpFault
from connectors.http.fields import BaseUrl, Secret, reveal
from connectors.reading import words
from connectors.reading.gathering import Gathering
from connectors.reading.records import Record, records

TITLE = "Atlassian Goals"
PROVIDES = (
    "owners", "primary_owner", "contributors", "parents", "teams", "dates", "statuses", "progress", "updates", "key_results",
    "measures", "key_result_owners",
)  # fmt: skip
TESTED_AGAINST = (
    "documentation only: the GraphQL types that Atlassian publishes for Forge apps (4.3.0), and for `goals_search` public "
    "clients of it; a server written for this project runs the queries on an excerpt of those types; never a live site"
)
GUIDE = """\
## The credential

1. Sign in as a user who may view the goals and little else, open id.atlassian.com, *Security*, *API tokens*, and create a
   token without scopes. (One with scopes works at another address; with an OAuth app the scope is `read:goal:townsquare`.)
2. Put the token where the service can read it, and name it in the settings, with the e-mail address of that user:

       export ATLASSIAN_TOKEN=…
       okr-validator connections add goals --connector atlassian-goals --set site=acme.atlassian.net \\
         --set email=okr-reader@acme.example --set token=env:ATLASSIAN_TOKEN

Such a token sees what its user sees; it expires after a year at most. This connector only reads.

## How it is read

- A goal is an objective of its one owner. Its parent goal is a link.
- A goal that measures the success of another one (what Atlassian calls a success measure, such as the type “Key result”) is
  a key result of that one, with its own owner, and the numbers of its first metric.
- Each metric of any other goal is a key result of it, which the goal's owner answers for.
- A goal with one team belongs to that team. Of several, Atlassian does not say which one leads: all are contributors.
- An archived goal is `closed`, unless it is done or cancelled. The last day is the end of the target date, which may be a
  month or a quarter. The day of the last check-in is that of the latest update.
- Descriptions come as formatted documents; only their text is kept.

## Limits

- Goals have no levels, no cycles and no creator here: rules on these are not evaluated. Dependencies between goals are not in
  the published types.
- Up to 10 teams, 20 tags, 20 metrics and 50 success measures of a goal are read; a goal with more makes the reading
  incomplete. E-mail addresses are not asked for.
- Atlassian limits the cost of a query without saying to how much: where a page of 50 goals is too costly, smaller ones are
  asked for. Errors that come beside data make the reading incomplete, and name the goals that they concern.
"""
_AT_ONCE = 50
_FINAL = ("done", "cancelled")
_ABSENT = "Atlassian did not send them: they may be deleted, or out of this user's sight."
_HIDDEN = "They came empty: they may be out of this user's sight."
_UNITS = {"PERCENTAGE": "%", "CURRENCY": "currency"}


class SETTINGS(Schema):
    """What may be set."""

    site = fields.String(
        required=True,
        validate=validate.Regexp(
            r"[A-Za-z0-9][A-Za-z0-9.-]{0,250}\Z", error="A host name, such as acme.atlassian.net."
        ),
        metadata={"description": "Host name of the site, such as `acme.atlassian.net`."},
    )
    email = fields.String(
        required=True,
        validate=validate.Email(),
        metadata={"description": "E-mail address of the user whose token it is."},
    )
    token = Secret(required=True, metadata={"description": "The API token."})
    base_url = BaseUrl(
        load_default=None,
        metadata={"description": "Address of the API. Default: `/gateway/api` on the site."},
    )


def fetch(settings: Mapping[str, Any], reach: Reach) -> Iterator[Page | Missing]:
    """The goals page by page, then the success measures that were not among them. Raises SourceError."""
    token = reveal(settings["token"])
    basic = base64.b64encode(f"{settings['email']}:{token}".encode()).decode()
    base_url = settings["base_url"] or f"https://{settings['site']}/gateway/api"
    with Client(base_url, reach, headers={"Authorization": f"Basic {basic}"}, secrets=(token,)) as client:
        endpoint = Endpoint(client, "/graphql", reach)
        variables = {"container": f"ari:cloud:townsquare::site/{_cloud(endpoint, settings['site'])}"}
        seen: set[str] = set()
        measures: dict[str, None] = {}
        for page in listed(endpoint, Listing(queries.GOALS, variables, ("goals_search",), "goals", _AT_ONCE)):
            if isinstance(page, Page):
                seen.update(_ids(page.records))
                measures |= dict.fromkeys(_measures(page.records))
                reach.progress(Progress("goals", len(seen)))
            yield from _with_hidden(page)
        asked = [id_ for id_ in measures if id_ not in seen]
        seen.update(asked)
        deeper: dict[str, None] = {}
        for page in _by_ids(endpoint, asked):
            if isinstance(page, Page):
                deeper |= dict.fromkeys(_measures(page.records))
            yield from _with_hidden(page)
        if left := tuple(id_ for id_ in deeper if id_ not in seen):
            yield Missing("success measures of success measures", "They are not asked for.", left)


def _cloud(endpoint: Endpoint, site: str) -> str:
    """The id of the site. Raises SourceError."""
    found = ask(endpoint, queries.SITE, {"hosts": [site]}).data.get("tenantContexts")
    first = found[0] if isinstance(found, list) and found else None
    cloud = first.get("cloudId") if isinstance(first, Mapping) else None
    if not isinstance(cloud, str) or not cloud:
        raise SourceError(Fault("/site", f"Atlassian knows no site “{site}”.", "Give the host name as in the browser."))
    return cloud


def _by_ids(endpoint: Endpoint, ids: list[str]) -> Iterator[Page | Missing]:
    for begin in range(0, len(ids), _AT_ONCE):
        some = ids[begin : begin + _AT_ONCE]
        try:
            reply = ask(endpoint, queries.BY_IDS, {"ids": some})
        except HttpFault as fault:
            yield fault.missing("success measures", tuple(some))
            continue
        found = reply.data.get("goals_byIds")
        goals = [goal for goal in found if goal] if isinstance(found, list) else []
        yield Page("goals", goals)
        yield from _lost(reply, goals, some)


def _lost(reply: Reply, goals: list[Any], asked: list[str]) -> Iterator[Missing]:
    """What did not come of the goals that were asked for by id, or not whole."""
    if reply.errors:
        yield reply.errors[0].missing("parts of success measures", tuple(asked))
    came, cut = _ids(goals), _ids([goal for goal in goals if is_cut(goal)])
    if absent := tuple(id_ for id_ in asked if id_ not in came):
        yield Missing("success measures", _ABSENT, absent)
    if cut:
        yield Missing("parts of success measures", CUT, tuple(cut))


def _with_hidden(part: Page | Missing) -> Iterator[Page | Missing]:
    """Goals, and which of them have success measures that came empty."""
    yield part
    hiding = [goal for goal in _read(part.records) if _hides(goal)] if isinstance(part, Page) else []
    if hiding:
        yield Missing("success measures of some goals", _HIDDEN, tuple(_ids([goal.data for goal in hiding])) or None)


def _hides(goal: Record) -> bool:
    edges = goal.inner("successMeasures").data.get("edges")
    return isinstance(edges, list) and len(_measures([goal.data])) < len(edges)


def _read(goals: Sequence[Any]) -> Iterator[Record]:
    return records(goals, Counter(), "goal")


def _ids(goals: Sequence[Any]) -> list[str]:
    return [id_ for goal in _read(goals) if (id_ := goal.id("id"))]


def _measures(goals: Sequence[Any]) -> list[str]:
    """The ids of the success measures of some goals."""
    return [id_ for goal in _read(goals) for each in _nodes(goal, "successMeasures") if (id_ := each.id("id"))]


def _nodes(record: Record, field: str) -> list[Record]:
    return [edge.inner("node") for edge in record.inner(field).many("edges")]


def to_document(pages: Iterable[Page | Missing], settings: Mapping[str, Any]) -> Reading:
    """Map goals to objectives, and their success measures and metrics to key results."""
    gathering = Gathering()
    goals: dict[str, Record] = {}
    homes: dict[str, str] = {}
    for page in gathering.pages(pages):
        for goal in records(page.records, gathering.odd, "goal"):
            if not (id_ := goal.id("id")):
                continue
            if id_ in goals:
                gathering.counts["Goals that came more than once, of which the last was taken"] += 1
            goals[id_] = goal
            homes |= {each.id("id"): id_ for each in _nodes(goal, "successMeasures") if each.id("id") not in ("", id_)}
    for id_, goal in goals.items():
        if id_ in homes:
            _success_measure(gathering, goal, homes[id_])
        else:
            _objective(gathering, goal)
    reading = gathering.reading("Atlassian Goals", PROVIDES)
    reading.document["organisation"] = {"name": settings["site"]}
    return reading


def _objective(gathering: Gathering, goal: Record) -> None:
    id_, owner, parent = goal.id("id"), _owner(gathering, goal), goal.inner("parentGoal").id("id")
    teams = _teams(gathering, goal)
    gathering.objective(
        id_,
        goal.text("name"),
        **_common(goal),
        team=teams[0] if len(teams) == 1 else None,
        contributors=[{"team": team} for team in teams] if len(teams) > 1 else None,
        owners=[{"person": owner, "primary": True}] if owner else None,
        parents=[{"id": parent, "kind": "parent"}] if parent and parent != id_ else None,
        start=goal.day("startDate"),
        end=goal.inner("targetDate").inner("dateRange").day("end"),
    )
    for target in _nodes(goal, "metricTargets"):
        if target.id("id"):
            title = target.inner("metric").text("name") or goal.text("name")
            checked = target.inner("snapshotValue").day("time")
            gathering.key_result(target.id("id"), id_, title, owner=owner, updated_at=checked, **_measure(target))


def _success_measure(gathering: Gathering, goal: Record, objective: str) -> None:
    targets = [target for target in _nodes(goal, "metricTargets") if target.id("id")]
    if len(targets) > 1:
        gathering.counts["Success measures with several metrics, of which the first was taken"] += 1
    teams = _teams(gathering, goal)
    gathering.key_result(
        goal.id("id"),
        objective,
        goal.text("name"),
        **_common(goal),
        **(_measure(targets[0]) if targets else {}),
        metric=targets[0].inner("metric").text("name") if targets else None,
        owner=_owner(gathering, goal),
        lead_team=teams[0] if len(teams) == 1 else None,
        shared_with=teams if len(teams) > 1 else None,
        start_date=goal.day("startDate"),
        due=goal.inner("targetDate").inner("dateRange").day("end"),
    )


def _common(goal: Record) -> dict[str, Any]:
    said = words.status(goal.inner("status").text("value"))
    archived = goal.data.get("isArchived") is True and said not in _FINAL
    return {
        "description": text_of(goal.text("description")),
        "status": "closed" if archived else said,
        "progress": goal.inner("progress").number("percentage"),
        "updated_at": goal.day("latestUpdateDate"),
        "url": goal.text("url"),
        "tags": [tag.text("name") for tag in _nodes(goal, "tags") if tag.text("name")],
    }


def _measure(target: Record) -> dict[str, Any]:
    metric, kind = target.inner("metric"), target.inner("metric").text("type")
    now = target.inner("snapshotValue").number("value")
    return {
        "unit": (metric.text("subType") if kind == "CURRENCY" else "") or _UNITS.get(kind),
        "start": target.number("startValue"),
        "target": target.number("targetValue"),
        "current": metric.inner("latestValue").number("value") if now is None else now,
    }


def _owner(gathering: Gathering, goal: Record) -> str:
    owner = goal.inner("owner")
    return gathering.name("people", owner.id("accountId"), name=owner.text("name"))


def _teams(gathering: Gathering, goal: Record) -> list[str]:
    found = [gathering.name("teams", team.id("id"), name=team.text("displayName")) for team in _nodes(goal, "teams")]
    return list(dict.fromkeys(id_ for id_ in found if id_))
