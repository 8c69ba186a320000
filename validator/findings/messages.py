"""A rule's message about one fact."""

from __future__ import annotations

import functools
import string
from collections.abc import Mapping
from typing import Any

MOST = 160
"""Characters of one text in a message."""


def message(template: str, values: Mapping[str, Any]) -> str:
    """The template with a fact's values in it; what is unknown reads as unknown."""
    return "".join(literal + _shown(values, name, form) for literal, name, form in _parts(template))


@functools.lru_cache(maxsize=4_096)
def _parts(template: str) -> tuple[tuple[str, str | None, str], ...]:
    return tuple((literal, name, form or "") for literal, name, form, _ in string.Formatter().parse(template))


def _shown(values: Mapping[str, Any], name: str | None, form: str) -> str:
    if name is None:
        return ""
    value = _readable(values.get(name))
    return value if isinstance(value, str) else format(value, form)


def _readable(value: Any) -> Any:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if not isinstance(value, str) or len(value) <= MOST else value[: MOST - 1] + "…"
