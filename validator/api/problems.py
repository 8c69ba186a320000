"""Every error that a client sees, as a problem of RFC 9457 that says what is wrong, where, and what mends it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from flask import Flask, Response, g
from werkzeug.exceptions import HTTPException

from validator.api import logs
from validator.errors import Fault

CONTENT_TYPE = "application/problem+json"
MOST = 1_000
"""Faults listed in one problem; the rest are only counted."""
_TYPE = "urn:okr-validator:problem:"
_DETAILS = {
    404: "There is no such resource.",
    405: "This resource does not know this method; the header Allow names those it knows.",
    408: "The request did not arrive in time.",
    413: "The request is larger than this server takes.",
}


class Problem(HTTPException):
    """A request that cannot be served.

    `kind` names the problem for programs; `faults` are listed in the answer; `headers` go along with it.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        faults: Iterable[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.code, self.kind = status, kind
        self.faults, self.headers = tuple(faults), dict(headers or {})


def unreadable(message: str, hint: str = "", place: str = "") -> Problem:
    """The problem of a request that is at fault in one place."""
    return Problem(400, "bad-request", "The request cannot be read.", faults=[Fault("", message, hint, place)])


def bad_fields(found: Mapping[str, list[str]], what: str) -> Problem:
    """The problem of form fields or query parameters at fault."""
    faults = [
        Fault("", " ".join(str(message) for message in messages), "", f"{what} “{name[:50]}”")
        for name, messages in sorted(found.items())
    ]
    return Problem(400, "bad-request", f"A {what} is at fault.", faults=faults)


def answer(error: HTTPException) -> Response:
    """The response that an error deserves."""
    if error.response is not None:
        raise TypeError("An error that brings its own response is not a problem document.")
    status = error.code or 500
    response = Response(orjson.dumps(_document(status, error)), status=status, content_type=CONTENT_TYPE)
    response.headers.update(_headers(error))
    return response


def _document(status: int, error: HTTPException) -> dict[str, Any]:
    request_id = g.get("request_id", "")
    known = error if isinstance(error, Problem) else None
    document = {
        "type": _TYPE + known.kind if known else "about:blank",
        "title": _title(known.kind) if known else HTTPStatus(status).phrase,
        "status": status,
        "detail": known.description if known else _DETAILS.get(status),
        "instance": f"urn:okr-validator:request:{request_id}",
        "request_id": request_id,
    }
    if known and known.faults:
        document["errors"] = [fault._asdict() for fault in known.faults[:MOST]]
        document["errors_total"] = len(known.faults)
    return {name: value for name, value in document.items() if value is not None}


def _title(kind: str) -> str:
    return kind.replace("-", " ").capitalize().replace("okr", "OKR")


def _headers(error: HTTPException) -> dict[str, str]:
    if isinstance(error, Problem):
        return error.headers
    return {
        name: value for name, value in error.get_headers() if name.casefold() not in {"content-type", "content-length"}
    }


class Service(Flask):
    """A Flask application that writes down its own failures without the words of what it was sent."""

    def log_exception(self, exc_info: Any) -> None:
        """Write down where the service failed."""
        logs.failed(exc_info[1])
