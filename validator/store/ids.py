"""Ids that sort by the time they were made."""

from __future__ import annotations

import datetime
import secrets
import uuid

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def new_id(now: datetime.datetime) -> str:
    """A UUID of version 7 (RFC 9562) as text: later ones are greater, in steps of a microsecond; then 62 random bits."""
    microseconds = (now - _EPOCH) // datetime.timedelta(microseconds=1)
    milliseconds, rest = divmod(microseconds, 1_000)
    fraction = rest * 4_096 // 1_000
    value = milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=value))
