"""The items of an export: objectives, key results and projects in one file, told apart by the organisation's word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from connectors.reading import words
from connectors.reading.items import INITIATIVE, KEY_RESULT, OBJECTIVE, Item, Link, drop_empty
from connectors.viva.kinds import Evidence
from connectors.viva.parts import day
from connectors.viva.rows import Row, as_id

PERCENT = re.compile(r"\s*(-?\d{1,9}(?:\.\d{1,9})?)\s*%?\s*")
PERCENTAGE = {"metric": "Progress", "unit": "%", "start": 0, "target": 100}


class Context(NamedTuple):
    """What an item is read against."""

    kinds: Mapping[str, str]
    organisation: str
    latest: Mapping[str, str]


def word_of(row: Row) -> str:
    """The organisation's word for the item's type."""
    return row.text("Type") or "untyped"


def evidence(row: Row) -> Evidence:
    """What the row says about the word in its Type."""
    children = list(row.many("Children"))
    types = [words.kind(str(child.data["Type"])) for child in children if child.data.get("Type")]
    return Evidence(
        word=word_of(row),
        measured=_outcome_type(row) == "metric",
        has_children=any(kind != INITIATIVE for kind in types),
        has_tasks=any("Task Name" in child.data for child in children),
        has_parent=bool(row.data.get("Parent IDs")),
    )


def read_item(row: Row, context: Context) -> Item:
    """One row as an item of the kind that its word was decided to mean."""
    kind = context.kinds[word_of(row)]
    title = row.text("Title")
    if title is None:
        row.fault("Title", "the item's title")
    fields = {OBJECTIVE: _objective, KEY_RESULT: _key_result, INITIATIVE: _initiative}[kind](row, context)
    data = drop_empty({"title": title, **fields, "status": words.status(row.text("Status") or "")})
    return Item(kind, row.id(), data, _links(row), {"": row.place})


def _objective(row: Row, context: Context) -> dict[str, Any]:
    teams = row.refs("Teams")
    return {
        **_common(row, context),
        "level": _level(teams[0].id if teams else "", context.organisation),
        "team": teams[0].id if teams else None,
        "owners": [{"person": owner.id} for owner in row.refs("Owner")],
        "contributors": [{"team": team.id, "role": "co-owner"} for team in teams[1:]],
        "start": day(row.text("Start Date")),
        "end": day(row.text("End Date")),
        "progress": _percentage(row),
    }


def _key_result(row: Row, context: Context) -> dict[str, Any]:
    teams, owners = row.refs("Teams"), row.refs("Owner")
    return {
        **_common(row, context),
        **_measure(row),
        "owner": owners[0].id if owners else None,
        "lead_team": teams[0].id if teams else None,
        "shared_with": [team.id for team in teams[1:]],
        "start_date": day(row.text("Start Date")),
        "due": day(row.text("End Date")),
    }


def _initiative(row: Row, _: Context) -> dict[str, Any]:
    teams, owners, period = row.refs("Teams"), row.refs("Owner"), row.inner("Time Period").ref("Time Period")
    return {
        "team": teams[0].id if teams else None,
        "owner": owners[0].id if owners else None,
        "cycle": period.id if period else None,
        "start": day(row.text("Start Date")),
        "end": day(row.text("End Date")),
        "progress": _percentage(row),
    }


def _common(row: Row, context: Context) -> dict[str, Any]:
    period = row.inner("Time Period").ref("Time Period")
    creator = row.inner("Created By").ref("Created By")
    return {
        "description": row.text("Description"),
        "cycle": period.id if period else None,
        "created_by": creator.id if creator else None,
        "updated_at": context.latest.get(row.id()) or day(row.text("Last Check-in")),
        "tags": _tags(row),
    }


def _measure(row: Row) -> dict[str, Any]:
    outcome, progress = row.inner("Outcome"), row.number("Progress")
    if _outcome_type(row) != "metric":
        return {**PERCENTAGE, "direction": "increase", "current": progress, "progress": progress}
    aim = outcome.text("Target Type") or ""
    start, target = outcome.number("Start"), outcome.number("Target")
    return {
        "metric": outcome.text("Metric Name"),
        "unit": words.unit(outcome.text("Metric Unit") or ""),
        "direction": words.direction(aim) or _slope(start, target),
        "start": start,
        "target": target,
        # Progress is the metric's raw value here, not a percentage.
        "current": progress,
    }


def _slope(start: float | str | None, target: float | str | None) -> str | None:
    if isinstance(start, str) or isinstance(target, str) or start is None or target is None or start == target:
        return None
    return "increase" if target > start else "decrease"


def _percentage(row: Row) -> float | str | None:
    return None if _outcome_type(row) == "metric" else row.number("Progress")


def _outcome_type(row: Row) -> str:
    outcome = row.data.get("Outcome")
    return str(outcome.get("Outcome Type") or "").casefold() if isinstance(outcome, Mapping) else ""


def _level(team: str, organisation: str) -> str:
    if not team:
        return "individual"
    return "company" if team == organisation else "team"


def _tags(row: Row) -> list[str]:
    tags = row.data.get("Tags")
    named = [tag.get("Name", tag.get("Tag Name")) if isinstance(tag, Mapping) else tag for tag in _listed(tags)]
    return [str(tag) for tag in named if tag]


def _listed(value: Any) -> list[Any]:
    return (
        value
        if isinstance(value, list)
        else [part.strip() for part in value.split(",")]
        if isinstance(value, str)
        else []
    )


def _links(row: Row) -> tuple[Link, ...]:
    weights = {as_id(link.data.get("ID")): weight(link.text("Weight")) for link in row.many("Alignment")}
    # Alignment is often shorter than Parent IDs, so it only gives weights.
    return tuple(Link(parent, weights.get(parent)) for parent in row.ids("Parent IDs"))


def weight(text: str | None) -> float | None:
    """The number of a percentage such as "25.0%"; None for what is none."""
    match = PERCENT.fullmatch(text or "")
    return float(match[1]) if match else None
