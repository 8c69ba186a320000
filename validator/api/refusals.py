"""Which refusals an operation may meet with, worked out from who may ask for it and from what it takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from validator.api.permissions import Need
from validator.api.problems import CONTENT_TYPE
from validator.api.schemas import ProblemSchema

_MEANINGS = {
    400: "The request cannot be read.",
    401: "The request needs a key that is valid here.",
    403: "The key does not allow that.",
    404: "There is no such resource.",
    408: "The request did not arrive in time.",
    409: "It does not fit what is there.",
    410: "It is no longer kept.",
    412: "It was changed meanwhile: read it again.",
    413: "The body is larger than this server takes.",
    414: "The address is longer than this server takes.",
    415: "The body is of a kind that is not read here.",
    422: "What was sent is at fault; every fault is listed.",
    428: "Say by If-Match which version is meant.",
    429: "More requests came than are allowed.",
    431: "The headers are longer than this server takes.",
    500: "The service itself failed; the log has the request's id.",
    503: "Not now: come back after a while.",
}
_TEXT = {"schema": {"type": "string"}}
ID_HEADER = {"X-Request-Id": {"description": "Id of the request, as in the log.", **_TEXT}}
"""The header that every answer bears, as part of its description."""
_HEADERS = {401: {"WWW-Authenticate": _TEXT}, 429: {"Retry-After": _TEXT}, 503: {"Retry-After": _TEXT}}
_OF_ALL = (400, 414, 431, 500)
"""What any request may meet with, before the service reads what it says, or where it fails itself."""
_OF_THE_DOOR = (401, 403, 429, 503)
"""What the door answers wherever it asks who it is."""
_OF_A_BODY = (408, 413, 415, 422)
_OF_A_HEADER = {"If-Match": (412, 428), "Idempotency-Key": (408, 409, 413, 422)}


def expected(rule: str, need: Need, doc: Mapping[str, Any]) -> set[int]:
    """Statuses of the refusals that any operation at a rule may meet with which takes what `doc` tells of.

    A parameter in the path may hold a slash, and so lead nowhere.
    """
    headers = (parameter.get("name") for parameter in doc["parameters"])
    return {
        *_OF_ALL,
        *(_OF_THE_DOOR if need.role is not None else ()),
        *((404,) if "<" in rule else ()),
        *(_OF_A_BODY if "requestBody" in doc else ()),
        *(status for name in headers for status in _OF_A_HEADER.get(name, ())),
    }


def named(statuses: Iterable[int]) -> dict[int, str]:
    """Refusals by the names under which the description tells of them once."""
    return {status: _name(status) for status in sorted(statuses)}


def components() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every refusal by its name, as OpenAPI describes answers: each is a problem."""
    for status, meaning in _MEANINGS.items():
        headers = {**ID_HEADER, **_HEADERS.get(status, {})}
        content = {CONTENT_TYPE: {"schema": ProblemSchema}}
        yield _name(status), {"description": meaning, "headers": headers, "content": content}


def _name(status: int) -> str:
    return f"Refusal{status}"
