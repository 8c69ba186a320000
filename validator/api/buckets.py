"""Token buckets: how many requests somebody may send at once, and how fast the right to send comes back.

They are kept in the memory of one process: each process of a service counts for itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from math import ceil
from threading import Lock
from typing import NamedTuple

_MOST = 20_000


class Rate(NamedTuple):
    """How much is allowed."""

    per_second: float
    """Tokens that come back in a second."""
    burst: int
    """Tokens that a bucket holds."""


class Turn(NamedTuple):
    """What became of a request for a token."""

    allowed: bool
    left: int
    """Tokens left in the bucket."""
    wait: int
    """Whole seconds until there is one again; 0 where there is."""
    full: int
    """Whole seconds until the bucket is full again."""


class Buckets:
    """A bucket for each name; those not asked for longest are forgotten where there are too many."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic, most: int = _MOST) -> None:
        self.rate, self._clock, self._most = rate, clock, most
        self._lock = Lock()
        self._tokens: dict[str, tuple[float, float]] = {}  # tokens, and when they were counted; the oldest first

    def take(self, name: str) -> Turn:
        """Take a token out of the bucket of that name."""
        with self._lock:
            now = self._clock()
            tokens, then = self._tokens.pop(name, (float(self.rate.burst), now))
            tokens = min(float(self.rate.burst), tokens + (now - then) * self.rate.per_second)
            allowed = tokens >= 1
            tokens -= allowed
            self._tokens[name] = tokens, now
            if len(self._tokens) > self._most:
                del self._tokens[next(iter(self._tokens))]
        return Turn(allowed, int(tokens), self._seconds(1 - tokens), self._seconds(self.rate.burst - tokens))

    def _seconds(self, missing: float) -> int:
        return max(0, ceil(missing / self.rate.per_second))
