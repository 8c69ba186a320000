"""Cells of a spreadsheet from what Google tells of each twice: its value, and how it is shown.

The value alone does not say whether 46387 is a date, nor 0.9 a percentage; what is shown alone is a text in the habits of the
spreadsheet's locale. Together they tell both.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from openpyxl.utils.datetime import from_excel

from connectors.reading.numbers import CURRENCIES
from connectors.reading.table import MAX_CELL_TEXT, MAX_COLUMNS, Cell, Row
from connectors.reading.xlsx_styles import GENERAL, Format, number_cell

_ERROR = re.compile(r"#(REF!|N/A|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|ERROR!)|Loading\.\.\.")
_LETTER = re.compile(r"[^\W\d_]")
_EARLIEST, _LATEST = 18_264, 109_938
"""The serial numbers of days in 1950 and 2200: others are no dates of OKRs."""


def rows(first: int, values: Sequence[Any], shown: Sequence[Any]) -> Iterator[Row]:
    """The rows that are not empty; `first` is the number of the first one. Rows and cells may be fewer than the sheet has.

    Where the two tell different things, a row is read as it is shown. Without numbers, `shown` may be left out.
    """
    for index, row in enumerate(values):
        if not isinstance(row, list):
            continue
        other = _row(shown, index)
        cells = _as_shown(other) if shown and _differ(row, other) else _together(row, other)
        if cells:
            yield Row(first + index, cells)


def agree(values: Sequence[Any], shown: Sequence[Any]) -> bool:
    """Whether the two tell of the same rows: somebody may change the sheet between the two questions."""
    return not any(_differ(row, _row(shown, index)) for index, row in enumerate(values) if isinstance(row, list))


def _row(shown: Sequence[Any], index: int) -> Sequence[Any]:
    return shown[index] if index < len(shown) and isinstance(shown[index], list) else []


def _together(row: Sequence[Any], shown: Sequence[Any]) -> dict[int, Cell]:
    found = ((at, _cell(value, shown[at] if at < len(shown) else None)) for at, value in enumerate(row[:MAX_COLUMNS]))
    return {at: cell for at, cell in found if cell is not None}


def _as_shown(shown: Sequence[Any]) -> dict[int, Cell]:
    found = ((at, _text(text)) for at, text in enumerate(shown[:MAX_COLUMNS]) if isinstance(text, str))
    return {at: cell for at, cell in found if cell is not None}


def _differ(row: Sequence[Any], shown: Sequence[Any]) -> bool:
    """Whether texts are not those that are shown, or numbers are not shown at all."""
    for at, value in enumerate(row):
        other = shown[at] if at < len(shown) else ""
        if isinstance(value, str) and value.strip() != str(other).strip():
            return True
        if isinstance(value, int | float) and other == "":
            return True
    return False


def _cell(value: Any, shown: Any) -> Cell | None:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return Cell(value)
    if not isinstance(value, int | float):
        return None
    return number_cell(float(value), _format(value, shown if isinstance(shown, str) else ""), from_1904=False)


def _text(text: str) -> Cell | None:
    bare = text.strip()
    if _ERROR.fullmatch(bare):
        return Cell(None, problem=f"shows {bare}", hint="Mend the formula.")
    if len(bare) > MAX_CELL_TEXT:
        return Cell(None, problem=f"holds more than {MAX_CELL_TEXT:,} characters", hint="Shorten the text.")
    return Cell(bare) if bare else None


def _format(number: float, shown: str) -> Format:
    if "%" in shown:
        return Format(percent=True)
    if _is_date(number, shown[:60]):
        return Format(date=True)
    sign = next((sign for sign in CURRENCIES if sign in shown), "")
    return Format(currency=sign) if sign else GENERAL


def _is_date(number: float, shown: str) -> bool:
    """Whether every number that is shown is part of the date and time that the value would be, and enough of it is."""
    found = from_excel(number) if _EARLIEST <= number < _LATEST else None
    if not isinstance(found, dt.datetime):
        return False
    said = [int(digits) for digits in re.findall(r"\d+", shown)]
    day = {found.year, found.year % 100, found.month, found.day}
    time = {found.hour, found.hour % 12 or 12, found.minute, found.second, 0}
    enough = len(said) > 1 or (len(said) == 1 and _LETTER.search(shown) is not None)
    return enough and all(one in day or one in time for one in said) and any(one in day for one in said)


def has_numbers(values: Sequence[Any]) -> bool:
    """Whether it matters how these are shown."""
    return any(
        isinstance(value, int | float) and not isinstance(value, bool)
        for row in values
        if isinstance(row, list)
        for value in row
    )


def rows_in(data: Any) -> list[Any] | None:
    """The rows in an answer; None where it has another shape. An empty range has none."""
    values = data.get("values", []) if isinstance(data, Mapping) else None
    return values if isinstance(values, list) and all(isinstance(row, list) for row in values) else None
