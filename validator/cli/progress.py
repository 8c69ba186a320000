"""Saying on a terminal what a long run is doing; a short one says nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

_PATIENCE = 0.5
_STAGES = {
    "load": "checking the document",
    "texts": "reading the texts",
    "facts": "working out the facts",
    "rules": "judging by the rules",
    "report": "making the report",
}


@contextmanager
def stages(*, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """A function that takes the name of the stage under way and, after half a second, shows it on standard error."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda _stage: None
        return
    status = console.status("reading …", spinner="line")
    timer = threading.Timer(_PATIENCE, status.start)
    timer.start()
    try:
        yield lambda stage: status.update(f"{_STAGES.get(stage, stage)} …")
    finally:
        timer.cancel()
        timer.join()
        status.stop()
