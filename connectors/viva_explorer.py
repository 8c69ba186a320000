"""The Explorer view of Viva Goals, exported as CSV or XLSX: columns chosen by the user, in any order."""

from __future__ import annotations

import re
from pathlib import Path

from connectors.contract import Reading, Settings
from connectors.reading import headers
from connectors.reading.files import refuse
from connectors.reading.items import KEY_RESULT
from connectors.reading.table import Cell, Workbook
from connectors.reading.tables import first_texts, may_be_table, read_tables
from connectors.sheets import hints
from connectors.sheets.context import Context
from connectors.sheets.directory import read_directory
from connectors.sheets.document import source_of, write
from connectors.sheets.grid import Line, Log, Table, Taken, lines, table_of
from connectors.sheets.protos import Proto
from connectors.sheets.typed import read_typed
from connectors.sheets.whose import Whose
from connectors.viva import explorer

TITLE = "Viva Goals Explorer view (CSV or XLSX)"
PROVIDES: tuple[str, ...] = ()
TESTED_AGAINST = "the header and two rows of a real export of November 2025"
MARKS = re.compile(r"aligned to \(weight|progress %|checkins|last check-in|goal type|type name", re.IGNORECASE)


def recognises(path: Path) -> int:
    """2 for a table with “Title” and “Object Type” and another column that only this export has."""
    if not may_be_table(path):
        return 0
    texts = first_texts(path)
    lowered = {text.lower() for text in texts}
    marked = any(MARKS.match(text) for text in texts)
    return 2 if {"title", "object type"} <= lowered and marked else 0


def fetch(path: Path, settings: Settings) -> Workbook:
    """Read the cells. Raises SourceError."""
    return read_tables(path, headers.score)


def to_document(raw: Workbook, settings: Settings) -> Reading:
    """Map the rows. Raises SourceError."""
    log = Log()
    tables = [table for sheet in raw.sheets if sheet.rows and (table := table_of(raw, sheet, log)) and _is_view(table)]
    if not tables:
        hint = "An Explorer view has at least the columns “Title” and “Object Type”."
        refuse(f"“{raw.name}” is no Explorer view.", hint, raw.name)
    rows = [line for line in lines(tables) if line.take("title")]
    context = Context(Whose(frozenset()), read_directory([], []), log)
    protos, recovered = explorer.with_recovered_ids(read_typed(rows, context, explorer.parents), rows)
    if recovered:
        log.note(f"{recovered} items without an id got the one by which other rows are aligned to them.")
    for proto, line in zip(protos, rows, strict=True):
        _add_check_in(proto, line)
    provides = hints.provides(tables, context.whose, has_own_rows=True, directory=context.directory)
    source = source_of("Viva Goals", rows, provides, settings, log)
    return write(protos, context.directory, source, log, raw.notes)


def _is_view(table: Table) -> bool:
    return {"title", "object_type"} <= table.header.fields


def _add_check_in(proto: Proto, line: Line) -> None:
    """The day of the latest check-in and, for a key result, the value it reports: “Progress %” is never a raw value."""
    day, value = explorer.last_check_in(line)
    places = proto.draft.places
    if day and day > str(proto.draft.data.get("updated_at", "")):
        proto.draft.data["updated_at"], places["/updated_at"] = day, line.place
    if proto.kind == KEY_RESULT and value:
        proto.draft.number("current", Taken(Cell(value), value, line.place))
