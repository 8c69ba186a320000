"""Bounds how many OKR sets one process judges at a time, and how many may wait for their turn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from validator.api.problems import Problem


class Gate:
    """A door with so many places inside and so many in the queue before it."""

    def __init__(self, inside: int, queue: int) -> None:
        self._inside, self._both = BoundedSemaphore(inside), BoundedSemaphore(inside + queue)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a place, keep it for the block; raises Problem (503) at once where the queue is full."""
        if not self._both.acquire(blocking=False):
            raise Problem(503, "busy", "Too many OKR sets are waiting to be judged.", headers={"Retry-After": "2"})
        try:
            with self._inside:
                yield
        finally:
            self._both.release()
