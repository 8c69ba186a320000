"""How long to wait before a question is asked again."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping

from urllib3.exceptions import InvalidHeader, MaxRetryError
from urllib3.util.retry import Retry

from connectors.http.faults import HttpFault

_UNIX = 1_000_000_000
"""A reset beyond this is a point in time, below it a number of seconds."""
_SECONDS_END = 100_000_000_000
"""A reset of 12 digits or more is a point in time in milliseconds."""
_DAY = 86_400.0
_LONGEST_NUMBER = 20
_AFTER_RATE = 2.0
_LONGEST_DATE = 100


def policy(retries: int) -> Retry:
    """At once, then after 2, 4, 8, … seconds and up to one more by chance, so that many clients do not come back as one."""
    return Retry(total=retries, allowed_methods=None, backoff_factor=1.0, backoff_jitter=1.0, backoff_max=60.0)


def spent(retry: Retry) -> Retry | None:
    """The policy with one try less; None where none is left."""
    try:
        return retry.increment()
    except MaxRetryError:
        return None


def pause(retry: Retry, fault: HttpFault, headers: Mapping[str, str]) -> float:
    """Seconds to wait: what the tool asks for, else what the policy says."""
    asked = _asked(retry, fault, headers)
    if asked is not None:
        return asked + random.random()  # noqa: S311 - spreads the load, hides nothing
    return max(retry.get_backoff_time(), _AFTER_RATE if fault.kind == "rate" else 0.0)


def _asked(retry: Retry, fault: HttpFault, headers: Mapping[str, str]) -> float | None:
    try:
        if "Retry-After" in headers:
            return retry.parse_retry_after(headers["Retry-After"][:_LONGEST_DATE])
    except (InvalidHeader, ValueError, OverflowError):
        pass
    if fault.kind != "rate":
        return None
    resets = (_reset(headers.get(name, "").strip()) for name in ("RateLimit-Reset", "X-RateLimit-Reset"))
    return next((seconds for seconds in resets if seconds is not None), None)


def _reset(digits: str) -> float | None:
    """Seconds until a reset; None where it is no number, or further away than any tool means."""
    if not digits.isdecimal() or len(digits) > _LONGEST_NUMBER:
        return None
    number = float(digits)
    moment = number / 1000 if number >= _SECONDS_END else number
    seconds = max(0.0, moment - time.time()) if moment > _UNIX else moment
    return seconds if seconds <= _DAY else None
