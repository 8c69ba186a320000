"""Messages on their way: which are due, what became of each attempt, and sending one again.

The rows are the truth. A message is due when its time has come and no earlier one of the same endpoint and finding is still
open; so the news of one finding arrive in order, and a receiver that refuses one message still gets the others.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, exists, func, insert, or_, select, update

from validator.alerts.retries import wait_after
from validator.service import audit
from validator.service.endpoints import an_endpoint
from validator.service.faults import not_found
from validator.service.sending import Outcome
from validator.store.tables import attempts, deliveries, endpoints, events

OPEN = ("waiting", "retrying")
PATIENCE = datetime.timedelta(days=5)
"""How long nothing may arrive at an endpoint before it is disabled."""
MOST = 50
"""Messages taken up at a time."""


class Filters(NamedTuple):
    """Which messages are listed; None: any."""

    endpoint: str | None = None
    state: str | None = None
    connection: str | None = None
    since: datetime.datetime | None = None
    until: datetime.datetime | None = None


def due_endpoints(connection: Connection, now: datetime.datetime) -> list[str]:
    """Endpoints with a message whose time has come."""
    open_ = _sendable(now)
    return list(
        connection.scalars(select(deliveries.c.endpoint_id).where(open_).distinct().order_by(deliveries.c.endpoint_id))
    )


def due(connection: Connection, endpoint_id: str, now: datetime.datetime, limit: int = MOST) -> Sequence[Row[Any]]:
    """Messages of an endpoint that may be sent now, side by side: the oldest first, one of each finding."""
    earlier = deliveries.alias()
    before = exists().where(
        earlier.c.endpoint_id == endpoint_id,
        earlier.c.finished_at.is_(None),
        earlier.c.finding_id == deliveries.c.finding_id,
        earlier.c.id < deliveries.c.id,
    )
    asked = select(deliveries).where(deliveries.c.endpoint_id == endpoint_id, _sendable(now), ~before)
    return connection.execute(asked.order_by(deliveries.c.id).limit(limit)).all()


def next_due(connection: Connection) -> datetime.datetime | None:
    """When the next message is due; None where none waits."""
    moment: datetime.datetime | None = connection.scalar(
        select(func.min(deliveries.c.next_at)).where(deliveries.c.finished_at.is_(None))
    )
    return moment


def _sendable(now: datetime.datetime) -> Any:
    working = select(endpoints.c.id).where(endpoints.c.paused.is_(False), endpoints.c.disabled_at.is_(None))
    return and_(deliveries.c.finished_at.is_(None), deliveries.c.next_at <= now, deliveries.c.endpoint_id.in_(working))


def note(connection: Connection, now: datetime.datetime, delivery_id: str, outcome: Outcome) -> str | None:
    """Write down an attempt and what follows from it; gives the state, None where the message is no longer there."""
    row = connection.execute(select(deliveries).where(deliveries.c.id == delivery_id)).one_or_none()
    if row is None:
        return None
    made = {"at": now, "milliseconds": outcome.milliseconds, "status": outcome.status, "problem": outcome.problem}
    connection.execute(insert(attempts).values(delivery_id=delivery_id, **made))
    count = row.attempts + 1
    wait = None if outcome.delivered else wait_after(count, delivery_id, wished=outcome.wished)
    state = "delivered" if outcome.delivered else "dead" if wait is None or outcome.gone else "retrying"
    over = state in ("delivered", "dead")
    values = {
        "state": state, "attempts": count, "status": outcome.status, "problem": outcome.problem,
        "next_at": None if over or wait is None else now + wait, "finished_at": now if over else None,
    }  # fmt: skip
    connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(**values))
    _note_health(connection, now, row.endpoint_id, outcome)
    return state


def _note_health(connection: Connection, now: datetime.datetime, endpoint_id: str, outcome: Outcome) -> None:
    """What an attempt says of its endpoint: it works, it fails, or it is disabled as it has failed for too long."""
    one = endpoints.c.id == endpoint_id
    if outcome.delivered:
        connection.execute(update(endpoints).where(one).values(delivered_at=now, failing_since=None))
        return
    connection.execute(update(endpoints).where(one, endpoints.c.failing_since.is_(None)).values(failing_since=now))
    since = connection.scalar(select(endpoints.c.failing_since).where(one))
    if outcome.gone or (since is not None and now - since >= PATIENCE):
        why = "The receiver answered 410: it wants no more." if outcome.gone else f"Nothing has arrived since {since}."
        values = {"disabled_at": now, "disabled_why": why, "version": endpoints.c.version + 1, "updated_at": now}
        changed = connection.execute(update(endpoints).where(one, endpoints.c.disabled_at.is_(None)).values(**values))
        if changed.rowcount:
            audit.record(connection, now, "system", "disable", "endpoint", endpoint_id, None, {"why": why})


def a_delivery(connection: Connection, id: str) -> Row[Any]:
    """A message. Raises NotFound."""
    row = connection.execute(select(deliveries).where(deliveries.c.id == id)).one_or_none()
    if row is None:
        raise not_found("delivery", id)
    return row


def attempts_of(connection: Connection, id: str) -> Sequence[Row[Any]]:
    """The attempts at a message, the oldest first."""
    return connection.execute(select(attempts).where(attempts.c.delivery_id == id).order_by(attempts.c.id)).all()


def listed(connection: Connection, filters: Filters, *, before: str = "", limit: int = 50) -> Sequence[Row[Any]]:
    """Messages, the newest first; at most `limit` older than the one of the id `before`."""
    asked = select(deliveries).where(*_conditions(filters))
    if before:
        asked = asked.where(deliveries.c.id < before)
    return connection.execute(asked.order_by(deliveries.c.id.desc()).limit(limit)).all()


def _conditions(filters: Filters) -> list[Any]:
    equal = {"endpoint_id": filters.endpoint, "state": filters.state, "connection_id": filters.connection}
    conditions = [deliveries.c[name] == value for name, value in equal.items() if value is not None]
    if filters.since is not None:
        conditions.append(deliveries.c.created_at >= filters.since)
    if filters.until is not None:
        conditions.append(deliveries.c.created_at < filters.until)
    return conditions


def replay(connection: Connection, now: datetime.datetime, actor: str, id: str) -> Row[Any]:
    """Send a message again from its first attempt on, under its own id, by which receivers know it. Raises NotFound."""
    a_delivery(connection, id)
    _again(connection, now, deliveries.c.id == id)
    audit.record(connection, now, actor, "replay", "delivery", id, None, None)
    return a_delivery(connection, id)


def replay_range(connection: Connection, now: datetime.datetime, actor: str, filters: Filters) -> int:
    """Send all messages of an endpoint again that filters name and that are no longer open; gives how many.

    Raises NotFound for an endpoint that is not there.
    """
    if filters.endpoint is not None:
        an_endpoint(connection, filters.endpoint)
    count = _again(connection, now, and_(deliveries.c.finished_at.is_not(None), *_conditions(filters)))
    told = {name: str(value) for name, value in filters._asdict().items() if value is not None}
    audit.record(connection, now, actor, "replay", "endpoint", filters.endpoint or "", None, {**told, "count": count})
    return count


def _again(connection: Connection, now: datetime.datetime, which: Any) -> int:
    values = {"state": "waiting", "attempts": 0, "next_at": now, "finished_at": None}
    return connection.execute(update(deliveries).where(which).values(**values)).rowcount


def forget(connection: Connection, before: datetime.datetime, limit: int = 1_000) -> int:
    """Delete messages that were finished, and events that no open message tells of, from before a moment; gives how many.

    At most `limit` of each, so that others go on in between.
    """
    old = select(deliveries.c.id).where(deliveries.c.finished_at < before).limit(limit)
    gone = connection.execute(deliveries.delete().where(deliveries.c.id.in_(old))).rowcount
    opened = select(func.min(deliveries.c.created_at)).where(deliveries.c.finished_at.is_(None)).scalar_subquery()
    past = select(events.c.id).where(events.c.at < before, or_(opened.is_(None), events.c.at < opened)).limit(limit)
    return gone + connection.execute(events.delete().where(events.c.id.in_(past))).rowcount
