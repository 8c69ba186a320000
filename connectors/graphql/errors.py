"""Errors of GraphQL, which come in a good answer, and what they mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from connectors.http.answers import Download
from connectors.http.failures import of_status
from connectors.http.faults import HttpFault, Kind

_STATUS: dict[Kind, int] = {
    "credential": 401, "permission": 403, "not_found": 404, "timeout": 408, "rate": 429, "server": 500, "request": 400,
}  # fmt: skip
"""The status of HTTP that says the same."""
_CODES: dict[Kind, str] = {
    "credential": "UNAUTHENTICATED UNAUTHORIZED INVALID_TOKEN",
    "permission": "FORBIDDEN PERMISSION_DENIED ACCESS_DENIED INSUFFICIENT_SCOPE INSUFFICIENT_SCOPES",
    "not_found": "NOT_FOUND",
    "timeout": "TIMEOUT GATEWAY_TIMEOUT REQUEST_TIMEOUT",
    "rate": "RATE_LIMITED RATE_LIMIT RATE_LIMIT_EXCEEDED THROTTLED TOO_MANY_REQUESTS",
    "server": "INTERNAL_SERVER_ERROR INTERNAL_ERROR SERVICE_UNAVAILABLE SERVICE_ERROR",
}
"""Codes that servers write, by what they mean."""
_KINDS: dict[str, Kind] = {code: kind for kind, codes in _CODES.items() for code in codes.split()}
_WORDS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(r"rate.?limit|too many (requests|times)|throttl", re.IGNORECASE), "rate"),
    (re.compile(r"timed? ?out", re.IGNORECASE), "timeout"),
)
_COSTLY = re.compile(
    r"complexit|too complex|less complex|query cost|cost limit|max(imum)? (query )?depth", re.IGNORECASE
)
_SAY_CODE = ("code", "errorType", "type", "classification")
_SAY_STATUS = ("statusCode", "status", "httpStatus")


class Told(NamedTuple):
    """One error that came instead of data, or beside them."""

    kind: Kind
    words: str
    """The tool's own, as they came."""
    path: tuple[str | int, ...] = ()
    """Where in the data something is missing because of it; () where that is not told."""


def told(errors: Any) -> list[Told]:
    """The errors of an answer, whatever their shape."""
    if not errors:
        return []
    return [_one(error) for error in (errors if isinstance(errors, list) else [errors])]


def fault(error: Told, url: str, clean: Callable[[str], str]) -> HttpFault:
    """The fault that an error stands for; `clean` takes secrets out and cuts."""
    alike = of_status(Download(_STATUS.get(error.kind, 400), {}, b"", url), clean)
    hint = alike.fault.faults[0].hint if alike else ""
    words = clean(error.words).rstrip(".") or "an error without words"
    return HttpFault(error.kind, f"POST {url}: answered with an error: “{words}”.", hint, status=200)


def is_costly(problem: HttpFault) -> bool:
    """Whether a tool found a question too large, so that a smaller page may pass."""
    return bool(_COSTLY.search(problem.faults[0].message))


def _one(error: Any) -> Told:
    holder = error if isinstance(error, Mapping) else {"message": error}
    words = holder.get("message")
    path = holder.get("path")
    steps = tuple(step for step in path if isinstance(step, str | int)) if isinstance(path, list) else ()
    text = words if isinstance(words, str) else ""
    return Told(_kind(holder, text), text, steps)


def _kind(error: Mapping[str, Any], words: str) -> Kind:
    for code in _said(error, _SAY_CODE):
        if isinstance(code, str) and (kind := _KINDS.get(code.upper())):
            return kind
    for status in _said(error, _SAY_STATUS):
        if isinstance(status, int) and status >= 400 and (alike := of_status(Download(status, {}, b"", ""), str)):
            return alike.fault.kind
    return next((kind for pattern, kind in _WORDS if pattern.search(words)), "request")


def _said(error: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[Any]:
    extensions = error.get("extensions")
    for holder in (extensions if isinstance(extensions, Mapping) else {}, error):
        yield from (holder[name] for name in names if name in holder)
