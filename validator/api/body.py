"""Reads the body of a request, as much of it as is allowed, and the JSON in it."""

from __future__ import annotations

import contextlib
import io
import json
from collections import Counter
from typing import Any

import orjson
from flask import Request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge, RequestTimeout

from validator.api.problems import unreadable

DEEPEST = 64
"""Levels of nesting; an OKR set has 7, and 8 more in `extra`."""
_STEP = 262_144
_WHOLE = 2**63


class Body(io.RawIOBase):
    """The bytes of a request body, of which no more than `limit` are handed out.

    Reading raises the HTTP error that the client deserves: 413 where there are more (`announced` says so beforehand),
    408 where they come too late, 400 where they are cut off or broken.
    """

    def __init__(self, stream: Any, limit: int, announced: int) -> None:
        self._stream, self._limit, self._announced, self.taken = stream, limit, announced, 0

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer; 0 at the end."""
        if self._announced > self._limit:
            raise RequestEntityTooLarge
        data = self._read(min(len(buffer), _STEP))
        if self.taken > self._limit:
            raise RequestEntityTooLarge
        buffer[: len(data)] = data
        return len(data)

    def drop(self) -> None:
        """Read what is left and forget it: a client reads a refusal only once it has sent everything."""
        with contextlib.suppress(HTTPException):
            while self.taken <= 2 * self._limit and self._read(_STEP):
                pass

    def _read(self, size: int) -> bytes:
        try:
            data: bytes = self._stream.read(size)
        except TimeoutError as error:
            raise RequestTimeout from error
        except (OSError, ParseException) as error:
            raise BadRequest from error
        self.taken += len(data)
        return data


def parse_json(raw: bytes) -> Any:
    """The JSON value that the bytes hold; raises Problem (400) for whatever is not strictly JSON."""
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise unreadable(
            f"Not JSON: {_plain(error)}.", "numbers such as NaN are no JSON; text is UTF-8", _place(error)
        ) from None
    _check_depth(value)
    # orjson keeps the last of two equal keys, and turns whole numbers beyond 64 bits into floats, without a word.
    return json.loads(raw, parse_int=_whole, object_pairs_hook=_unique)


def read_all(request: Request) -> bytes:
    """The whole body of a request."""
    return b"".join(iter(lambda: request.stream.read(_STEP), b""))


def _plain(error: orjson.JSONDecodeError) -> str:
    return error.msg if len(error.msg) < 100 else "it cannot be read"


def _place(error: orjson.JSONDecodeError) -> str:
    return f"line {error.lineno}, column {error.colno}"


def _whole(digits: str) -> int:
    if len(digits) > 20 or not -_WHOLE <= int(digits) < 2 * _WHOLE:
        raise unreadable("A whole number has more digits than can be kept.", "write long ids as text, in quotes")
    return int(digits)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
    raise unreadable(
        f"The key “{twice[:100]}” stands more than once in one object.", "only one of them would be judged"
    )


def _check_depth(value: Any) -> None:
    layer = [value]
    for _ in range(DEEPEST + 1):
        layer = [inner for node in layer for inner in _inner(node) if isinstance(inner, dict | list)]
        if not layer:
            return
    raise unreadable(f"Nested deeper than {DEEPEST} levels.")


def _inner(node: Any) -> Any:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()
