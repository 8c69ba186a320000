"""One sheet of a workbook, streamed: a single far cell or a merge of the whole sheet costs nothing."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from typing import NamedTuple

from connectors.reading.archives import Archive
from connectors.reading.delimited import HYPERLINK
from connectors.reading.files import refuse
from connectors.reading.table import MAX_CELL_TEXT, MAX_COLUMNS, MAX_ROWS, Cell, Row, Sheet
from connectors.reading.xlsx_parts import Attributes, Book, SheetPart, parse_part
from connectors.reading.xlsx_styles import GENERAL, number_cell

REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
MAX_CELLS = 1_500_000
MAX_SPREAD = 200_000
NO_CACHE_HINT = "Open the file in Excel, let it calculate, and save it."


class Merge(NamedTuple):
    """A merged range of rows; only its first column counts."""

    first: int
    last: int
    column: int


class _Open:
    """The cell being read."""

    __slots__ = ("column", "formula", "has_formula", "has_value", "kind", "row", "style", "value")

    def __init__(self, row: int, column: int, kind: str, style: str) -> None:
        self.row, self.column, self.kind, self.style = row, column, kind, style
        self.value: list[str] = []
        self.formula: list[str] = []
        self.has_value = self.has_formula = False


class _Reader:
    def __init__(self, book: Book, name: str) -> None:
        self.book, self.name = book, name
        self.rows: dict[int, dict[int, Cell]] = {}
        self.merges: list[Merge] = []
        self.row = self.column = self.count = 0
        self.cell: _Open | None = None
        self.into: list[str] | None = None

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag == "c":
            self.open(attributes)
        elif tag == "row":
            number = attributes.get("r", "")
            self.row = int(number) if number.isdigit() and len(number) < 8 else self.row + 1
            self.column = 0
        elif tag == "mergeCell":
            self.merge(attributes.get("ref", ""))
        elif self.cell is not None:
            self.inner(self.cell, tag)

    def open(self, attributes: Attributes) -> None:
        self.count += 1
        if self.count > MAX_CELLS:
            refuse(f"“{self.name}” has more than {MAX_CELLS:,} cells.", "Export one cycle at a time.")
        column, row = reference(attributes.get("r", "")) or (self.column, self.row)
        self.column = column + 1
        self.cell = _Open(row, column, attributes.get("t", "n"), attributes.get("s", ""))

    def inner(self, cell: _Open, tag: str) -> None:
        if tag == "f":
            cell.has_formula, self.into = True, cell.formula
        elif tag in ("v", "t"):
            cell.has_value, self.into = True, cell.value

    def text(self, data: str) -> None:
        if self.into is not None:
            self.into.append(data)

    def end(self, tag: str) -> None:
        if tag in ("f", "v", "t"):
            self.into = None
        elif tag == "c" and self.cell is not None:
            cell, self.cell = self.cell, None
            if cell.column < MAX_COLUMNS and (found := self.read(cell)) is not None:
                self.put(cell, found)

    def put(self, cell: _Open, found: Cell) -> None:
        if len(self.rows) >= MAX_ROWS and cell.row not in self.rows:
            refuse(f"“{self.name}” has more than {MAX_ROWS:,} rows.", "Export one cycle at a time.")
        self.rows.setdefault(cell.row, {})[cell.column] = found

    def read(self, cell: _Open) -> Cell | None:
        value, formula = "".join(cell.value), "".join(cell.formula)
        link = HYPERLINK.match(f"={formula}") if cell.has_formula else None
        if link:
            return Cell(value.strip() or link[2].strip(), link=link[1])
        if cell.has_formula and not value and cell.kind != "str":
            return Cell(None, problem="holds a formula whose value was never calculated", hint=NO_CACHE_HINT)
        if cell.kind == "e":
            return Cell(None, problem=f"shows {value}", hint="Mend the formula.")
        return self.plain(cell, value) if cell.has_value else None

    def plain(self, cell: _Open, value: str) -> Cell | None:
        if cell.kind == "s":
            value = self.book.texts[int(value)] if value.isdigit() and int(value) < len(self.book.texts) else ""
        if cell.kind in ("s", "str", "inlineStr", "d"):
            if len(value) > MAX_CELL_TEXT:
                return Cell(None, problem=f"holds more than {MAX_CELL_TEXT:,} characters", hint="Shorten the text.")
            return Cell(value.strip()) if value.strip() else None
        if cell.kind == "b":
            return Cell(value == "1")
        return self.number(cell, value)

    def number(self, cell: _Open, value: str) -> Cell | None:
        if not value.strip():
            return None
        try:
            number = float(value)
        except ValueError:
            return Cell(value[:MAX_CELL_TEXT])
        if not math.isfinite(number):
            return Cell(None, problem="holds a number too large to read", hint="Mend the number.")
        formats = self.book.formats
        meaning = formats[int(cell.style)] if cell.style.isdigit() and int(cell.style) < len(formats) else GENERAL
        return number_cell(number, meaning, from_1904=self.book.from_1904)

    def merge(self, ref: str) -> None:
        first, _, last = ref.partition(":")
        start, end = reference(first), reference(last)
        if start and end and end[1] > start[1]:
            self.merges.append(Merge(start[1], end[1], start[0]))

    def spread(self) -> None:
        """Give every row of a merged range the range's value, as far as the sheet has rows."""
        numbers = sorted(self.rows)
        left = MAX_SPREAD
        for merge in self.merges:
            value = self.rows.get(merge.first, {}).get(merge.column)
            if value is None:
                continue
            for number in _between(numbers, merge.first + 1, merge.last):
                self.rows[number].setdefault(merge.column, value._replace(spread=True))
                left -= 1
                if left < 0:
                    refuse(f"“{self.name}” merges too many cells.", "Unmerge them.")


def _between(numbers: list[int], first: int, last: int) -> list[int]:
    return numbers[bisect_left(numbers, first) : bisect_right(numbers, last)]


def reference(text: str) -> tuple[int, int] | None:
    """Column (from 0) and row (from 1) of "F7"; None for anything else."""
    match = REFERENCE.fullmatch(text)
    if not match:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return column - 1, int(match[2])


def read_sheet(archive: Archive, part: SheetPart, book: Book) -> Sheet:
    """Read one sheet. Raises SourceError."""
    reader = _Reader(book, archive.name)
    parse_part(archive, part.member, reader.start, reader.end, reader.text)
    reader.spread()
    return Sheet(part.name, tuple(Row(number, reader.rows[number]) for number in sorted(reader.rows)))
