"""Leapsome goals, over the Content API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, fields

from connectors.contract import Missing, Page, Progress, Reach, Reading
from connectors.http.answers import records as listed
from connectors.http.client import Answer, Client
from connectors.http.faults import HttpFault
from connectors.http.fields import BaseUrl, Secret, reveal
from connectors.http.paging import in_query, pages
from connectors.reading import words
from connectors.reading.gathering import Gathering
from connectors.reading.records import Record, records
from connectors.reading.zones import TimeZone

TITLE = "Leapsome goals"
PROVIDES = (
    "owners", "primary_owner", "parents", "levels", "teams", "statuses", "progress", "updates", "key_results", "measures",
    "key_result_owners", "shared_key_results",
)  # fmt: skip
TESTED_AGAINST = (
    "Leapsome's own OpenAPI document (Content API 1.0.1) on a mock server that checks every request, and a server written "
    "for this project; never a live account"
)
GUIDE = """\
## The credential

1. As an administrator, make an API secret on the admin settings page of Leapsome.
2. Put the secret where the service can read it, and name it in the settings:

       export LEAPSOME_SECRET=…
       okr-validator connections add people --connector leapsome --set secret=env:LEAPSOME_SECRET

Leapsome's documentation names no narrower scope for the secret; this connector asks `/token` and `/goals`, and only reads.
At every sync the secret is exchanged for a token that soon runs out. Leapsome wants it in the query of that one request:
it is kept out of every log and error here, but a proxy in between may keep what it sees.

## How it is read

- A goal's type gives its level: company, team or individual (`user`). A user's goal is owned by that user; the goal of a
  team or of the company by the person that it is “managed by”. Contributors who are people have no place in the document.
- The parent goal is a link; the weights of key results are left out, they are shares within the goal.
- A live goal has its `progressStatus`, or is `active` without one. A draft is `draft`; an archived goal is `closed`, unless
  it was done or cancelled. Removed goals are left out.
- Deadlines are moments: set `time_zone` to the zone in which people set them.
- Leapsome tells one time of change, for changes of any kind: it is read as the day of the last check-in.

## Limits

- Leapsome has no cycles for goals, and no first day: only a deadline. Rules on cycles and dates are not evaluated.
- A currency metric does not say which currency; a metric of type `none` has no numbers.
- 20 requests a second are allowed; a page holds 200 goals.
"""
_LIMIT = 200
_LEVELS = {"company": "company", "team": "team", "user": "individual"}
_STATES = {"draft": "draft", "archived": "closed"}
_FINAL = ("done", "cancelled")
_UNITS = {"percentage": "%", "currency": "currency"}
_AT_ODDS = "Leapsome did not say clearly whether more pages follow: the header and the body differ, or name no cursor."


class SETTINGS(Schema):
    """What may be set."""

    secret = Secret(required=True, metadata={"description": "The API secret."})
    closed = fields.Boolean(
        load_default=True,
        metadata={"description": "Read archived goals too; without them, a link to one leads nowhere."},
    )
    time_zone = TimeZone(load_default="UTC", metadata={"description": "Zone in which dates are set."})
    base_url = BaseUrl(
        load_default="https://api.leapsome.com/v1",
        metadata={"description": "Address of the API."},
    )


def fetch(settings: Mapping[str, Any], reach: Reach) -> Iterator[Page | Missing]:
    """The goals page by page, by a token got for this reading. Raises SourceError."""
    secret = reveal(settings["secret"])
    token = _token(settings["base_url"], secret, reach)
    headers = {"Authorization": f"Bearer {token}"}
    asked = {"state": "live,draft,archived" if settings["closed"] else "live,draft", "limit": _LIMIT}
    with Client(settings["base_url"], reach, headers=headers, secrets=(secret,), per_minute=20 * 60) as client:
        done = 0
        parts = pages(lambda cursor: _goals(client, {**asked, "cursor": cursor}), _next, what="goals")
        for number, part in enumerate(parts, 1):
            if isinstance(part, Missing):
                yield part
                continue
            found = listed(part, "data")
            done += len(found)
            reach.progress(Progress("goals", done))
            yield Page("goals", found)
            if _is_at_odds(part):
                yield Missing(f"goals after page {number}", _AT_ODDS)


def _token(base_url: str, secret: str, reach: Reach) -> str:
    with Client(base_url, reach, secrets=(secret,)) as client:
        answer = client.get("/token", {"secret": secret})
    token = answer.data.get("token") if isinstance(answer.data, Mapping) else None
    if not isinstance(token, str) or not token.strip():
        raise HttpFault("format", f"{answer.url} answered no token.", "Check the address of the API.")
    return token.strip()


def _goals(client: Client, asked: Mapping[str, Any]) -> Answer:
    answer = client.get("/goals", asked)
    listed(answer, "data")
    return answer


def _next(answer: Answer) -> str | None:
    """The cursor of the next page. Links name the vendor's own host, so that only their cursor is taken."""
    meta = _meta(answer)
    cursor, link = meta.get("cursor"), meta.get("nextPage")
    found = in_query(answer.headers.get("X-Next"), "cursor") or cursor or in_query(_text(link), "cursor")
    return _text(found) or None


