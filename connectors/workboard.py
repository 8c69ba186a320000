"""WorkBoard goals, over API v1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, fields

from connectors.board import asking
from connectors.contract import Missing, Page, Progress, Reach, Reading
from connectors.http.client import Client
from connectors.http.fields import BaseUrl, Secret, reveal
from connectors.reading import words
from connectors.reading.gathering import Gathering
from connectors.reading.records import Record, records
from connectors.reading.zones import TimeZone

TITLE = "WorkBoard goals"
PROVIDES = (
    "owners", "primary_owner", "parents", "levels", "teams", "dates", "statuses", "progress", "updates", "created_by",
    "key_results", "measures", "key_result_owners",
)  # fmt: skip
TESTED_AGAINST = (
    "WorkBoard's own OpenAPI document (API v1) on a mock server that checks every request and answers at random, and a "
    "server written for this project; never a live account"
)
GUIDE = """\
## The credential

1. Ask a WorkBoard administrator for an API token (a JWT) with the Data-Admin role. Without that role WorkBoard shows only
   what the token's owner has access to; then set `directory=false`, for it cannot list all teams and people either.
2. Put it where the service can read it, and name it in the settings:

       export WORKBOARD_TOKEN=…
       okr-validator connections add board --connector workboard --set token=env:WORKBOARD_TOKEN

WorkBoard's documentation names no narrower role that sees the whole organisation; this connector only reads.

## How it is read

- A goal is an objective, its metrics are the key results. The goal's owner is the person accountable.
- A team goal (type 1) has level team, a personal one (type 2) level individual.
- Links: where a metric has child metrics in other goals (`child_kr`), those goals serve the metric's goal. That is one more
  request for each goal; `links=false` leaves it out, and rules on parents are then not evaluated.
- Status: a closed goal is `closed`; otherwise its progress colour (green is on_track, yellow at_risk, red off_track), or
  `active` where it has none of these. Deleted metrics are left out.
- The day of the last check-in is that of a metric's last update; a goal has the latest of its metrics.
- Times are moments: set `time_zone` to the zone in which people set the dates.

## Limits

