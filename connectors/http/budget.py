"""Questions in a minute to a host with one credential, counted over the whole process."""

from __future__ import annotations

import hashlib
import threading
from bisect import insort
from collections.abc import Collection, Iterator
from typing import NamedTuple

_MINUTE = 60.0


class Purse(NamedTuple):
    """What tools count by: two that ask a host with the same credential share one."""

    host: str
    credential: str
    """A digest of it, never the credential itself."""


class _Place(NamedTuple):
    moment: float
    per_minute: int
    """The limit under which it was taken."""


_taken: dict[Purse, list[_Place]] = {}
_lock = threading.Lock()


def purse_of(host: str, secrets: Collection[str]) -> Purse:
    """That of all who ask a host with these secrets."""
    return Purse(host, hashlib.sha256("\n".join(sorted(set(secrets))).encode()).hexdigest())


def take(purse: Purse, per_minute: int, moment: float, now: float) -> float:
    """Take a place at a moment, if one is free: gives that moment then, else the next one at which it is worth trying.

    `now` is a clock's reading in seconds; the moment is not before it. A limit holds for the questions that were asked under
    it and under lower ones, in any minute, wherever it begins. Nothing is kept for those who wait: one that is given up takes
    no place, and one with a low limit stands in nobody's way.
    """
    with _lock:
        if purse not in _taken:
            _forget(now)
        places = _taken[purse] = [place for place in _taken.get(purse, ()) if place.moment > now - _MINUTE]
        free = max(_free(places, per_minute, moment))
        if free == moment:
            insort(places, _Place(moment, per_minute))
        return free


def _free(places: list[_Place], per_minute: int, moment: float) -> Iterator[float]:
    """From when on each limit that a question counts for has room for it."""
    for limit in {per_minute, *(place.per_minute for place in places if place.per_minute > per_minute)}:
        counted = [place.moment for place in places if place.per_minute <= limit]
        yield max(moment, counted[-limit] + _MINUTE) if len(counted) >= limit else moment


def _forget(now: float) -> None:
    over = [old for old, places in _taken.items() if not places or places[-1].moment <= now - _MINUTE]
    for old in over:
        del _taken[old]
