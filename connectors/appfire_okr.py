"""OKR for Jira by Appfire, over its public API v2."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from connectors.appfire import asking
from connectors.contract import Missing, Page, Reach, Reading
from connectors.http.client import Client
from connectors.http.fields import BaseUrl, Secret, reveal
from connectors.reading import words
from connectors.reading.gathering import Gathering
from connectors.reading.items import drop_empty
from connectors.reading.records import Record, records

TITLE = "OKR for Jira (Appfire)"
PROVIDES = (
    "owners", "primary_owner", "contributors", "parents", "teams", "cycles", "dates", "statuses", "progress", "updates",
    "key_results", "measures", "key_result_owners", "shared_key_results",
)  # fmt: skip
TESTED_AGAINST = (
    "Appfire's own OpenAPI document (v2) on a mock server that checks every request, and a server written for this project; "
    "never a live account"
)
GUIDE = """\
## The credential

1. In Jira: *Apps → OKR for Jira → Settings → API → Generate new token*. Copy it at once; it is not shown again.
2. Put it where the service can read it, and name it in the settings:

       export APPFIRE_TOKEN=…
       okr-validator connections add jira --connector appfire-okr --set token=env:APPFIRE_TOKEN

3. Set `base_url` to the server of your Jira's data residency: `https://okr-ppm-prod.appfire.com` (the default), or the same
   with `eu.`, `au.` or `ca.` in front of `okr-ppm-prod`.

Appfire's documentation names no scopes for a token; this connector only asks the endpoints under `api-export`, which read.

## How it is read

- The owner is the person accountable; collaborators are further owners who are not.
- Of several linked teams the first counts as the owning one (of a key result: the leading one), the others as contributing
  (sharing). A note tells how many objectives have several.
- An OKR type whose name says a level, such as “Company OKR”, gives the level.
- Status, current value and day of the last check-in are those of the latest update. Where that has words only, the value
  comes from the newest update that has one.

## Limits

- There are no pages: objectives are asked for by date, a quarter at a time, and less where a quarter is too much. An
  objective is seen if its first day or its due date lies within `years_back` and `years_ahead` of today; parents of those
  are read whatever their dates. Objectives without dates are seen only as such parents.
- People are Jira account ids, without names or e-mail addresses.
- Teams have no parents or levels here, and Jira issues are not read.
"""


class SETTINGS(Schema):
    """What may be set."""

    token = Secret(required=True, metadata={"description": "The API token."})
    years_back = fields.Integer(
        load_default=2,
        validate=validate.Range(0, 20),
        metadata={"description": "Years before today from which objectives are read."},
    )
    years_ahead = fields.Integer(
        load_default=2,
        validate=validate.Range(1, 20),
        metadata={"description": "Years after today up to which objectives are read."},
    )
    base_url = BaseUrl(
        load_default="https://okr-ppm-prod.appfire.com",
        metadata={"description": "Address of the API."},
    )


def fetch(settings: Mapping[str, Any], reach: Reach) -> Iterator[Page | Missing]:
    """Objectives with their key results by date, then their parents, then values of older updates. Raises SourceError."""
    token, today = reveal(settings["token"]), datetime.datetime.now(datetime.UTC).date()
    first = today - datetime.timedelta(days=366 * settings["years_back"])
    last = today + datetime.timedelta(days=366 * settings["years_ahead"])
    with Client(settings["base_url"], reach, headers={"API-Token": token}) as client:
        yield from asking.read(client, first, last, reach)


def to_document(pages: Iterable[Page | Missing], settings: Mapping[str, Any]) -> Reading:
    """Map objectives and key results."""
    gathering = Gathering()
    labels: dict[str, str] = {}
    for page in gathering.pages(pages):
        for record in records(page.records, gathering.odd, page.kind):
            id_ = record.id("entityId" if page.kind == "updates" else "id")
            if page.kind == "labels":
                labels[id_] = record.text("name")
            elif page.kind == "updates":
                gathering.complete(id_, current=record.number("value"))
            elif id_:
                _take(gathering, page.kind, record, labels)
    return gathering.reading("OKR for Jira", PROVIDES)


def _take(gathering: Gathering, kind: str, record: Record, labels: Mapping[str, str]) -> None:
    if kind == "teams":
        gathering.name("teams", record.id("id"), name=record.text("name"))
    elif kind == "periods":
        days = {"start": record.day("startDate"), "end": record.day("deadline")}
        gathering.name("cycles", record.id("id"), name=record.text("name"), **days)
    elif kind == "krs":
        _key_result(gathering, record, labels)
    elif kind == "okrs":
        _objective(gathering, record, labels)


def _objective(gathering: Gathering, okr: Record, labels: Mapping[str, str]) -> None:
    teams, owner, parent = okr.ids("teamIds"), okr.id("ownerAccountId"), okr.id("parentObjectiveId")
    others = [person for person in okr.ids("collaboratorAccountIds") if person != owner]
    if len(teams) > 1:
        gathering.counts["Objectives with several teams, of which the first was taken as the owning one"] += 1
    gathering.objective(
        okr.id("id"),
        okr.text("name"),
        level=words.level(okr.text("okrTypeName")),
        team=teams[0] if teams else None,
        contributors=[{"team": team} for team in teams[1:]],
        owners=[{"person": person, "primary": person == owner} for person in (owner, *others) if person],
        parents=[drop_empty({"id": parent, "kind": "parent", "weight": okr.number("weight")})] if parent else None,
        start=okr.day("startDate"),
        end=okr.day("deadline"),
        **_common(okr, labels),
    )


def _key_result(gathering: Gathering, kr: Record, labels: Mapping[str, str]) -> None:
    teams, scale, unit = kr.ids("teamIds"), kr.inner("currentProgressDefinition"), kr.inner("unit")
    gathering.key_result(
        kr.id("id"),
        kr.id("parentObjectiveId"),
        kr.text("name"),
        unit=unit.text("symbol") or words.unit(unit.text("name")),
        start=scale.number("startValue"),
        target=scale.number("desiredValue"),
        current=kr.inner("latestUpdate").number("value"),
        owner=kr.id("ownerAccountId"),
        lead_team=teams[0] if teams else None,
        shared_with=teams[1:],
        start_date=kr.day("startDate"),
        due=kr.day("deadline"),
        **_common(kr, labels),
    )


def _common(record: Record, labels: Mapping[str, str]) -> dict[str, Any]:
    update = record.inner("latestUpdate")
    return {
        "description": record.text("description"),
        "cycle": record.id("periodAliasId"),
        "status": _status(update),
        "progress": record.number("percentDone"),
        "updated_at": update.day("created"),
        "url": record.text("link"),
        "tags": [labels[label] for label in record.ids("labelIds") if labels.get(label)],
    }


def _status(update: Record) -> str:
    """The displayed word where it is known here, else the one of the interface."""
    shown, status = words.status(update.text("displayedStatus")), words.status(update.text("status"))
    return shown if shown in words.STATUSES else "" if status == "UNDEFINED" else status
