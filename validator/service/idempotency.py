"""A request that creates may be sent twice: the second time it gets the answer of the first.

Who sends it names it with a key of their own. `claim` begins, `finish` keeps the answer in the transaction of what the
request made, `release` forgets that the request came. A claim whose process died is given up after a while; the answer of a
finished one is kept for a day.
"""

from __future__ import annotations

import datetime
from enum import Enum
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, delete, insert, select, update

from validator.store.tables import idempotency

KEPT = datetime.timedelta(hours=24)
"""How long an answer is given again."""
GIVEN_UP = datetime.timedelta(minutes=1)
"""How long a request may be under way; after that whoever served it is taken for dead. One that is alive yet, and slower
than that, finds its claim gone and makes nothing."""
_SWEPT = 200


class Claim(NamedTuple):
    """The right to serve a request."""

    actor: str
    key: str
    at: datetime.datetime


class Stored(NamedTuple):
    """An answer."""

    status: int
    headers: dict[str, str]
    body: bytes


class Refusal(Enum):
    """Why a request is not taken on."""

    IN_FLIGHT = "the same request is being served at this moment"
    MISMATCH = "the key came before with another request"


def claim(
    connection: Connection, now: datetime.datetime, actor: str, key: str, request_digest: str
) -> Claim | Stored | Refusal:
    """Take the request on, or say what became of it before."""
    _sweep(connection, now)
    mine = and_(idempotency.c.actor == actor, idempotency.c.key == key)
    row = connection.execute(select(idempotency).where(mine)).one_or_none()
    if row is not None and _counts(row, now):
        return _outcome(row, request_digest)
    connection.execute(delete(idempotency).where(mine))
    values = {"actor": actor, "key": key, "request_digest": request_digest, "state": "running", "created_at": now}
    connection.execute(insert(idempotency).values(**values))
    return Claim(actor, key, now)


def finish(connection: Connection, held: Claim, answer: Stored) -> bool:
    """Keep the answer; false where the claim was given up meanwhile, and is another's now: then roll back."""
    values = {"state": "done", **answer._asdict()}
    return connection.execute(update(idempotency).where(_of(held)).values(**values)).rowcount == 1


def release(connection: Connection, held: Claim) -> None:
    """Forget the request: it changed nothing, and may be sent again, or another under its key."""
    connection.execute(delete(idempotency).where(_of(held)))


def _of(held: Claim) -> Any:
    """The row of a claim that is still held: one made later by another has another moment."""
    return and_(
        idempotency.c.actor == held.actor,
        idempotency.c.key == held.key,
        idempotency.c.created_at == held.at,
        idempotency.c.state == "running",
    )


def _counts(row: Row[Any], now: datetime.datetime) -> bool:
    return bool(now - row.created_at < (KEPT if row.state == "done" else GIVEN_UP))


def _outcome(row: Row[Any], request_digest: str) -> Stored | Refusal:
    if row.request_digest != request_digest:
        return Refusal.MISMATCH
    return Refusal.IN_FLIGHT if row.state == "running" else Stored(row.status, row.headers, row.body)


def _sweep(connection: Connection, now: datetime.datetime) -> None:
    """Remove some of what is no longer kept: more than one, so that they do not pile up."""
    old = select(idempotency.c.actor, idempotency.c.key).where(idempotency.c.created_at <= now - KEPT)
    for row in connection.execute(old.order_by(idempotency.c.created_at).limit(_SWEPT)).all():
        connection.execute(delete(idempotency).where(idempotency.c.actor == row.actor, idempotency.c.key == row.key))
