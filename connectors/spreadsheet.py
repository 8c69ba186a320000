"""OKRs in any spreadsheet: CSV or XLSX, one row a key result, an objective, or an item that names its kind."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

from connectors.contract import Reading, Settings
from connectors.reading import headers
from connectors.reading.files import refuse
from connectors.reading.table import Workbook
from connectors.reading.tables import SUFFIXES, beginning_score, may_be_table, path_is_binary, read_tables
from connectors.sheets import hints
from connectors.sheets.context import Context, parents
from connectors.sheets.directory import Directory, is_people, is_teams, read_directory, with_functions
from connectors.sheets.document import source_of, write
from connectors.sheets.grid import Line, Log, Table, lines, table_of
from connectors.sheets.groups import Grouped, group, team_cell
from connectors.sheets.okrs import read_okrs
from connectors.sheets.protos import Proto
from connectors.sheets.typed import is_typed_table, read_typed
from connectors.sheets.whose import Whose, decide

TITLE = "Spreadsheet (CSV or XLSX)"
PROVIDES: tuple[str, ...] = ()
TESTED_AGAINST = "a real OKR workbook, and published column lists"
HEADER_HINT = "One row near the top must name the columns: “Objective”, “Key result”, “Owner”, “Team”, “Target”, ..."


def recognises(path: Path) -> int:
    """1 for a workbook, or text with a header row of OKR columns or a spreadsheet's file name."""
    if not may_be_table(path):
        return 0
    if path.suffix.lower() in SUFFIXES:
        return 1
    return 1 if path_is_binary(path) or beginning_score(path, headers.score) >= 2 else 0


def fetch(path: Path, settings: Settings) -> Workbook:
    """Read the cells of the file, or of the one sheet that is asked for. Raises SourceError."""
    workbook = read_tables(path, headers.score)
    if settings.sheet is None:
        return workbook
    chosen = [sheet for sheet in workbook.sheets if sheet.name.casefold() == settings.sheet.casefold()]
    if not chosen:
        names = [sheet.name for sheet in workbook.sheets]
        close = difflib.get_close_matches(settings.sheet, names, n=1)
        guess = f"Did you mean “{close[0]}”? " if close else ""
        there = ", ".join(f"“{name}”" for name in names if name)
        hint = f"{guess}Sheets: {there}." if there else "A text file has no sheets."
        refuse(f"“{path.name}” has no sheet “{settings.sheet}”.", hint)
    return workbook._replace(sheets=tuple(chosen))


def to_document(raw: Workbook, settings: Settings) -> Reading:
    """Map the sheets. Raises SourceError naming every cell that is wanted and has no value."""
    log = Log()
    tables = [table for sheet in raw.sheets if sheet.rows and (table := table_of(raw, sheet, log))]
    listed = [table for table in tables if is_people(table) or is_teams(table)]
    okrs = [table for table in tables if table not in listed and headers.is_okr_header(table.header.fields)]
    _say_what_is_ignored(raw, okrs, listed, log)
    if not okrs:
        refuse(f"“{raw.name}” has no sheet with a header row of OKR columns.", HEADER_HINT, _seen(raw))
    directory = read_directory(
        lines(table for table in listed if is_people(table)), lines(table for table in listed if not is_people(table))
    )
    return _read(raw, okrs, directory, settings, log)


def _read(raw: Workbook, okrs: Sequence[Table], directory: Directory, settings: Settings, log: Log) -> Reading:
    typed = lines(table for table in okrs if is_typed_table(table))
    plain = lines(table for table in okrs if not is_typed_table(table))
    everything = [*plain, *typed]
    directory = with_functions(directory, everything)
    grouped = group(plain)
    whose = decide(grouped.groups, set().union(*(table.header.fields for table in okrs)))
    context = Context(whose, directory, log, _known_teams(everything, directory))
    protos: list[Proto] = [*read_okrs(grouped, context), *read_typed(typed, context, lambda line: parents([line]))]
    _say_what_was_decided(grouped, whose, len(plain), log)
    own_rows = bool(typed) or any(each.own for each in grouped.groups)
    provides = hints.provides(okrs, whose, has_own_rows=own_rows, directory=directory)
    source = source_of("spreadsheet", everything, provides, settings, log)
    return write(protos, directory, source, log, raw.notes)


def _known_teams(everything: Sequence[Line], directory: Directory) -> frozenset[str]:
    cells = (team_cell(line) for line in everything)
    named = {" ".join(cell.text.casefold().split()) for cell in cells if cell and "," not in cell.text}
    return frozenset(named.union(directory.team_ids))


def _seen(raw: Workbook) -> str:
    names = [f"sheet “{sheet.name}”" for sheet in raw.sheets if sheet.name]
    return f"{raw.name}, {', '.join(names)}" if names else raw.name


def _say_what_is_ignored(raw: Workbook, okrs: Sequence[Table], listed: Sequence[Table], log: Log) -> None:
    read = {table.sheet for table in (*okrs, *listed)}
    for sheet in raw.sheets:
        if sheet.name not in read and okrs:
            log.note(f"Sheet “{sheet.name}” has no objective column and was not read.")
    for table in okrs:
        if table.header.unknown:
            names = ", ".join(f"“{name}”" for name in table.header.unknown[:12])
            log.note(f"Columns of {table.title} that mean nothing here were not read: {names}.")
        if table.header.repeated:
            names = ", ".join(f"“{name}”" for name in table.header.repeated[:12])
            log.note(f"Columns of {table.title} that repeat the meaning of another were not read: {names}.")


def _say_what_was_decided(grouped: Grouped, whose: Whose, rows: int, log: Log) -> None:
    if "owner" in whose.of_key_results:
        log.note("The owner column was read as the owners of key results: it differs within most objectives.")
    used = sum(len(each.lines) for each in grouped.groups) + len(grouped.loose)
    if used < rows:
        log.note(f"{rows - used} rows with neither an objective nor a key result were left out.")