def _is_at_odds(answer: Answer) -> bool:
    """Whether the header or the body tells of a next page, and the other says that there is none, or nobody says which."""
    meta = _meta(answer)
    in_header, in_body = answer.headers.get("X-Next"), meta.get("cursor") or meta.get("nextPage")
    says_end = not in_body and not {"cursor", "nextPage"}.isdisjoint(meta)
    return bool(in_header or in_body) and (says_end or _next(answer) is None)


def _meta(answer: Answer) -> Mapping[str, Any]:
    meta = answer.data.get("meta")
    return meta if isinstance(meta, Mapping) else {}


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def to_document(pages: Iterable[Page | Missing], settings: Mapping[str, Any]) -> Reading:
    """Map goals to objectives and their key results."""
    gathering, zone = Gathering(), ZoneInfo(settings["time_zone"])
    for page in gathering.pages(pages):
        for goal in records(page.records, gathering.odd, "goal"):
            if goal.id("id") and goal.text("status") != "removed":
                _objective(gathering, goal, zone)
    return gathering.reading("Leapsome", PROVIDES)


def _objective(gathering: Gathering, goal: Record, zone: ZoneInfo) -> None:
    id_, type_ = goal.id("id"), goal.text("type")
    owner = _person(gathering, goal.inner("user" if type_ == "user" else "managedBy"))
    parent = goal.inner("parent").id("_id")
    gathering.objective(
        id_,
        goal.text("name"),
        description=goal.text("description"),
        level=_LEVELS.get(type_),
        team=_team(gathering, goal.inner("team")) if type_ == "team" else None,
        owners=[{"person": owner, "primary": True}] if owner else None,
        parents=[{"id": parent, "kind": "parent"}] if parent else None,
        status=_status(goal),
        progress=goal.number("progress"),
        end=goal.day("deadline", zone),
        updated_at=goal.day("updatedAt", zone),
        tags=[tag.text("name") for tag in goal.many("tags") if tag.text("name")],
    )
    for key_result in goal.many("keyResults"):
        if key_result.id("id"):
            _key_result(gathering, key_result, id_)


def _status(goal: Record) -> str:
    said = words.status(goal.text("progressStatus"))
    state = _STATES.get(goal.text("status"))
    return said or "active" if state is None or said in _FINAL else state


def _key_result(gathering: Gathering, key_result: Record, objective: str) -> None:
    metric = key_result.inner("metric")
    type_ = metric.text("type")
    lead = _team(gathering, key_result.inner("ownerTeam"))
    teams = [_team(gathering, team) for team in key_result.many("contributorTeams")]
    measured = {} if type_ == "none" else {"start": metric.number("start"), "target": metric.number("end")}
    gathering.key_result(
        key_result.id("id"),
        objective,
        key_result.text("name"),
        unit=_UNITS.get(type_),
        **measured,
        current=metric.number("current") if measured else None,
        owner=_person(gathering, key_result.inner("ownerUser")),
        lead_team=lead,
        shared_with=[team for team in dict.fromkeys(teams) if team and team != lead],
    )


def _person(gathering: Gathering, user: Record) -> str:
    return gathering.name("people", user.id("id"), name=user.text("fullName"), email=user.text("email"))


def _team(gathering: Gathering, team: Record) -> str:
    return gathering.name("teams", team.id("id"), name=team.text("name"))
