"""Telling of conflicts that have no decision in time: once for each time that a finding came."""

from __future__ import annotations

import datetime

from sqlalchemy import Connection, Engine, Row, func, select

from validator.alerts.events import OVERDUE, overdue
from validator.history.parts import teams_of
from validator.service.alerting import tell
from validator.service.deadlines import Notice, open_notices
from validator.service.lookups import a_finding
from validator.store.engine import reading, writing
from validator.store.tables import events, findings

_NOTICE = "conflict-overdue"


def tell_overdue(engine: Engine, now: datetime.datetime) -> int:
    """Record an event for each conflict that has become overdue and was not told of yet; gives how many.

    A connection at a time, so that others go on in between.
    """
    with reading(engine) as connection:
        late = select(findings.c.connection_id).where(findings.c.escalate_on <= now.date()).distinct()
        ids = list(connection.scalars(late.order_by(findings.c.connection_id)))
    return sum(_told(engine, now, id) for id in ids)


def _told(engine: Engine, now: datetime.datetime, connection_id: str) -> int:
    with reading(engine) as connection:
        found = _untold(connection, connection_id, now)
    if not found:
        return 0
    with writing(engine) as connection:
        for notice in _untold(connection, connection_id, now):
            row = a_finding(connection, connection_id, notice.finding)
            tell(connection, now, [overdue(now, connection_id, _limits(notice), dict(row._mapping), _teams(row))])
    return len(found)


def _untold(connection: Connection, connection_id: str, now: datetime.datetime) -> list[Notice]:
    mine = (events.c.type == OVERDUE, events.c.connection_id == connection_id)
    asked = select(events.c.finding_id, func.max(events.c.at)).where(*mine).group_by(events.c.finding_id)
    told = {row[0]: row[1].date() for row in connection.execute(asked)}
    listed = open_notices(connection, connection_id, now.date())
    return [
        notice
        for notice in listed
        if notice.notice == _NOTICE and (notice.finding not in told or told[notice.finding] < notice.since)
    ]


def _limits(notice: Notice) -> dict[str, str | None]:
    days = {"since": notice.since, "respond_by": notice.respond_by, "escalate_on": notice.escalate_on}
    shown = {name: None if day is None else day.isoformat() for name, day in days.items()}
    return {**shown, "decision_maker": notice.decision_maker}


def _teams(row: Row[tuple[object, ...]]) -> frozenset[str]:
    return teams_of(dict(row._mapping))
