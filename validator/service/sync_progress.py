"""Writing down how far a sync has come, now and then, so that those who wait for it can see it move."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Engine

from connectors.contract import Progress
from validator.service.sync_rows import note_progress
from validator.store.engine import writing
from validator.store.faults import StoreUnavailable

EVERY = 2.0
"""Seconds."""


@contextmanager
def noted(
    engine: Engine, id: str, also: Callable[[Progress], None], every: float = EVERY
) -> Iterator[Callable[[Progress], None]]:
    """What to tell the progress of a sync to, from any thread; it is passed on at once and stored every so many seconds.

    Reading never waits for the store, and goes on where the store is busy.
    """
    told: list[Progress] = []
    over = threading.Event()

    def tell(progress: Progress) -> None:
        told[:] = [progress]
        also(progress)

    def write() -> None:
        last = None
        while not over.wait(every):
            if told and told[0] != last:
                last = told[0]
                with suppress(StoreUnavailable), writing(engine) as connection:
                    note_progress(connection, id, last.stage, last.done, last.total)

    thread = threading.Thread(target=write, name=f"progress-{id}", daemon=True)
    thread.start()
    try:
        yield tell
    finally:
        over.set()
        thread.join()
