"""When a message is sent again: the table of Standard Webhooks, with a jitter that is the same for the same attempt."""

from __future__ import annotations

import datetime
import zlib

_MINUTE, _HOUR = 60, 3_600
WAITS = (5, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 14 * _HOUR, 20 * _HOUR, 24 * _HOUR)
"""Seconds before the second attempt, the third, and so on (Standard Webhooks, “Deliverability and reliability”)."""
ATTEMPTS = len(WAITS) + 1
LONGEST_WISH = 24 * _HOUR
"""Seconds of a Retry-After that are heeded at most."""
_JITTER = 0.1
_LENIENT = 3
"""Slow attempts at an endpoint that may fail one after the other before it is let rest."""
_LONGEST_REST = 10 * _MINUTE


def wait_after(attempt: int, delivery: str, *, wished: float | None = None) -> datetime.timedelta | None:
    """How long to wait after an attempt that failed, the first being 1; None after the last.

    `wished` are the seconds that the receiver asked for (Retry-After): never less is waited. The jitter of up to a tenth is
    worked out from the delivery's id, so that it does not change when a process starts again.
    """
    if not 0 < attempt <= len(WAITS):
        return None
    share = zlib.crc32(f"{delivery} {attempt}".encode()) % 1_000 / 1_000
    seconds = max(WAITS[attempt - 1], min(wished or 0.0, LONGEST_WISH))
    return datetime.timedelta(seconds=seconds * (1 + _JITTER * share))


def rest_after(failures: int) -> datetime.timedelta:
    """How long an endpoint is let rest after so many slow attempts that failed one after the other, whatever the message.

    Doubled each time, up to ten minutes, so that one that hangs takes little of the time that others need.
    """
    seconds = 0 if failures <= _LENIENT else min(WAITS[0] * 2.0 ** min(failures - _LENIENT - 1, 16), _LONGEST_REST)
    return datetime.timedelta(seconds=seconds)
