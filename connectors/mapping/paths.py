"""Where a value is in a record of a tool: a path with dots (`owner.email`, `edges.*.node`), or a JSON Pointer.

A path is a fixed list of steps, and each goes down: finding what it leads to takes no longer than walking the record once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

ABOVE = "^"
"""A field that every inner record has: the record around it, or the one for which it was asked."""
_LONGEST = 300
_MOST = 20


class Path(NamedTuple):
    """Steps down from a record: names, places in a list, and None for each entry of a list."""

    text: str
    steps: tuple[str | None, ...]


def read_path(text: str) -> Path:
    """Read a path as it is written; raises ValueError with a sentence. “” and “.” are the record itself."""
    if len(text) > _LONGEST:
        raise ValueError(f"A path has at most {_LONGEST} characters.")
    if text.startswith("/"):
        if re.search(r"~(?![01])", text):
            raise ValueError("In a JSON Pointer “~” is written “~0”, and “/” in a name “~1”.")
        steps = [part.replace("~1", "/").replace("~0", "~") for part in text[1:].split("/")]
        return _bounded(text, steps)
    parts = [] if text in ("", ".") else text.split(".")
    if not all(part and part == part.strip() for part in parts):
        raise ValueError(
            "A path is names with dots between them, such as owner.email; or a JSON Pointer: /owner/email."
        )
    return _bounded(text, [None if part == "*" else part for part in parts])


def _bounded(text: str, steps: Sequence[str | None]) -> Path:
    if len(steps) > _MOST:
        raise ValueError(f"A path has at most {_MOST} steps.")
    return Path(text, tuple(steps))


def find(path: Path, record: Any) -> list[Any]:
    """What a path leads to: nothing, one value, or with a star one for each entry."""
    found = [record]
    for step in path.steps:
        found = [inner for value in found for inner in _under(value, step)]
    return found


def rows(path: Path, data: Any) -> list[Any] | None:
    """The records that a path leads to: the entries of a list, or one object. None where it leads to neither."""
    if None in path.steps:
        # Without the list before the star there are not no records: there is another answer than was expected.
        before = find(Path("", path.steps[: path.steps.index(None)]), data)
        return find(path, data) if len(before) == 1 and isinstance(before[0], list) else None
    found = find(path, data)
    if len(found) != 1 or not isinstance(found[0], list | Mapping):
        return None
    return found[0] if isinstance(found[0], list) else [found[0]]


def _under(value: Any, step: str | None) -> Sequence[Any]:
    if step is None:
        return value if isinstance(value, list) else ()
    if isinstance(value, Mapping):
        return (value[step],) if step in value else ()
    if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
        return (value[int(step)],)
    return ()
