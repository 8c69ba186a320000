"""Which row is the header, and which field each of its columns means."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from connectors.reading.synonyms import BY_NAME, RANK
from connectors.reading.table import Row, Sheet
from connectors.reading.words import fold

HEADER_WITHIN = 25
IN_BRACKETS = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
OF_OBJECTIVE = re.compile(r"(?:objective|goal|obj)_(.+)")
OF_KEY_RESULT = re.compile(r"(?:key_result|keyresult|kr)_?(\d+)?(?:_(.+))?")
UNIT_SIGNS = ("%", "$", "€", "£", "¥", "₹")


class Column(NamedTuple):
    """One column: its field, whose field it is, and how its header reads."""

    position: int
    field: str
    header: str
    scope: str = ""
    """ "objective" or "key_result" where the header says which; else ""."""
    number: int = 0
    """Which key result of the row, for columns such as “KR 2”; else 0."""
    unit: str = ""
    rank: int = 0
    """Among columns of one field, the lowest is meant, wherever it stands."""


class Header(NamedTuple):
    """The header row of a sheet: its row number and its columns, one a field."""

    row: int
    columns: tuple[Column, ...]
    unknown: tuple[str, ...]
    repeated: tuple[str, ...]

    @property
    def fields(self) -> frozenset[str]:
        """The fields there is a column for."""
        return frozenset(column.field for column in self.columns)


def meaning(index: int, text: str) -> Column | None:
    """The column a header text stands for; None where the text is unknown."""
    brackets = " ".join(part for pair in IN_BRACKETS.findall(text) for part in pair)
    unit = next((sign for sign in UNIT_SIGNS if sign in brackets), "")
    if text.strip() == "#":
        return Column(index, "id", text)
    bare = IN_BRACKETS.sub(" ", text)
    # Lower case too, because “KRs” is one word although it looks like camelCase.
    for candidate in (text, text.lower(), bare, bare.lower()):
        found = _meaning(fold(candidate[:200]))
        if found:
            field, scope, number = found
            return Column(index, field, text.strip(), scope, number, unit, RANK.get(fold(candidate[:200].lower()), 0))
    return None


def _meaning(name: str) -> tuple[str, str, int] | None:
    numbered = OF_KEY_RESULT.fullmatch(name)
    if numbered and numbered[1]:
        rest = numbered[2] or "key_result"
        field = BY_NAME.get(rest)
        field = "key_result" if field in ("title", "key_result", "description") else field
        return (field, "key_result", int(numbered[1][:6])) if field else None
    if name in BY_NAME:
        return BY_NAME[name], _own_scope(name), 0
    of_objective = OF_OBJECTIVE.fullmatch(name)
    if of_objective and of_objective[1] in BY_NAME:
        return BY_NAME[of_objective[1]], "objective", 0
    if numbered and numbered[2] in BY_NAME:
        return BY_NAME[numbered[2]], "key_result", 0
    return None


def _own_scope(name: str) -> str:
    return "objective" if name.startswith("objective_") and BY_NAME[name] in ("primary_owner", "owner", "level") else ""


def score(texts: Iterable[str]) -> int:
    """How many different fields a row names, as a header would."""
    found = {
        (column.field, column.scope, column.number) for text in texts if text.strip() and (column := meaning(0, text))
    }
    return len(found)


def find_header(sheet: Sheet) -> Header | None:
    """The row among the first that names the most fields; None where none names any."""
    best, best_score = None, 0
    for row in sheet.rows:
        if row.number > HEADER_WITHIN + sheet.rows[0].number:
            break
        points = score(_texts(row))
        if points > best_score:
            best, best_score = row, points
    return _header(best) if best else None


def _texts(row: Row) -> list[str]:
    # A long cell is no header, whatever it begins with.
    return [cell.text for cell in row.cells.values() if isinstance(cell.value, str) and len(cell.text) <= 120]


def _header(row: Row) -> Header:
    columns: dict[tuple[str, str, int], Column] = {}
    unknown: list[str] = []
    repeated: list[str] = []
    found = [(cell.text[:60], meaning(index, cell.text)) for index, cell in sorted(row.cells.items())]
    for text, column in sorted(found, key=lambda pair: pair[1].rank if pair[1] else 0):
        if column is None:
            unknown.append(text)
        elif (column.field, column.scope, column.number) in columns:
            repeated.append(text)
        else:
            columns[column.field, column.scope, column.number] = column
    return Header(row.number, tuple(columns.values()), tuple(unknown), tuple(repeated))


def is_okr_header(fields: Collection[str]) -> bool:
    """Whether a sheet with these columns holds OKRs: objectives or key results, or typed titles."""
    return bool({"objective", "key_result"} & set(fields)) or is_typed(fields)


def is_typed(fields: Collection[str]) -> bool:
    """Whether each row names its own kind beside a title."""
    return "title" in fields and bool({"type", "object_type"} & set(fields))
