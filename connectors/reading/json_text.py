"""JSON text into plain data, with the line and column of what is wrong."""

from __future__ import annotations

from typing import Any

import orjson

from connectors.contract import Fault, SourceError
from connectors.reading.files import decode, refuse

MAX_DEPTH = 100


def parse_json(data: bytes, name: str) -> Any:
    """Parse strict JSON (no NaN, no infinity, at most 100 levels). Raises SourceError."""
    text = decode(data, name)[0].encode() if data[:1] in (b"\xff", b"\xfe", b"\xef") else data
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        place = f"{name}, line {error.lineno}, column {error.colno}"
        message = f"“{name}” is not JSON: {error.msg.rstrip('.')}."
        raise SourceError(Fault("", message, "Check it with any JSON formatter.", place)) from error
    if _too_deep(value):
        refuse(f"“{name}” is nested more than {MAX_DEPTH} levels deep.", "An OKR document needs about eight.", name)
    return value


def _too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [child for item in level for child in _children(item)]
        if not level:
            return False
    return True


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [child for child in value.values() if isinstance(child, (dict, list))]
    return [child for child in value if isinstance(child, (dict, list))] if isinstance(value, list) else []
