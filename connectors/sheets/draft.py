"""The fields of an item as they are read from cells, each with its place."""

from __future__ import annotations

import re
from typing import Any

from connectors.reading import words
from connectors.reading.numbers import unit_in
from connectors.reading.table import Value
from connectors.sheets.grid import Log, Taken

UNIT_WORDS = {"percent": "%", "percentage": "%", "pct": "%", "per_cent": "%"}


class Draft:
    """The data of one item, its places, and the log of what was left out of it."""

    def __init__(self, log: Log) -> None:
        self.data: dict[str, Any] = {}
        self.places: dict[str, str] = {}
        self.log = log

    def put(self, field: str, value: Any, taken: Taken) -> None:
        """A value, unless it is empty or the field has one."""
        if field not in self.data and value is not None and value != "" and value != []:
            self.data[field] = value
            self.places[f"/{field}"] = taken.place

    def text(self, field: str, taken: Taken | None) -> None:
        """A text as it stands."""
        if taken:
            self.put(field, taken.text, taken)

    def date(self, field: str, taken: Taken | None) -> None:
        """A date: ISO from a date cell, or text for the document's reader; text without a digit is left out."""
        if taken and self._has_digit(field, taken):
            self.put(field, taken.text, taken)

    def number(self, field: str, taken: Taken | None) -> None:
        """A number, or text for the document's reader, which knows how numbers are written."""
        if taken and self._has_digit(field, taken):
            self.put(field, taken.text if isinstance(taken.cell.value, str) else taken.cell.value, taken)

    def status(self, field: str, taken: Taken | None) -> None:
        """A status in the document's words where it is known."""
        if taken:
            self.put(field, words.status(taken.text), taken)

    def unit(self, taken: Taken | None, numbers: list[Taken | None]) -> None:
        """The unit column's word, or else what the numbers show: a percent or currency sign."""
        if taken:
            self.put("unit", UNIT_WORDS.get(words.fold(taken.text), taken.text), taken)
        for number in numbers:
            if number and "unit" not in self.data:
                self.put("unit", number.cell.unit or unit_in(_string(number.cell.value)) or number.unit, number)

    def tags(self, taken: Taken | None) -> None:
        """Tags, parted by commas, semicolons or lines."""
        if taken:
            self.put("tags", [part.strip() for part in re.split(r"[,;\n]", taken.text) if part.strip()], taken)

    def _has_digit(self, field: str, taken: Taken) -> bool:
        if isinstance(taken.cell.value, bool) or not any(char.isdigit() for char in taken.text):
            self.log.note(f"“{taken.text[:40]}” is no {field.replace('_', ' ')}: left out ({taken.place}).")
            return False
        return True


def _string(value: Value) -> str:
    return value if isinstance(value, str) else ""
