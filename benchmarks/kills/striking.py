"""The service under test: started, struck down at once, and started again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Engine

from benchmarks.kills import server
from benchmarks.kills.ledger import Request
from benchmarks.kills.person import Person
from benchmarks.kills.places import Place
from benchmarks.kills.settling import age_claims


class Plan(NamedTuple):
    """What is to be done."""

    kills: int
    seed: int
    people: int = 6
    earliest: float = 0.05
    """Seconds after the first write that was acknowledged in a round, from which on the kill falls at random."""
    latest: float = 1.5
    of_database: bool = False
    """Whether the database server is crashed, and the service goes on."""
    wait: bool = True
    """Whether to wait until claims of dead processes are given up; else they are made older, as if everybody had."""


class Service:
    """The service under test, which may be struck down."""

    def __init__(self, place: Place, plan: Plan, engine: Engine, settings: dict[str, str]) -> None:
        self._place, self._plan, self._engine, self._settings = place, plan, engine, settings
        self._running: server.Server | None = None

    def start(self, people: Sequence[Person]) -> None:
        """Start it, and wait until it is ready."""
        self._running = server.start(self._place.folder, self._settings)
        for person in people:
            person.meet(self._running.url)

    def strike(self) -> None:
        """Kill it, or crash its database."""
        if self._plan.of_database:
            self._place.crash()
        else:
            self.end()

    def have_back(self, people: Sequence[Person]) -> None:
        """Have it ready again."""
        if not self._plan.wait:
            age_claims(self._engine)
        if not self._plan.of_database:
            self.start(people)
        while people[0].ask(Request("see", "", "GET", "/v1/connections", {}, None)).status != 200:
            time.sleep(0.02)

    def end(self) -> None:
        """Kill it, if it runs."""
        if self._running:
            server.kill(self._running.process)
            self._running = None
