"""Periods, teams, people and check-ins of an export."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from connectors.contract import Fault
from connectors.reading.items import drop_empty
from connectors.viva.export_files import Export
from connectors.viva.rows import Ref, Row, as_id, rows_of

ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def day(text: str | None) -> str | None:
    """The day of a date and time; other text as it is, for the document's own reader."""
    match = ISO_DATE.match(text or "")
    return match[0] if match else text


def cycles(export: Export, used: Iterable[Ref], faults: list[Fault]) -> list[dict[str, Any]]:
    """The periods of the TimePeriods file; where it has none, those the items name."""
    found = {}
    for row in rows_of(export.files.get("timeperiods"), faults):
        name = row.text("Time Period Name")
        start, end = day(row.text("Start Date")), day(row.text("End Date"))
        found[row.id()] = drop_empty({"id": row.id(), "name": name, "start": start, "end": end})
    if not found:
        found = {ref.id: drop_empty({"id": ref.id, "name": ref.name}) for ref in used}
    return list(found.values())


def teams(export: Export, used: Iterable[Ref], organisation: str, faults: list[Fault]) -> list[dict[str, Any]]:
    """The teams of the Teams file, those only named by items, and the organisation as the team of level company."""
    rows = list(rows_of(export.files.get("teams"), faults))
    names: dict[str, list[str]] = {}
    for row in rows:
        names.setdefault((row.text("Team Name") or "").casefold(), []).append(row.id())
    found = {row.id(): _team(row, names) for row in rows}
    for ref in used:
        found.setdefault(ref.id, drop_empty({"id": ref.id, "name": ref.name}))
    if organisation in found:
        found[organisation]["level"] = "company"
    return list(found.values())


def _team(row: Row, names: dict[str, list[str]]) -> dict[str, Any]:
    parent = row.text("Parent Team")
    same = names.get((parent or "").casefold(), [])
    leads = row.refs("Team Owners")
    return drop_empty(
        {
            "id": row.id(),
            "name": row.text("Team Name"),
            "level": "team",
            "parent": same[0] if len(same) == 1 else parent,
            "lead": leads[0].id if leads else None,
        }
    )


def people(export: Export, used: Iterable[Ref], faults: list[Fault]) -> list[dict[str, Any]]:
    """The people of the Users file, and those only named by items. Their managers are not read."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows_of(export.files.get("users"), faults):
        of_teams = row.refs("Teams")
        team = of_teams[0].id if of_teams else None
        person = {"id": row.id(), "name": row.text("Name"), "email": row.text("Email"), "team": team}
        found[row.id()] = drop_empty(person)
    for ref in used:
        found.setdefault(ref.id, drop_empty({"id": ref.id, "name": ref.name, "email": ref.email}))
    return list(found.values())


def last_activity(export: Export, faults: list[Fault]) -> dict[str, str]:
    """The day of the latest check-in by the id of its item."""
    latest: dict[str, str] = {}
    for row in rows_of(export.files.get("checkins"), faults, "OKR ID"):
        days = (day(row.text("Activity Date")), day(row.text("CheckIn Date")))
        for found in days:
            if found and ISO_DATE.fullmatch(found):
                item = as_id(row.data.get("OKR ID"))
                latest[item] = max(latest.get(item, ""), found)
                break
    return latest
