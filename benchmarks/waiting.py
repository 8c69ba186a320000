"""Waiting for something to come about."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 120.0


def until(so: Callable[[], bool], patience: float = PATIENCE) -> bool:
    """Wait for something, for as long as patience lasts; gives whether it came."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if so():
            return True
        time.sleep(0.1)
    return False
