"""ClickUp Goals, over API v2."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from marshmallow import Schema, fields, validate

from connectors.contract import Fault, Missing, Page, Reach, Reading, SourceError
from connectors.http.answers import records as in_answer
from connectors.http.client import Answer, Client
from connectors.http.faults import HttpFault
from connectors.http.fields import BaseUrl, Secret, reveal
from connectors.http.one_by_one import one_by_one
from connectors.reading import words
from connectors.reading.gathering import Gathering
from connectors.reading.records import Record, records
from connectors.reading.zones import TimeZone

TITLE = "ClickUp Goals"
PROVIDES = ("owners", "primary_owner", "dates", "updates", "created_by", "key_results", "measures", "key_result_owners")
TESTED_AGAINST = (
    "ClickUp's own API v2 reference on a mock server that checks every request, and a server written for this project; "
    "never a live account"
)
GUIDE = """\
## The credential

1. In ClickUp, open your settings, then *Apps*, and make a personal API token (it begins with `pk_`). A token of an OAuth app
   does as well.
2. Put it where the service can read it, and name it in the settings:

       export CLICKUP_TOKEN=pk_…
       okr-validator connections add goals --connector clickup --set token=env:CLICKUP_TOKEN --set workspace=512

ClickUp's reference names no scopes: a token sees what its user sees. Use a user who may view the goals and nothing more; goals
that are private to others are not seen. This connector only reads.

## How it is read

- A goal is an objective, its targets are the key results, with `steps_start`, `steps_end` and `steps_current`.
- Where exactly one owner is set, that is the person accountable; of several, ClickUp does not say who is. The owner of a
  target with several is the first one named; a note tells how many.
- The day of the last check-in is that of `last_update`, and for a target of its last action.
- Times are moments: set `time_zone` to the zone in which people set the dates.

## Limits

- Goals have no parents, teams, levels, cycles or status: rules on these are not evaluated. Archived goals are left out.
- `percent_completed` is left out: the reference does not say whether 1 is one percent or all of it.
- One request for each goal: at 100 a minute (the allowance of the smaller plans) 1,000 goals take ten minutes. Set
  `per_minute` to that of your plan.
