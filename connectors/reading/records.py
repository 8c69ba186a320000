"""Records that a tool answered, read field by field; what has the wrong shape counts as absent."""

from __future__ import annotations

import datetime
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d(?=$|[T ])")
NUMBER = re.compile(r"[-+]?\d{1,15}(\.\d{1,15})?(e[-+]?\d{1,2})?", re.IGNORECASE)
DIGITS = re.compile(r"\d{1,15}")
UTC = ZoneInfo("UTC")
_BEFORE_OFFSET = re.compile(r"\s+(?=[-+]\d|Z)")
_LARGEST = 1e15
_LATEST = 253_000_000_000
"""Unix time in the year 9987: later ones are no dates."""


class Record(NamedTuple):
    """One object of an answer. Its readers give None, "" or nothing for what is absent or unreadable."""

    data: Mapping[str, Any]
    odd: Counter[str]
    """By field: values that could not be read. Shared by all records of one reading."""

    def id(self, field: str) -> str:
        """An id, which is text or a whole number; tools write 0 for none."""
        value = self.data.get(field)
        found = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if found is not None and not isinstance(found, str):
            self.odd[field] += 1
            return ""
        found = (found or "").strip()
        return "" if found == "0" else found

    def text(self, field: str) -> str:
        """A text, without the space around it."""
        value = self.data.get(field)
        if value is not None and not isinstance(value, str):
            self.odd[field] += 1
        return value.strip() if isinstance(value, str) else ""

    def number(self, field: str) -> float | None:
        """A number, or a text that holds one as programs write it, perhaps with a percent sign."""
        value = self.data.get(field)
        if isinstance(value, str):
            text = value.strip().removesuffix("%").rstrip()
            value = float(text) if NUMBER.fullmatch(text) else (text or None)
        if value is None:
            return None
        if isinstance(value, bool | str) or not isinstance(value, int | float) or not _plain(value):
            self.odd[field] += 1
            return None
        return int(value) if float(value).is_integer() else value

    def day(self, field: str, zone: ZoneInfo | None = None) -> str | None:
        """The day of an ISO date, or of an ISO date and time: in a time zone, or as it is written."""
        text = self.text(field)
        if text and not ISO_DAY.match(text):
            self.odd[field] += 1
            return None
        return day_of(text, zone) or None

    def moment(self, field: str, zone: ZoneInfo = UTC, *, per_second: int = 1) -> str | None:
        """The day of a Unix time (a number or digits) in a time zone; 0 is none."""
        value = self.data.get(field)
        digits = str(value).strip() if isinstance(value, int | str) and not isinstance(value, bool) else ""
        if value in (None, "", 0, "0"):
            return None
        if DIGITS.fullmatch(digits) and (seconds := int(digits) / per_second) < _LATEST:
            return datetime.datetime.fromtimestamp(seconds, zone).date().isoformat()
        self.odd[field] += 1
        return None

    def inner(self, field: str) -> Record:
        """An object within this one; empty where it is absent."""
        value = self.data.get(field)
        if value is not None and not isinstance(value, Mapping):
            self.odd[field] += 1
        return Record(value if isinstance(value, Mapping) else {}, self.odd)

    def many(self, field: str) -> list[Record]:
        """The objects of a list."""
        return [Record(item, self.odd) for item in self._list(field) if self._fits(field, item, Mapping)]

    def ids(self, field: str) -> list[str]:
        """The ids of a list, each once."""
        found = [Record({field: item}, self.odd).id(field) for item in self._list(field)]
        return list(dict.fromkeys(each for each in found if each))

    def _list(self, field: str) -> Sequence[Any]:
        value = self.data.get(field)
        return value if value is not None and self._fits(field, value, list) else ()

    def _fits(self, field: str, value: object, shape: type) -> bool:
        if not isinstance(value, shape):
            self.odd[field] += 1
            return False
        return True


def day_of(text: str, zone: ZoneInfo | None = None) -> str:
    """The day of an ISO text: as it is written, but in the zone, if any, where the text tells a moment (a time and an offset)."""
    written = text[:10]
    if zone is None or len(text) == len(written):
        return written
    try:
        moment = datetime.datetime.fromisoformat(_BEFORE_OFFSET.sub("", text.upper()))
        return written if moment.tzinfo is None else moment.astimezone(zone).date().isoformat()
    except (ValueError, OverflowError):
        return written


def records(values: Sequence[Any], odd: Counter[str], what: str) -> Iterator[Record]:
    """The objects among some values; `what` counts the others: "goal"."""
    for value in values:
        if isinstance(value, Mapping):
            yield Record(value, odd)
        else:
            odd[what] += 1


def flat(value: object, mark: str, depth: int = 4) -> Iterator[Mapping[str, Any]]:
    """The objects with an id in the field `mark`, wherever they lie: alone, in a list, under keys, or inside other objects."""
    if isinstance(value, Mapping) and isinstance(value.get(mark), str | int):
        yield value
    elif isinstance(value, Mapping | list) and depth:
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from flat(each, mark, depth - 1)


def _plain(value: float) -> bool:
    return math.isfinite(value) and abs(value) <= _LARGEST
