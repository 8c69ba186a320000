"""A table file as plain data: sheets of numbered rows of cells, whatever format they came from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

Value = str | int | float | bool | None
MAX_CELL_TEXT = 131_072
MAX_ROWS = 50_000
MAX_COLUMNS = 1_000


class Cell(NamedTuple):
    """One cell that is not empty."""

    value: Value
    unit: str = ""
    """The unit that the cell's number format shows: "%" or a currency sign."""
    problem: str = ""
    """Why the cell has no value, such as "shows #REF!"; a fault if the cell is wanted."""
    hint: str = ""
    link: str = ""
    """The address of a HYPERLINK formula."""
    spread: bool = False
    """Whether the value stands in another cell that this one is merged with."""

    @property
    def text(self) -> str:
        """The value as text without space around it; a whole number without a fraction."""
        if isinstance(self.value, float) and self.value.is_integer() and abs(self.value) < 1e15:
            return str(int(self.value))
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        return "" if self.value is None else str(self.value).strip()


class Row(NamedTuple):
    """One row that is not empty: its number, counted from 1, and its cells by column, counted from 0."""

    number: int
    cells: Mapping[int, Cell]


class Sheet(NamedTuple):
    """One sheet; `name` is "" for a text file."""

    name: str
    rows: tuple[Row, ...]


class Workbook(NamedTuple):
    """A table file; `notes` say how it was read."""

    name: str
    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...] = ()


@lru_cache(maxsize=1024)
def column_letters(column: int) -> str:
    """0 is A, 25 is Z, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def place(file: str, sheet: str, row: int, column: int) -> str:
    """Where a person finds a cell: "okrs.xlsx, sheet “OKRs”, cell F7"; a column below 0 is the row."""
    where = f", sheet “{sheet}”" if sheet else ""
    return f"{file}{where}, cell {column_letters(column)}{row}" if column >= 0 else f"{file}{where}, row {row}"