"""


class SETTINGS(Schema):
    """What may be set."""

    token = Secret(required=True, metadata={"description": "The API token."})
    workspace = fields.String(
        load_default=None,
        validate=validate.Regexp(r"\d{1,20}\Z", error="The digits in the address of ClickUp after app.clickup.com/."),
        metadata={"description": "Id of the workspace. Default: the only one that the token sees."},
    )
    closed = fields.Boolean(load_default=True, metadata={"description": "Read completed goals too."})
    time_zone = TimeZone(load_default="UTC", metadata={"description": "Zone in which dates are set."})
    per_minute = fields.Integer(
        load_default=100,
        validate=validate.Range(1, 10_000),
        metadata={"description": "Most requests in a minute."},
    )
    base_url = BaseUrl(
        load_default="https://api.clickup.com/api",
        metadata={"description": "Address of the API."},
    )


def fetch(settings: Mapping[str, Any], reach: Reach) -> Iterator[Page | Missing]:
    """The list of goals, then each goal with its targets. Raises SourceError."""
    token = reveal(settings["token"])
    headers = {"Authorization": token if token.startswith("pk_") else f"Bearer {token}"}
    with Client(settings["base_url"], reach, headers=headers, per_minute=settings["per_minute"]) as client:
        workspace = settings["workspace"] or _only_workspace(client)
        ids = yield from _list(client, workspace, closed=settings["closed"])
        for part in one_by_one(client, ids, partial(_goal, client), what="goals", reach=reach, whole=True):
            yield part if isinstance(part, Missing) else Page("goals", [_plain(part.data["goal"])])


def _only_workspace(client: Client) -> str:
    answer = client.get("/v2/team")
    found = [team for team in in_answer(answer, "teams") if team.get("id")]
    if len(found) != 1:
        shown = ", ".join(f"{team['id']} ({team.get('name')})" for team in found[:20]) or "none"
        raise SourceError(Fault("/workspace", f"The token sees these workspaces: {shown}.", "Set the id of one."))
    return quote(str(found[0]["id"]), safe="")


def _list(client: Client, workspace: str, *, closed: bool) -> Generator[Page, None, list[str]]:
    """The goals without their targets; returns their ids."""
    answer = client.get(f"/v2/team/{workspace}/goal", {"include_completed": closed})
    in_answer(answer, "goals")
    listed = {str(goal["id"]): _plain(goal) for goal in _listed(answer)}
    yield Page("listed", list(listed.values()))
    return list(listed)


def _listed(answer: Answer) -> Iterator[Mapping[str, Any]]:
    """The goals of the list, those in folders too."""
    for holder in (Record(answer.data, Counter()), *Record(answer.data, Counter()).many("folders")):
        yield from (goal.data for goal in holder.many("goals") if goal.id("id"))


def _plain(goal: Mapping[str, Any]) -> dict[str, Any]:
    """The goal without its `editor_token`, with which anybody could change it."""
    return {field: value for field, value in goal.items() if field != "editor_token"}


def _goal(client: Client, id_: str) -> Answer:
    answer = client.get(f"/v2/goal/{quote(id_, safe='')}")
    if not isinstance(answer.data, Mapping) or not isinstance(answer.data.get("goal"), Mapping):
        raise HttpFault("format", f"{answer.url} answered no goal.", "Check the address of the API.")
    return answer


def to_document(pages: Iterable[Page | Missing], settings: Mapping[str, Any]) -> Reading:
    """Map goals to objectives and their targets to key results."""
    gathering, zone = Gathering(), ZoneInfo(settings["time_zone"])
    updated: dict[str, str | None] = {}
    for page in gathering.pages(pages):
        for goal in records(page.records, gathering.odd, "goal"):
            for member in goal.many("members"):
                _person(gathering, member)
            if page.kind == "listed":
                updated[goal.id("id")] = goal.moment("last_update", zone, per_second=1000)
            elif goal.data.get("archived") is not True and goal.id("id"):
                _objective(gathering, goal, zone, updated.get(goal.id("id")))
    return gathering.reading("ClickUp", PROVIDES)


def _objective(gathering: Gathering, goal: Record, zone: ZoneInfo, updated: str | None) -> None:
    owners = _owners(gathering, goal)
    gathering.objective(
        goal.id("id"),
        goal.text("name"),
        description=goal.text("description"),
        owners=[{"person": person, **({"primary": True} if len(owners) == 1 else {})} for person in owners],
        start=goal.moment("start_date", zone, per_second=1000),
        end=goal.moment("due_date", zone, per_second=1000),
        created_by=goal.id("creator"),
        updated_at=updated,
        url=goal.text("pretty_url"),
    )
    for target in goal.many("key_results"):
        if target.id("id"):
            _key_result(gathering, target, goal.id("id"), zone)


def _key_result(gathering: Gathering, target: Record, objective: str, zone: ZoneInfo) -> None:
    owners = _owners(gathering, target)
    if len(owners) > 1:
        gathering.counts["Targets with several owners, of whom the first was taken"] += 1
    last = target.inner("last_action")
    current = target.number("steps_current")
    gathering.key_result(
        target.id("id"),
        objective,
        target.text("name"),
        unit="%" if target.text("type") == "percentage" else words.unit(target.text("unit")),
        start=target.number("steps_start"),
        target=target.number("steps_end"),
        current=last.number("steps_current") if current is None else current,
        owner=owners[0] if owners else None,
        updated_at=last.moment("date_modified", zone, per_second=1000),
        created_by=target.id("creator"),
    )


def _owners(gathering: Gathering, record: Record) -> list[str]:
    found = dict.fromkeys(_person(gathering, owner) for owner in record.many("owners"))
    return [person for person in found if person]


def _person(gathering: Gathering, user: Record) -> str:
    return gathering.name("people", user.id("id"), name=user.text("username"), email=user.text("email"))
