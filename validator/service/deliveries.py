"""Messages on their way: which are due, and what became of each attempt.

The rows are the truth. A message is due when its time has come and no earlier one to the same receiver tells of the same
finding and is still open; so the news of one finding arrive in the order in which they were recorded, and a receiver that
refuses one message still gets the others.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, func, insert, select, update

from validator.alerts.retries import LONGEST_WISH, wait_after
from validator.service import audit
from validator.service.alerting import DISABLED
from validator.service.sending import Outcome
from validator.store.tables import attempts, deliveries, delivery_findings, endpoints

PATIENCE = datetime.timedelta(days=5)
"""How long nothing may arrive at an endpoint before it is disabled."""
MOST = 50
"""Messages taken up at a time."""
_ACTOR = "delivery"
_GONE = "The receiver answered 410: it wants no more."


class Noted(NamedTuple):
    """What follows from an attempt."""

    state: str | None
    """Of the message; None where it is no longer there."""
    disabled: str | None = None
    """Why its endpoint was disabled by it."""


def due_endpoints(connection: Connection, now: datetime.datetime) -> list[str]:
    """Endpoints with a message that may be sent now."""
    working = (endpoints.c.paused.is_(False), endpoints.c.disabled_at.is_(None))
    due_now = exists().where(deliveries.c.endpoint_id == endpoints.c.id, *_is_due(now))
    return list(connection.scalars(select(endpoints.c.id).where(*working, due_now).order_by(endpoints.c.id)))


def due(connection: Connection, endpoint_id: str, now: datetime.datetime, limit: int = MOST) -> Sequence[Row[Any]]:
    """Messages of an endpoint that may be sent now, side by side: the oldest first, one of each finding."""
    asked = select(deliveries).where(deliveries.c.endpoint_id == endpoint_id, *_is_due(now))
    return connection.execute(asked.order_by(deliveries.c.event_id, deliveries.c.id).limit(limit)).all()


def _is_due(now: datetime.datetime) -> tuple[ColumnElement[bool], ...]:
    mine, earlier = delivery_findings.alias(), delivery_findings.alias()
    held_back = exists().where(
        mine.c.delivery_id == deliveries.c.id,
        earlier.c.queue == mine.c.queue,
        earlier.c.finding_id == mine.c.finding_id,
        earlier.c.event_id < mine.c.event_id,
        earlier.c.open,
    )
    return deliveries.c.finished_at.is_(None), deliveries.c.next_at <= now, ~held_back


def note(connection: Connection, now: datetime.datetime, delivery_id: str, outcome: Outcome) -> Noted:
    """Write down an attempt and what follows from it."""
    row = connection.execute(select(deliveries).where(deliveries.c.id == delivery_id)).one_or_none()
    if row is None:
        return Noted(None)
    made = {"at": now, "milliseconds": outcome.milliseconds, "status": outcome.status, "problem": outcome.problem}
    connection.execute(insert(attempts).values(delivery_id=delivery_id, **made))
    if row.finished_at is not None:  # another process has sent it, too, and was told so first
        return Noted(row.state)
    count = row.attempts + 1
    last = outcome.delivered or outcome.gone or outcome.hopeless
    wait = None if last else wait_after(count, delivery_id, wished=outcome.wished)
    state = "delivered" if outcome.delivered else "dead" if wait is None else "retrying"
    values = {
        "state": state, "attempts": count, "status": outcome.status, "problem": outcome.problem,
        "next_at": None if wait is None else now + wait, "finished_at": now if wait is None else None,
    }  # fmt: skip
    connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(**values))
    if wait is None:
        _let_others_go(connection, [delivery_id])
    return Noted(state, _note_health(connection, now, row.endpoint_id, outcome))


def _let_others_go(connection: Connection, ids: Sequence[str] | Select[Any]) -> None:
    """Hold back no others for the sake of messages that are no longer open."""
    mine = delivery_findings.c.delivery_id.in_(ids)
    connection.execute(update(delivery_findings).where(mine).values(open=False))


def _note_health(connection: Connection, now: datetime.datetime, endpoint_id: str, outcome: Outcome) -> str | None:
    """What an attempt says of its endpoint; gives why it was disabled, where it was."""
    one = endpoints.c.id == endpoint_id
    if outcome.hopeless:
        return None
    if outcome.delivered:
        connection.execute(update(endpoints).where(one).values(delivered_at=now, failing_since=None))
        return None
    if outcome.gone:
        return _disable(connection, now, endpoint_id, _GONE)
    if outcome.wished is not None:
        _leave_alone(connection, endpoint_id, now + datetime.timedelta(seconds=min(outcome.wished, LONGEST_WISH)))
    connection.execute(update(endpoints).where(one, endpoints.c.failing_since.is_(None)).values(failing_since=now))
    since = connection.scalar(select(endpoints.c.failing_since).where(one))
    if since is None or now - since < PATIENCE:
        return None
    why = f"Nothing has arrived since {since:%Y-%m-%d %H:%M} UTC; the last problem: {outcome.problem}"
    return _disable(connection, now, endpoint_id, why)


def _leave_alone(connection: Connection, endpoint_id: str, until: datetime.datetime) -> None:
    """Try no message at an endpoint that asks for time before that is over."""
    open_ = (deliveries.c.endpoint_id == endpoint_id, deliveries.c.finished_at.is_(None), deliveries.c.next_at < until)
    connection.execute(update(deliveries).where(*open_).values(next_at=until))


def _disable(connection: Connection, now: datetime.datetime, endpoint_id: str, why: str) -> str | None:
    """Try nothing more at an endpoint; what waits is given up, and may be replayed. None where it was disabled before."""
    working = (endpoints.c.id == endpoint_id, endpoints.c.disabled_at.is_(None))
    values = {"disabled_at": now, "disabled_why": why, "version": endpoints.c.version + 1, "updated_at": now}
    if not connection.execute(update(endpoints).where(*working).values(**values)).rowcount:
        return None
    open_ = (deliveries.c.endpoint_id == endpoint_id, deliveries.c.finished_at.is_(None))
    _let_others_go(connection, select(deliveries.c.id).where(*open_))
    given_up = {"state": "dead", "next_at": None, "finished_at": now}
    problem = func.coalesce(deliveries.c.problem, DISABLED)
    connection.execute(update(deliveries).where(*open_).values(**given_up, problem=problem))
    audit.record(connection, now, _ACTOR, "disable", "endpoint", endpoint_id, None, {"why": why})
    return why
