"""Reads the body of a request, as much of it as is allowed, and the JSON in it."""

from __future__ import annotations

import contextlib
import io
from typing import Any

from flask import Request
from gunicorn.http.errors import ParseException
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge, RequestTimeout

import connectors.reading.json_text
from connectors.contract import SourceError
from validator.api.problems import Problem, unreadable

_STEP = 262_144


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
    """The JSON value that the bytes hold; raises Problem (400) for whatever is not strictly JSON in UTF-8."""
    try:
        raw.decode()
        return connectors.reading.json_text.parse_json(raw, "the body")
    except UnicodeDecodeError:
        raise unreadable("The body is not UTF-8 text.", "JSON is sent as UTF-8") from None
    except SourceError as error:
        raise Problem(400, "bad-request", "The request cannot be read.", faults=error.faults) from None


def read_all(request: Request) -> bytes:
    """The whole body of a request."""
    return b"".join(iter(lambda: request.stream.read(_STEP), b""))
