"""The log of messages: looked at, sent again, and forgotten."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, delete, exists, func, or_, select, update

from validator.alerts.events import CONFLICT, OPENED, OVERDUE, REOPENED
from validator.history.life import LIVE
from validator.service import audit
from validator.service.deliveries import note_missed
from validator.service.endpoint_rows import a_working_endpoint
from validator.service.lookups import with_id
from validator.store.tables import attempts, deliveries, delivery_findings, endpoints, events, findings

WAITED = datetime.timedelta(days=7)
"""How much longer a message is kept that could not be sent yet."""
_TOLD_ONCE = (OPENED, REOPENED, CONFLICT, OVERDUE)


class Filters(NamedTuple):
    """Which messages of an endpoint are meant; None: any."""

    endpoint: str
    state: str | None = None
    since: datetime.datetime | None = None
    """Made from this moment on."""
    until: datetime.datetime | None = None
    """Made before this moment."""


def a_delivery(connection: Connection, id: str) -> Row[Any]:
    """A message. Raises NotFound."""
    return with_id(connection, deliveries, "delivery", id)


def attempts_of(connection: Connection, id: str) -> Sequence[Row[Any]]:
    """The attempts at a message, the oldest first."""
    return connection.execute(select(attempts).where(attempts.c.delivery_id == id).order_by(attempts.c.id)).all()


def listed(connection: Connection, filters: Filters, *, before: str = "", limit: int = 50) -> Sequence[Row[Any]]:
    """Messages, the newest first; at most `limit` older than the one of the id `before`."""
    asked = select(deliveries).where(*_conditions(filters))
    if before:
        asked = asked.where(deliveries.c.id < before)
    return connection.execute(asked.order_by(deliveries.c.id.desc()).limit(limit)).all()


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    conditions = [deliveries.c.endpoint_id == filters.endpoint]
    if filters.state is not None:
        conditions.append(deliveries.c.state == filters.state)
    if filters.since is not None:
        conditions.append(deliveries.c.created_at >= filters.since)
    if filters.until is not None:
        conditions.append(deliveries.c.created_at < filters.until)
    return conditions


def replay(connection: Connection, now: datetime.datetime, actor: str, id: str) -> Row[Any]:
    """Send a message again from its first attempt on, under its own id, by which receivers know it.

    Raises NotFound, and NotAllowed where its endpoint is disabled.
    """
    endpoint = a_delivery(connection, id).endpoint_id
    a_working_endpoint(connection, endpoint)
    _again(connection, now, deliveries.c.id == id)
    note_missed(connection, endpoint)
    audit.record(connection, now, actor, "replay", "delivery", id, None, None)
    return a_delivery(connection, id)


def replay_range(connection: Connection, now: datetime.datetime, actor: str, filters: Filters) -> int:
    """Send all messages of an endpoint again that filters name and that are no longer open; gives how many.

    Raises NotFound, and NotAllowed where the endpoint is disabled.
    """
    a_working_endpoint(connection, filters.endpoint)
    count = _again(connection, now, and_(deliveries.c.finished_at.is_not(None), *_conditions(filters)))
    note_missed(connection, filters.endpoint)
    told = {name: str(value) for name, value in filters._asdict().items() if value is not None}
    audit.record(connection, now, actor, "replay", "endpoint", filters.endpoint, None, {**told, "count": count})
    return count


def _again(connection: Connection, now: datetime.datetime, which: ColumnElement[bool]) -> int:
    values = {"state": "waiting", "attempts": 0, "next_at": now, "finished_at": None}
    mine = delivery_findings.c.delivery_id.in_(select(deliveries.c.id).where(which))
    connection.execute(update(delivery_findings).where(mine).values(open=True))
    return connection.execute(update(deliveries).where(which).values(**values)).rowcount


def forget(connection: Connection, before: datetime.datetime, limit: int = 1_000) -> int:
    """Delete messages and events from before a moment; gives how many.

    A message that waits stays for WAITED more, with its events. What was told of a finding that still stands stays, so that
    it is not told again, and that its end is told. At most `limit` of each, so that others go on in between.
    """
    waits, opened = deliveries.c.finished_at.is_(None), select(func.min(deliveries.c.event_id))
    sent = and_(deliveries.c.created_at < before, deliveries.c.finished_at < before)
    past = or_(sent, and_(waits, deliveries.c.created_at < before - WAITED))
    count = _delete(connection, deliveries, past, limit)
    first = opened.where(waits).scalar_subquery()
    standing = exists().where(
        findings.c.connection_id == events.c.connection_id,
        findings.c.id == events.c.finding_id,
        findings.c.state.in_(sorted(LIVE)),
    )
    for id in connection.scalars(select(endpoints.c.id).where(endpoints.c.missed_since < before)).all():
        note_missed(connection, id)
    told = and_(events.c.at < before, or_(first.is_(None), events.c.id < first))
    return count + _delete(connection, events, and_(told, or_(events.c.type.not_in(_TOLD_ONCE), ~standing)), limit)


def _delete(connection: Connection, table: Table, which: ColumnElement[bool], limit: int) -> int:
    some = select(table.c.id).where(which).limit(limit)
    return connection.execute(delete(table).where(table.c.id.in_(some))).rowcount
