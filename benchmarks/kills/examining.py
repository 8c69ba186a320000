"""Looks at the store and the API after each kill, and keeps what is wrong."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from sqlalchemy import Engine, func, select

from benchmarks.kills.actions import SHARED
from benchmarks.kills.kept import kept
from benchmarks.kills.person import Person
from benchmarks.kills.shown import listed, replayed, shown
from benchmarks.kills.whole import half
from validator.store.engine import reading
from validator.store.tables import runs

_REPLAYS = 3
"""Acknowledged requests that are sent once more after each kill."""


class Examiner:
    """What was found wrong so far, each once."""

    def __init__(self, engine: Engine, people: Sequence[Person], chance: random.Random) -> None:
        self._engine, self._people, self._chance = engine, people, chance
        self._read: set[str] = set()
        self._shown: set[str] = set()
        self.half: dict[str, None] = {}
        self.lost: dict[str, None] = {}
        self.doubled: dict[str, None] = {}
        self.other: dict[str, None] = {}
        self.runs = 0
        """Runs in the store, as of the last look."""

    def is_whole(self) -> None:
        """Look for what is half there."""
        with reading(self._engine) as connection:
            self.half |= dict.fromkeys(half(connection, self._read))
            self.runs = connection.scalar(select(func.count()).select_from(runs)) or 0

    def is_kept(self, *, everything: bool = False) -> None:
        """Look for what was acknowledged, in the store and over HTTP; for all of it once more, or what is new."""
        if everything:
            self._shown.clear()
            self._read.clear()
            self.is_whole()
        found = kept(self._engine, self._people)
        self.lost |= dict.fromkeys(found.lost)
        self.doubled |= dict.fromkeys(found.doubled)
        self.other |= dict.fromkeys(found.unasked)
        self.lost |= dict.fromkeys(shown(self._people, self._shown))
        self.note(self._replays())
        for person in self._people:
            self.note(listed(person, person.connection))
            self.note(f"{fault}: {detail}" for fault, detail in person.ledger.failures.items())
        self.note(listed(self._people[0], SHARED))

    def note(self, faults: Iterable[str]) -> None:
        """Keep what is wrong otherwise."""
        self.other |= dict.fromkeys(faults)

    @property
    def faults(self) -> list[str]:
        """All that is wrong."""
        return [*self.half, *self.lost, *self.doubled, *self.other]

    def _replays(self) -> Iterable[str]:
        """Send some acknowledged requests once more."""
        for person in self._chance.sample(list(self._people), min(_REPLAYS, len(self._people))):
            keyed = [pair for pair in person.ledger.acknowledged.values() if pair[0].is_keyed]
            if keyed:
                yield from replayed(person, *self._chance.choice(keyed[-20:]))
