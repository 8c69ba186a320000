"""Questions to a host in a minute, counted over the whole process."""

from __future__ import annotations

import threading
from collections import deque

_MINUTE = 60.0
_taken: dict[str, deque[float]] = {}
_lock = threading.Lock()


def reserve(host: str, per_minute: int, now: float) -> float:
    """Take the next free place of a host; gives the seconds to wait for it.

    `now` is a clock's reading in seconds. No minute has more than `per_minute` places, wherever it begins.
    """
    with _lock:
        taken = _taken.setdefault(host, deque())
        while taken and taken[0] <= now - _MINUTE:
            taken.popleft()
        place = max(now, taken[-1]) if taken else now
        if len(taken) >= per_minute:
            place = max(place, taken[-per_minute] + _MINUTE)
        taken.append(place)
        return place - now
