"""JSON text into plain data, with the line and column of what is wrong."""

from __future__ import annotations

import json
from collections import Counter
from functools import partial
from typing import Any

import orjson

from connectors.contract import Fault, SourceError
from connectors.reading.files import decode, refuse

MAX_DEPTH = 100
MAX_DIGITS = 20


def parse_json(data: bytes, name: str) -> Any:
    """Parse strict JSON: no NaN or infinity, no key twice in an object, at most 100 levels. Raises SourceError."""
    text = decode(data, name)[0].encode() if data[:1] in (b"\xff", b"\xfe", b"\xef") else data
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        place = f"{name}, line {error.lineno}, column {error.colno}"
        message = f"“{name}” is not JSON: {error.msg.rstrip('.')}."
        raise SourceError(Fault("", message, "Check it with any JSON formatter.", place)) from error
    if _too_deep(value):
        refuse(f"“{name}” is nested more than {MAX_DEPTH} levels deep.", "An OKR document needs about eight.", name)
    # orjson keeps the last of two equal keys, and turns whole numbers beyond 64 bits into floats, without a word.
    return json.loads(text, parse_int=partial(_whole, name), object_pairs_hook=partial(_unique, name))


def _whole(name: str, digits: str) -> int:
    if len(digits) > MAX_DIGITS or not -(2**63) <= int(digits) < 2**64:
        refuse(f"“{name}” holds a whole number of {len(digits)} digits.", "Write long ids as text, in quotes.", name)
    return int(digits)


def _unique(name: str, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0][:100]
        refuse(f"The key “{twice}” stands more than once in one object.", "Only one of them would be judged.", name)
    return found


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
