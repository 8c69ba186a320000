"""Sheets whose header is known: lines of cells by field, each with the place a person finds it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from connectors.contract import Fault
from connectors.reading.cycles import is_cycle
from connectors.reading.headers import Column, Header, find_header
from connectors.reading.table import Cell, Row, Sheet, Workbook, place
from connectors.sheets.progress import as_percentages

Key = tuple[str, str, int]
"""Field, scope ("", "objective" or "key_result"), and number of the key result in the row."""

SHEET_NAME = -1
"""The column that stands for the sheet's name, where that is the cycle."""


class Taken(NamedTuple):
    """A cell that has a value, its text, where it is, and the unit its column's header gives."""

    cell: Cell
    text: str
    place: str
    unit: str = ""


class Log:
    """What was decided or left out, and what is wrong; each said once."""

    def __init__(self) -> None:
        self.notes: dict[str, None] = {}
        self.faults: dict[Fault, None] = {}

    def note(self, sentence: str) -> None:
        """Say something to the person, once."""
        self.notes.setdefault(sentence)

    def problem(self, taken: Taken) -> None:
        """A wanted cell that has no value to give."""
        self.faults.setdefault(Fault("", f"The cell {taken.cell.problem}.", taken.cell.hint, taken.place))


class Table(NamedTuple):
    """A sheet with a header."""

    file: str
    sheet: str
    header: Header
    columns: Mapping[Key, Column]
    rows: tuple[Row, ...]
    log: Log
    numbers: tuple[int, ...] = (0,)
    """0 for the plain column of key results, and the n of each column “KR n”."""

    @property
    def title(self) -> str:
        """The sheet as a note names it."""
        return f"sheet “{self.sheet}”" if self.sheet else f"“{self.file}”"


class Line(NamedTuple):
    """One row below the header, its cells by field; `broken` are the cells that should have a value and have none."""

    table: Table
    row: Row
    cells: Mapping[Key, Taken]
    broken: Mapping[Key, Taken]

    def take(self, field: str, scope: str = "", number: int = 0) -> Taken | None:
        """The cell of a field; None if there is no such column, or it is empty, or it has a problem (then a fault)."""
        taken = self.cells.get((field, scope, number))
        if taken is None and self.broken and (field, scope, number) in self.broken:
            self.table.log.problem(self.broken[field, scope, number])
        return taken

    def text(self, field: str, scope: str = "", number: int = 0) -> str:
        """The text of a field; "" where there is none."""
        taken = self.take(field, scope, number)
        return taken.text if taken else ""

    @property
    def place(self) -> str:
        """The row, by its first cell."""
        return place(self.table.file, self.table.sheet, self.row.number, min(self.row.cells))


def table_of(workbook: Workbook, sheet: Sheet, log: Log) -> Table | None:
    """The sheet under its header; None where no header is found."""
    header = find_header(sheet)
    if header is None:
        return None
    columns = {(column.field, column.scope, column.number): column for column in header.columns}
    rows = tuple(row for row in sheet.rows if row.number > header.row and not _only_spread(row))
    if ("cycle", "", 0) not in columns and is_cycle(sheet.name):
        columns["cycle", "", 0] = Column(SHEET_NAME, "cycle", sheet.name)
        rows = tuple(Row(row.number, {**row.cells, SHEET_NAME: Cell(sheet.name.strip())}) for row in rows)
        log.note(f"The name of sheet “{sheet.name}” was read as the cycle of its rows.")
    rows, raised = as_percentages(rows, header)
    for name in raised:
        log.note(f"Column “{name}” holds fractions up to 1; they were read as percentages.")
    numbers = sorted({0, *(number for field, _, number in columns if field == "key_result")})
    return Table(workbook.name, sheet.name, header, columns, rows, log, tuple(numbers))


def _only_spread(row: Row) -> bool:
    return all(cell.spread for cell in row.cells.values())


def lines(tables: Iterable[Table]) -> list[Line]:
    """All rows of the tables, in order."""
    return [line_of(table, row) for table in tables for row in table.rows]


def line_of(table: Table, row: Row) -> Line:
    """A row with its cells by field."""
    found: dict[Key, Taken] = {}
    broken: dict[Key, Taken] = {}
    for key, column in table.columns.items():
        cell = row.cells.get(column.position)
        if cell is None:
            continue
        text = cell.text
        if text or cell.problem:
            where = place(table.file, table.sheet, row.number, column.position)
            (broken if cell.problem else found)[key] = Taken(cell, text, where, column.unit)
    return Line(table, row, found, broken)
