"""Somebody who uses the API: with a key of their own, a connection and a ruleset that nobody else edits."""

from __future__ import annotations

import random
import time
from typing import Any

import requests

from benchmarks.kills.ledger import Answer, Ledger, Request

_PATIENCE = 60.0
_TRIES = 100


class Lost(Exception):
    """No answer came, or not the whole of it."""


class Person:
    """What somebody knows, from the answers that came to them alone."""

    def __init__(self, number: int, key: str, seed: int) -> None:
        self.id, self.key, self.ledger = number, key, Ledger()
        self.chance = random.Random(f"person-{number}-{seed}")
        self.connection, self.ruleset = f"own-{number}", f"rules-{number}"
        self.version, self.name = 1, self.connection
        self.overlay: dict[str, Any] | None = None
        """Of the connection, as it was last shown."""
        self.draft, self.text, self.is_edited = 0, "", False
        """Version and text of the draft, and whether it differs from what is in force."""
        self.findings: list[tuple[str, bool]] = []
        """Those of the last run, and whether each is a conflict."""
        self.waivers: list[str] = []
        self.keys: list[str] = []
        self.extra: list[str] = []
        """Connections made to be removed again."""
        self._session, self._marks, self._url = requests.Session(), 0, ""

    def meet(self, url: str) -> None:
        """Turn to a server that was started again."""
        self._session.close()
        self._session, self._url = requests.Session(), url
        self._session.headers["Authorization"] = f"Bearer {self.key}"

    def mark(self, kind: str) -> str:
        """A new mark."""
        self._marks += 1
        return f"{kind}-{self.id}-{self._marks}"

    @property
    def path(self) -> str:
        """Of the connection."""
        return f"/v1/connections/{self.connection}"

    @property
    def matching(self) -> dict[str, str]:
        """The header that names the version of the connection."""
        return {"If-Match": f'"v{self.version}"'}

    def create(self, kind: str, mark: str, path: str, body: Any, place: str = "") -> Request:
        """A request that creates; its mark is its Idempotency-Key."""
        return Request(kind, mark, "POST", path, {"Idempotency-Key": mark}, body, place)

    def ask(self, request: Request) -> Answer:
        """Send a request, noting nothing. Raises Lost."""
        try:
            answer = self._session.request(
                request.method, self._url + request.path, json=request.body, headers=request.headers, timeout=_PATIENCE
            )
        except requests.RequestException as error:
            raise Lost(str(error)) from None
        return Answer(answer.status_code, answer.headers, answer.content)

    def ask_patiently(self, request: Request) -> Answer:
        """Send a request, coming back later where the server asks for that. Raises Lost."""
        answer = self.ask(request)
        for _ in range(_TRIES):
            if answer.status not in {429, 503}:
                break
            time.sleep(0.3)
            answer = self.ask(request)
        return answer

    def see(self, path: str) -> Answer:
        """Look at something. Raises Lost."""
        return self.ask_patiently(Request("see", "", "GET", path, {}, None))

    def send(self, request: Request) -> Answer:
        """Send a request and note what came of it. Raises Lost; then the ledger has it as open."""
        self.ledger.begin(request)
        answer = self.ask(request)
        self.ledger.end(request, answer)
        return answer
