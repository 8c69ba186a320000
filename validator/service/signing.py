"""Secrets of endpoints, worked out from the pepper so that none is stored, and the signatures made with them.

The form of a secret and of a signature are those of Standard Webhooks 1.0.0: `whsec_` and base64; `v1,` and base64 of
HMAC-SHA256 over id.timestamp.body.
"""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
from collections.abc import Iterable, Mapping

MOST = 5
"""Secrets that sign at a time."""
_PREFIX = "whsec_"


def secret_of(pepper: bytes, endpoint_id: str, generation: int) -> str:
    """The secret of one generation of an endpoint: the same for whoever has the pepper."""
    key = hmac.new(pepper, f"webhook:{endpoint_id}:{generation}".encode(), hashlib.sha256).digest()
    return _PREFIX + base64.b64encode(key).decode()


def generations(newest: int, oldest: int, *, rotating: bool) -> range:
    """The generations that sign, the newest first: it alone, or while one replaces another all that may still be in use."""
    return range(newest, max(oldest, newest - MOST + 1) - 1 if rotating else newest - 1, -1)


def signed(id: str, at: datetime.datetime, body: bytes, secrets: Iterable[str]) -> Mapping[str, str]:
    """The headers that prove who sends a body; one signature for each secret, while one replaces another."""
    timestamp = str(int(at.timestamp()))
    content = b".".join((id.encode(), timestamp.encode(), body))
    return {
        "webhook-id": id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(content, secret) for secret in secrets),
    }


def _signature(content: bytes, secret: str) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    return f"v1,{base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()}"
