"""Saying on a terminal what a long run is doing; a short one says nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

_PATIENCE = 0.5


@contextmanager
def stages(*, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """A function that names the stage under way, shown on standard error once half a second has passed."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _stage: None
        return
    status = console.status("reading …", spinner="line")
    timer = threading.Timer(_PATIENCE, status.start)
    timer.start()
    try:
        yield lambda stage: status.update(f"{stage} …")
    finally:
        timer.cancel()
        timer.join()
        status.stop()
