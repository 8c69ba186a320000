"""Ids that sort by the time they were made, and within one process in the order in which they were."""

from __future__ import annotations

import datetime
import secrets
import threading
import uuid

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_RANDOM_BITS = 62
_LARGEST_STEP = 1 << 32


class _Last:
    """The id that was made last: those of the same moment count on from it."""

    lock = threading.Lock()
    moment = -1
    random = 0


def new_id(now: datetime.datetime) -> str:
    """A UUID of version 7 (RFC 9562) as text: later ones are greater, in steps of a microsecond; then 62 random bits.

    Those that a process makes at one moment, such as for all that one run has to tell, sort as they were made (RFC 9562,
    6.2, method 2).
    """
    microseconds = (now - _EPOCH) // datetime.timedelta(microseconds=1)
    milliseconds, rest = divmod(microseconds, 1_000)
    fraction = rest * 4_096 // 1_000
    value = milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | _random(microseconds)
    return str(uuid.UUID(int=value))


def _random(microseconds: int) -> int:
    """Random bits, greater than those before where the moment is the same."""
    with _Last.lock:
        step = 1 + secrets.randbelow(_LARGEST_STEP)
        same = _Last.moment == microseconds and _Last.random + step < 1 << _RANDOM_BITS
        _Last.moment, _Last.random = microseconds, _Last.random + step if same else secrets.randbits(_RANDOM_BITS - 1)
        return _Last.random
