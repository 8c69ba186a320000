"""What somebody asked of the server and what it said: the yardstick for what must be in the store after a kill."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson


class Request(NamedTuple):
    """A request that writes."""

    kind: str
    """What it makes or changes: one of `actions.ACTIONS`."""
    mark: str
    """A text that no other request has, and that is found again in what it makes."""
    method: str
    path: str
    headers: Mapping[str, str]
    body: Any
    """As JSON has it; None: none."""
    place: str = ""
    """Id of the connection that it belongs to, and is removed with."""

    @property
    def is_keyed(self) -> bool:
        """Whether it may be sent again under its Idempotency-Key."""
        return "Idempotency-Key" in self.headers


class Answer(NamedTuple):
    """An answer that was received whole."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def data(self) -> Any:
        """What it says, as JSON has it."""
        return orjson.loads(self.content)


class Open(NamedTuple):
    """A request of which nobody knows what became of it."""

    request: Request
    sent: float
    """On the monotonic clock."""
    waits_since: float | None = None
    """When it was first refused because a claim of a dead process stood in its way; None: it was not."""


class Ledger:
    """Every request of one person, by its mark."""

    def __init__(self) -> None:
        self.acknowledged: dict[str, tuple[Request, Answer]] = {}
        self.applied: dict[str, Request] = {}
        """Changes that were made, though nobody was told."""
        self.open: dict[str, Open] = {}
        self.refused: dict[str, tuple[Request, int]] = {}
        self.removed: set[str] = set()
        """Connections that were removed, by their ids."""
        self.failures: dict[str, str] = {}
        """What the server called a failure of its own."""

    def begin(self, request: Request) -> None:
        """Note that a request is sent."""
        self.open[request.mark] = Open(request, time.monotonic())

    def end(self, request: Request, answer: Answer) -> None:
        """Note the answer; one that leaves open what became of the request leaves it open here."""
        if answer.status >= 500 or answer.status == 429:
            if answer.status not in {429, 503}:
                self.failures[request.mark] = f"{answer.status} {answer.content[:300]!r}"
            return
        if answer.status < 300:
            self.acknowledged[request.mark] = request, answer
        else:
            self.refused[request.mark] = request, answer.status
        del self.open[request.mark]

    def was_applied(self, request: Request) -> None:
        """Note that a change was made before its answer was lost."""
        self.applied[request.mark] = request
        del self.open[request.mark]

    def under_way(self, before: float) -> int:
        """Requests sent before a moment that nobody has answered yet, but for those that wait."""
        return sum(one.sent < before and one.waits_since is None for one in list(self.open.values()))
