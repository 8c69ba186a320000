"""Progress written as a fraction: 0.45 for 45 %."""

from __future__ import annotations

import re

from connectors.reading.headers import Header
from connectors.reading.table import Cell, Row, Value

FRACTION = re.compile(r"\s*(?:0?[.,]\d+|[01](?:[.,]\d+)?)\s*")


def as_percentages(rows: tuple[Row, ...], header: Header) -> tuple[tuple[Row, ...], list[str]]:
    """The rows with such columns as percentages, and the headers of those columns.

    A column is one of fractions where no value of it is above 1 and some lie between 0 and 1.
    """
    columns = [column for column in header.columns if column.field == "progress"]
    changed = [column for column in columns if _all_fractions(rows, column.position)]
    positions = {column.position for column in changed}
    if not positions:
        return rows, []
    raised = tuple(
        Row(row.number, {at: _raised(cell, at in positions) for at, cell in row.cells.items()}) for row in rows
    )
    return raised, [column.header for column in changed]


def _all_fractions(rows: tuple[Row, ...], position: int) -> bool:
    cells = [cell for row in rows if (cell := row.cells.get(position)) and cell.text]
    if any(cell.unit or cell.problem for cell in cells):
        return False
    values = [_fraction(cell.value) for cell in cells]
    return all(value is not None for value in values) and any(value and 0 < value < 1 for value in values)


def _fraction(value: Value) -> float | None:
    if isinstance(value, str):
        return float(value.strip().replace(",", ".")) if FRACTION.fullmatch(value[:30]) else None
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1 else None


def _raised(cell: Cell, wanted: bool) -> Cell:
    value = _fraction(cell.value) if wanted else None
    return cell if value is None else cell._replace(value=round(value * 100, 9), unit="%")
