"""One field of the document, worked out from a record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from connectors.mapping.paths import Path, find
from connectors.mapping.templates import Template, plain
from connectors.reading import words
from connectors.reading.records import UTC, Record

LISTS = {
    "texts": "text", "ids": "id", "[owner]": "who", "[link]": "id", "[supported]": "id", "[contributor]": "id",
}  # fmt: skip
"""Kinds of field that take several values, and the kind of each."""
PER_SECOND = {"seconds": 1, "milliseconds": 1000}
ELSE = "*"
"""In a table of words: all that are not named."""
_WORDS = {"level": words.level, "direction": words.direction, "status": words.status, "unit": words.unit}


class Value(NamedTuple):
    """Where a field of the document comes from."""

    kind: str
    """Kind of the field: a word of `connectors.reading.shape`."""
    paths: tuple[Path, ...] = ()
    """The first that leads to something counts."""
    constant: Any = None
    template: Template | None = None
    words: Mapping[str, Any] | None = None
    """What the tool's words mean; None: nothing."""
    date: str = "iso"
    times: float | None = None

    def of(self, record: Mapping[str, Any], odd: Counter[str], field: str, zone: ZoneInfo | None = None) -> Any:
        """The field of a record; None, "" or [] where it has none. What cannot be read is counted in `odd`.

        Moments become days in the zone; without one, in UTC, and ISO texts as they are written.
        """
        if self.template is not None:
            found: list[Any] = [_written(self.template, record)]
        elif self.constant is not None:
            found = [self.constant]
        else:
            found = next(filter(None, (_said(path, record) for path in self.paths)), [])
        if self.kind in LISTS:
            read = [self._read(one, odd, field, zone) for value in found for one in _several(value)]
            return _listed(self.kind, list(dict.fromkeys(one for one in read if one not in (None, ""))))
        return self._read(found[0], odd, field, zone) if found else None

    def _read(self, raw: Any, odd: Counter[str], field: str, zone: ZoneInfo | None) -> Any:
        if self.words is not None:
            table, word = self.words, plain(raw)
            if word in table or ELSE in table:
                raw = table.get(word, table.get(ELSE))
        kind = LISTS.get(self.kind, self.kind)
        record = Record({field: raw}, odd)
        if kind == "number":
            number = record.number(field)
            return number if number is None or self.times is None else round(number * self.times, 9)
        if kind == "day":
            if self.date == "iso":
                return record.day(field, zone)
            return _moment(record, field, zone or UTC, PER_SECOND[self.date])
        if kind in ("id", "who"):
            # Tools write 0 for none where they name another record, but a first record may have that id.
            return "0" if field == "id" and plain(raw) == "0" else record.id(field)
        return _text(kind, raw, odd, field)


def _moment(record: Record, field: str, zone: ZoneInfo, per_second: int) -> str | None:
    value = record.data[field]
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    return Record({field: whole}, record.odd).moment(field, zone, per_second=per_second)


def _text(kind: str, raw: Any, odd: Counter[str], field: str) -> Any:
    number = isinstance(raw, int | float) and not isinstance(raw, bool)
    text = Record({field: str(raw) if number else raw}, odd).text(field)
    if kind not in _WORDS or not text:
        return text
    meant = _WORDS[kind](text)
    if meant is None:
        odd[field] += 1
    return meant


def _written(template: Template, record: Mapping[str, Any]) -> str | None:
    """A template filled; values in an address are quoted, and without one of them it is none."""
    address = "://" in template.pieces[0]
    text, absent = template.fill(record, (lambda value: quote(value, safe="")) if address else str)
    return None if (absent if address else len(absent) == len(template.paths)) else " ".join(text.split())


def _said(path: Path, record: Mapping[str, Any]) -> list[Any]:
    return [value for value in find(path, record) if value not in (None, "", [])]


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _listed(kind: str, found: list[Any]) -> list[Any]:
    if kind == "[owner]":
        return [{"person": one} for one in found]
    if kind in ("[link]", "[supported]"):
        return [{"id": one, "kind": "parent" if kind == "[link]" else "supports"} for one in found]
    return [{"team": one} for one in found] if kind == "[contributor]" else found