- `/goal/{id}/alignment` is not read: its documentation does not say which way a link points, nor which are dependencies.
- WorkBoard publishes no rate limit. Goals have no cycles, only dates; key results have no dates of their own.
- The level of a team is taken where it is a word such as “department”.
"""
_LEVELS = {"1": "team", "2": "individual"}
_CLOSED, _DELETED = "2", "0"


class SETTINGS(Schema):
    """What may be set."""

    token = Secret(required=True, metadata={"description": "The API token (a JWT)."})
    closed = fields.Boolean(
        load_default=True,
        metadata={"description": "Read closed goals too; without them, a link to one leads nowhere."},
    )
    links = fields.Boolean(
        load_default=True,
        metadata={"description": "Read which goals serve which: one more request for each goal."},
    )
    directory = fields.Boolean(
        load_default=True,
        metadata={"description": "Read all teams and people; needs the Data-Admin role."},
    )
    time_zone = TimeZone(load_default="UTC", metadata={"description": "Zone in which dates are set."})
    base_url = BaseUrl(
        load_default="https://www.myworkboard.com/wb/apis",
        metadata={"description": "Address of the API."},
    )


def fetch(settings: Mapping[str, Any], reach: Reach) -> Iterator[Page | Missing]:
    """Goals with their metrics, then teams and people, then the children of metrics. Raises SourceError."""
    headers = {"Authorization": f"Bearer {reveal(settings['token'])}"}
    ids: dict[str, None] = {}
    with Client(settings["base_url"], reach, headers=headers) as client:
        for status in ("1", "2") if settings["closed"] else ("1",):
            for page in asking.pages_of(client, "goal", {"goal_status": status}, needed=status == "1"):
                if isinstance(page, Page):
                    ids.update(dict.fromkeys(str(goal["goal_id"]) for goal in page.records))
                    reach.progress(Progress("goals", len(ids)))
                yield page
        if settings["directory"]:
            yield from asking.pages_of(client, "team", {"include": "org_teams"}, needed=False)
            yield from asking.pages_of(client, "user", {"include": "org_members"}, needed=False)
        if settings["links"]:
            yield from asking.metrics_above(client, tuple(ids), reach)


def to_document(pages: Iterable[Page | Missing], settings: Mapping[str, Any]) -> Reading:
    """Map goals to objectives and their metrics to key results."""
    gathering, zone = Gathering(), ZoneInfo(settings["time_zone"])
    links: list[tuple[str, str]] = []
    for page in gathering.pages(pages):
        for record in records(page.records, gathering.odd, page.kind):
            if page.kind == "goals" and record.id("goal_id"):
                _objective(gathering, record, zone)
            elif page.kind == "teams":
                _team(gathering, record)
            elif page.kind == "users":
                name = f"{record.text('first_name')} {record.text('last_name')}".strip()
                gathering.name("people", record.id("user_id"), name=name, email=record.text("email"))
            elif page.kind == "metrics":
                links += [(child.id("goal_id"), record.id("metric_goal_id")) for child in record.many("child_kr")]
    for goal, served in links:
        if served:
            gathering.link(goal, served)
    return gathering.reading("WorkBoard", [name for name in PROVIDES if name != "parents" or settings["links"]])


def _team(gathering: Gathering, team: Record) -> None:
    gathering.name(
        "teams",
        team.id("team_id"),
        name=team.text("team_name"),
        level=words.level(team.text("level")),
        parent=team.id("parent_team_id"),
        lead=team.id("team_owner"),
    )


def _objective(gathering: Gathering, goal: Record, zone: ZoneInfo) -> None:
    owner, metrics = goal.id("goal_owner"), [metric for metric in goal.many("goal_metrics") if metric.id("metric_id")]
    gathering.name("people", owner, name=goal.text("goal_owner_full_name"))
    checked = [day for metric in metrics if (day := metric.moment("metric_last_update", zone))]
    gathering.objective(
        goal.id("goal_id"),
        goal.text("goal_name"),
        description=goal.text("goal_narrative"),
        level=_LEVELS.get(goal.inner("goal_type").id("id")),
        team=gathering.name("teams", goal.id("goal_team_id"), name=goal.text("goal_team_name")),
        owners=[{"person": owner, "primary": True}] if owner else None,
        status=_status(goal.id("goal_status"), goal.text("goal_progress_color")),
        progress=goal.number("goal_progress"),
        start=goal.moment("goal_start_date", zone),
        end=goal.moment("goal_target_date", zone),
        created_by=goal.id("goal_created_by"),
        updated_at=max(checked, default=None),
        tags=[category.text("name") for category in goal.many("goal_category") if category.text("name")],
    )
    for metric in metrics:
        if metric.text("metric_status") != _DELETED:
            _key_result(gathering, metric, goal.id("goal_id"), zone)


def _key_result(gathering: Gathering, metric: Record, goal: str, zone: ZoneInfo) -> None:
    gathering.key_result(
        metric.id("metric_id"),
        goal,
        metric.text("metric_name"),
        unit=words.unit(metric.inner("metric_unit").text("name")),
        direction=words.direction(metric.inner("metric_progress_type").text("name")),
        start=metric.number("metric_initial_data"),
        target=metric.number("metric_target"),
        current=metric.number("metric_achieve_target"),
        owner=metric.id("metric_owner") or metric.id("metric_real_owner"),
        status=_status(metric.id("metric_status"), metric.text("metric_progress_color")),
        progress=metric.number("metric_progress"),
        updated_at=metric.moment("metric_last_update", zone),
        created_by=metric.id("metric_created_by"),
    )


def _status(state: str, colour: str) -> str:
    if state == _CLOSED:
        return "closed"
    said = words.status(colour)
    return said if said in words.STATUSES else "active"
