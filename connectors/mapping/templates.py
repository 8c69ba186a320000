"""Texts with places for values of a record: `/goals/{id}/outcomes`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from connectors.mapping.paths import Path, find, read_path

_PLACE = re.compile(r"\{([^{}\s]+)\}")


class Template(NamedTuple):
    """A text: pieces between which the values stand."""

    pieces: tuple[str, ...]
    paths: tuple[Path, ...]

    def fill(self, record: Any, quote: Callable[[str], str] = str) -> tuple[str, tuple[str, ...]]:
        """The text for a record, and which paths led to nothing; those are left empty."""
        values = [plain(next(iter(find(path, record)), None)) for path in self.paths]
        absent = tuple(path.text for path, value in zip(self.paths, values, strict=True) if not value)
        filled = (f"{quote(value)}{piece}" for value, piece in zip(values, self.pieces[1:], strict=True))
        return self.pieces[0] + "".join(filled), absent


def read_template(text: str) -> Template:
    """Read a text with places; raises ValueError with a sentence where a path in it is none."""
    parts = _PLACE.split(text)
    return Template(tuple(parts[::2]), tuple(read_path(part) for part in parts[1::2]))


def read_whole(value: Any) -> Any:
    """A JSON value in which every text that is nothing but a place is a Template. Raises ValueError with a sentence."""
    if isinstance(value, Mapping):
        return {str(name): read_whole(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [read_whole(inner) for inner in value]
    return read_template(value) if isinstance(value, str) and _PLACE.fullmatch(value) else value


def templates_in(value: Any) -> Iterator[Template]:
    """The templates anywhere in a value."""
    if isinstance(value, Template):
        yield value
    elif isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from templates_in(inner)


def filled(value: Any, record: Any) -> Any:
    """A value with its templates filled for a record."""
    if isinstance(value, Template):
        return value.fill(record)[0]
    if isinstance(value, Mapping):
        return {name: filled(inner, record) for name, inner in value.items()}
    return [filled(inner, record) for inner in value] if isinstance(value, list) else value


def plain(value: Any) -> str:
    """A single value as text: true, 12, a word; "" for None and for whatever is no single value."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).strip() if isinstance(value, str | int | float) else ""
