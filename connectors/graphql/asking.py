"""One question in GraphQL, asked again where an error in the answer says that it may help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from connectors.contract import Reach
from connectors.graphql.errors import Told, fault, told
from connectors.http import waiting
from connectors.http.client import Answer, Client
from connectors.http.faults import HttpFault

_RETRIES = 5
_LONGEST_WAIT = 300.0
_AGAIN = ("rate", "server", "timeout")
_AGAIN_FOR_THE_REST = 2
"""How often it is asked again for what is missing beside data that came."""


class Endpoint(NamedTuple):
    """Where a tool takes its questions."""

    client: Client
    path: str
    reach: Reach


class Reply(NamedTuple):
    """Data, with the errors that came beside them."""

    data: Mapping[str, Any]
    errors: tuple[HttpFault, ...]
    paths: tuple[tuple[str | int, ...], ...]
    """Where each error lies in the data."""
    url: str


def ask(endpoint: Endpoint, query: str, variables: Mapping[str, Any]) -> Reply:
    """Ask until there are data, whole if that can be had by waiting. Raises HttpFault where there are none at all."""
    left, waited, tries = waiting.policy(_RETRIES), 0.0, 0
    while True:
        answer = endpoint.client.post(endpoint.path, {"query": query, "variables": dict(variables)})
        body = _body(answer)
        errors = told(body.get("errors"))
        faults = tuple(fault(error, answer.url, endpoint.client.scrubbed) for error in errors)
        passing = _passing(faults, tries, some=isinstance(body.get("data"), Mapping))
        retry = waiting.spent(left) if passing else None
        seconds = waiting.pause(retry, passing, answer.headers) if retry and passing else 0.0
        if retry is None or waited + seconds > _LONGEST_WAIT:
            return _reply(answer, errors, faults)
        endpoint.reach.wait(seconds)
        left, waited, tries = retry, waited + seconds, tries + 1


def _passing(faults: Sequence[HttpFault], tries: int, *, some: bool) -> HttpFault | None:
    """The fault that may be gone if it is asked again; with some data there, it is asked again less often."""
    found = next((problem for problem in faults if problem.kind in _AGAIN), None)
    if found and some and found.kind != "rate" and tries >= _AGAIN_FOR_THE_REST:
        return None
    return found


def _body(answer: Answer) -> Mapping[str, Any]:
    if isinstance(answer.data, Mapping) and ("data" in answer.data or "errors" in answer.data):
        return answer.data
    message = f"POST {answer.url}: answered something else than GraphQL does."
    raise HttpFault("format", message, "Check that the address is that of the tool's API.", status=answer.status)


def _reply(answer: Answer, errors: list[Told], faults: tuple[HttpFault, ...]) -> Reply:
    data = _body(answer).get("data")
    if isinstance(data, Mapping):
        return Reply(data, faults, tuple(error.path for error in errors), answer.url)
    if faults:
        raise faults[0]
    raise HttpFault("format", f"POST {answer.url}: answered no data.", status=answer.status)
