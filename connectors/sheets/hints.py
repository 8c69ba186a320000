"""What a table file says about itself: how its numbers and dates are written, and what its columns can express."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from connectors.contract import Settings
from connectors.reading import numbers
from connectors.reading.items import drop_empty
from connectors.sheets.directory import Directory
from connectors.sheets.grid import Line, Log, Table
from connectors.sheets.whose import Whose

NUMBER_FIELDS = ("start", "target", "current", "progress")
DATE_FIELDS = ("due", "start_date", "updated")
EXPRESSES = {
    "primary_owner": ("primary_owner",),
    "contributors": ("contributors",),
    "parents": ("parent", "supports"),
    "supports": ("supports",),
    "levels": ("level",),
    "teams": ("team", "function", "lead_team"),
    "cycles": ("cycle",),
    "dates": ("due", "start_date"),
    "statuses": ("status",),
    "progress": ("progress", "current"),
    "updates": ("updated",),
    "created_by": ("created_by",),
    "strategic_brief": ("brief",),
    "measures": ("target", "start", "metric"),
    "shared_key_results": ("shared_with",),
}
SAID = {"comma": "a comma before the fraction", "point": "a point before the fraction"}
ORDERED = {"dmy": "day first", "mdy": "month first"}


def reading(lines: Sequence[Line], settings: Settings, log: Log) -> dict[str, str]:
    """How dates and numbers are written: as the settings say, or as the file's unambiguous cells do."""
    decimals = settings.decimals or numbers.decimals(_texts(lines, NUMBER_FIELDS))
    dates = settings.dates or numbers.dates(_texts(lines, DATE_FIELDS))
    if decimals and not settings.decimals:
        log.note(
            f"Numbers written as text were taken to have {SAID[decimals]}, as some in this file can only be read so."
        )
    if dates and not settings.dates:
        log.note(f"Dates written as text were taken to be {ORDERED[dates]}, as some in this file can only be read so.")
    return {key: value for key, value in (("dates", dates), ("decimals", decimals)) if value}


def _texts(lines: Sequence[Line], fields: Iterable[str]) -> list[str]:
    found: list[str] = []
    for table in {id(line.table): line.table for line in lines}.values():
        columns = [column.position for column in table.header.columns if column.field in fields]
        cells = (row.cells.get(index) for row in table.rows for index in columns)
        found += [cell.value for cell in cells if cell and isinstance(cell.value, str)]
    return found


def provides(tables: Sequence[Table], whose: Whose, *, has_own_rows: bool, directory: Directory) -> list[str]:
    """What the columns can express; nothing that no column is for."""
    columns = {(field, scope) for table in tables for field, scope, _ in table.columns}
    fields = {field for field, _ in columns}
    found = [name for name, wanted in EXPRESSES.items() if fields & set(wanted)]
    of_objectives = ("owner", "objective") in columns or fields & {"primary_owner", "co_owner"}
    if of_objectives or ("owner" in fields and (has_own_rows or "owner" not in whose.of_key_results)):
        found.append("owners")
    if "key_result" in fields or any(table.header.fields & {"type", "object_type"} for table in tables):
        found.append("key_results")
        found += ["key_result_owners"] if "owner" in fields else []
    if directory.teams and "teams" not in found:
        found.append("teams")
    if any("function" in team for team in directory.teams):
        found.append("functions")
    return sorted(found)


def source(tool: str, given: Sequence[str], how: dict[str, str]) -> dict[str, Any]:
    """The document's `source` section."""
    return drop_empty({"tool": tool, "complete": True, "provides": list(given), "reading": how})
