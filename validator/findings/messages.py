"""A rule's message about one fact."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

MOST = 160
"""Characters of one text in a message."""


class _Formatter(string.Formatter):
    """Attributes by name; what is unknown reads as unknown."""

    def get_value(self, key: int | str, args: Any, kwargs: Mapping[str, Any]) -> Any:
        return _readable(kwargs.get(str(key)))

    def format_field(self, value: Any, format_spec: str) -> str:
        return str(value) if isinstance(value, str) else format(value, format_spec)


def _readable(value: Any) -> Any:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if not isinstance(value, str) or len(value) <= MOST else value[: MOST - 1] + "…"


_FORMATTER = _Formatter()


def message(template: str, values: Mapping[str, Any]) -> str:
    """The template with a fact's values in it."""
    return _FORMATTER.vformat(template, (), values)
