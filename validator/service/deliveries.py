"""Messages on their way: which are due, and what became of each attempt.

The rows are the truth. A message is due when its time has come and no earlier one to the same receiver tells of the same
finding and is still open; so the news of one finding arrive in the order in which they were recorded, and a receiver that
refuses one message still gets the others.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, func, insert, or_, select, update

from validator.alerts.retries import LONGEST_WISH, rest_after, wait_after
from validator.service import audit
from validator.service.alerting import DISABLED
from validator.service.sending import Outcome
from validator.store.tables import attempts, deliveries, delivery_findings, endpoints

PATIENCE = datetime.timedelta(days=5)
"""How long nothing may arrive at an endpoint before it is disabled."""
SLOW = 1_000
"""Milliseconds from which on a failure keeps others waiting."""
UNREADY = datetime.timedelta(minutes=5)
"""How long an endpoint rests where the service itself is not ready to send."""
MOST = 50
"""Messages taken up at a time."""
_ACTOR = "delivery"
_OVERLOADED = (429, 503)
"""Answers whose Retry-After speaks of the endpoint, not of one message."""
_GONE = "The receiver answered 410: it wants no more."


class Noted(NamedTuple):
    """What follows from an attempt."""

    state: str | None
    """Of the message; None where it is no longer there."""
    disabled: str | None = None
    """Why its endpoint was disabled by it."""
    unready: str | None = None
    """What the service lacked to attempt it."""


def due_endpoints(connection: Connection, now: datetime.datetime) -> list[str]:
    """Endpoints with a message that may be sent now."""
    rested = or_(endpoints.c.rest_until.is_(None), endpoints.c.rest_until <= now)
    working = (endpoints.c.paused.is_(False), endpoints.c.disabled_at.is_(None), rested)
    due_now = exists().where(deliveries.c.endpoint_id == endpoints.c.id, *_is_due(now))
    return list(connection.scalars(select(endpoints.c.id).where(*working, due_now).order_by(endpoints.c.id)))


def is_sent_to(endpoint: Row[Any], now: datetime.datetime) -> bool:
    """Whether an endpoint may be sent something now."""
    rests = endpoint.rest_until is not None and endpoint.rest_until > now
    return not endpoint.paused and endpoint.disabled_at is None and not rests


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
    if outcome.unready:
        return _postponed(connection, now, row, outcome.problem)
    made = {"at": now, "milliseconds": outcome.milliseconds, "status": outcome.status, "problem": outcome.problem}
    connection.execute(insert(attempts).values(delivery_id=delivery_id, **made))
    if row.finished_at is not None and not (outcome.delivered and row.state == "dead"):
        return Noted(row.state)  # another process has sent it, too, and was told so first
    count = row.attempts + 1
    last = outcome.delivered or outcome.gone or outcome.hopeless
    wait = None if last else wait_after(count, delivery_id, wished=outcome.wished)
    state = "delivered" if outcome.delivered else "dead" if wait is None else "retrying"
    values = {
        "state": state, "attempts": count, "status": outcome.status, "problem": outcome.problem,
        "next_at": None if wait is None else now + wait, "finished_at": now if wait is None else None,
    }  # fmt: skip
    _update(connection, delivery_id, values)
    if wait is None:
        _let_others_go(connection, [delivery_id])
    disabled = _note_health(connection, now, row.endpoint_id, outcome)
    if state == "dead" or row.state == "dead":
        note_missed(connection, row.endpoint_id)
    return Noted(state, disabled)


def _postponed(connection: Connection, now: datetime.datetime, row: Row[Any], problem: str | None) -> Noted:
    """Let an endpoint rest for as long as the service itself is not ready: that counts as no attempt."""
    if row.finished_at is None:
        _update(connection, row.id, {"problem": problem})
        _rest(connection, row.endpoint_id, now + UNREADY)
    return Noted(row.state, unready=problem)


def _update(connection: Connection, delivery_id: str, values: dict[str, Any]) -> None:
    connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(**values))


def note_missed(connection: Connection, endpoint_id: str) -> None:
    """Write down since when an endpoint has missed messages: those that were given up, and not sent again."""
    dead = (deliveries.c.endpoint_id == endpoint_id, deliveries.c.state == "dead")
    since = select(func.min(deliveries.c.created_at)).where(*dead).scalar_subquery()
    connection.execute(update(endpoints).where(endpoints.c.id == endpoint_id).values(missed_since=since))


def _let_others_go(connection: Connection, ids: Sequence[str] | Select[Any]) -> None:
    """Hold back no others for the sake of messages that are no longer open."""
    mine = delivery_findings.c.delivery_id.in_(ids)
    connection.execute(update(delivery_findings).where(mine).values(open=False))


def _note_health(connection: Connection, now: datetime.datetime, endpoint_id: str, outcome: Outcome) -> str | None:
    """What an attempt says of its endpoint; gives why it was disabled, where it was."""
    one = endpoints.c.id == endpoint_id
    if outcome.hopeless or outcome.ours:
        return None
    if outcome.delivered:
        well = {"delivered_at": now, "failing_since": None, "failures": 0, "rest_until": None}
        connection.execute(update(endpoints).where(one).values(**well))
        return None
    if outcome.gone:
        return disable(connection, now, endpoint_id, _GONE)
    failing = {
        "failing_since": func.coalesce(endpoints.c.failing_since, now),
        "failures": endpoints.c.failures + (1 if outcome.milliseconds >= SLOW else 0),
    }
    connection.execute(update(endpoints).where(one).values(**failing))
    endpoint = connection.execute(select(endpoints.c.failing_since, endpoints.c.failures).where(one)).one()
    _rest(connection, endpoint_id, now + max(rest_after(endpoint.failures), _wished(outcome)))
    if now - endpoint.failing_since >= PATIENCE:
        why = f"Nothing has arrived since {endpoint.failing_since:%Y-%m-%d %H:%M} UTC; the last problem: {outcome.problem}"
        return disable(connection, now, endpoint_id, why)
    _nothing_left(connection, endpoint_id)
    return None


def _nothing_left(connection: Connection, endpoint_id: str) -> None:
    """Where no message waits any more, nothing says how it stands with the endpoint until the next one."""
    waits = exists().where(deliveries.c.endpoint_id == endpoint_id, deliveries.c.finished_at.is_(None))
    quiet = (endpoints.c.id == endpoint_id, ~waits)
    connection.execute(update(endpoints).where(*quiet).values(failing_since=None, failures=0))


def _wished(outcome: Outcome) -> datetime.timedelta:
    """How long the receiver asked to be left alone altogether: one that fails otherwise speaks of the one message."""
    seconds = min(outcome.wished or 0.0, LONGEST_WISH) if outcome.status in _OVERLOADED else 0.0
    return datetime.timedelta(seconds=seconds)


def _rest(connection: Connection, endpoint_id: str, until: datetime.datetime) -> None:
    """Send nothing to an endpoint before that moment."""
    shorter = or_(endpoints.c.rest_until.is_(None), endpoints.c.rest_until < until)
    connection.execute(update(endpoints).where(endpoints.c.id == endpoint_id, shorter).values(rest_until=until))


def give_up(
    connection: Connection, now: datetime.datetime, which: ColumnElement[bool], problem: str | ColumnElement[str]
) -> None:
    """Send nothing of those messages that still wait, and hold back no others for their sake."""
    waiting = (which, deliveries.c.finished_at.is_(None))
    _let_others_go(connection, select(deliveries.c.id).where(*waiting))
    given_up = {"state": "dead", "next_at": None, "finished_at": now, "problem": problem}
    connection.execute(update(deliveries).where(*waiting).values(**given_up))


def disable(connection: Connection, now: datetime.datetime, endpoint_id: str, why: str) -> str | None:
    """Try nothing more at an endpoint; what waits is given up, and may be replayed. None where it was disabled before."""
    working = (endpoints.c.id == endpoint_id, endpoints.c.disabled_at.is_(None))
    values = {"disabled_at": now, "disabled_why": why, "version": endpoints.c.version + 1, "updated_at": now}
    if not connection.execute(update(endpoints).where(*working).values(**values)).rowcount:
        return None
    give_up(connection, now, deliveries.c.endpoint_id == endpoint_id, func.coalesce(deliveries.c.problem, DISABLED))
    note_missed(connection, endpoint_id)
    audit.record(connection, now, _ACTOR, "disable", "endpoint", endpoint_id, None, {"why": why})
    return why
