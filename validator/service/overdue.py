"""Telling of conflicts that have no decision in time: once for each time that a finding came."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from sqlalchemy import Connection, Engine, func, select

from validator.alerts.events import OVERDUE, overdue
from validator.history.life import LIVE
from validator.service.alerting import tell
from validator.service.deadlines import Notice, open_notices
from validator.service.last_run import last_run, views_of_run
from validator.service.lookups import a_finding
from validator.service.owners import people_of
from validator.store.engine import reading, writing
from validator.store.tables import events, findings

_NOTICE = "conflict-overdue"


def tell_overdue(engine: Engine, now: datetime.datetime) -> int:
    """Record an event for each conflict that has become overdue and was not told of yet; gives how many.

    A connection at a time, and what takes long before the transaction that writes, so that others go on in between.
    """
    with reading(engine) as connection:
        late = select(findings.c.connection_id).where(findings.c.escalate_on <= now.date()).distinct()
        ids = list(connection.scalars(late.order_by(findings.c.connection_id)))
    return sum(_told(engine, now, id) for id in ids)


def _told(engine: Engine, now: datetime.datetime, connection_id: str) -> int:
    with reading(engine) as connection:
        late = [one for one in open_notices(connection, connection_id, now.date()) if one.notice == _NOTICE]
        late = _untold(connection, connection_id, late)
        run = last_run(connection, connection_id) if late else None
        views = views_of_run(connection, run) if run is not None else None
    if views is None:
        return 0
    with writing(engine) as connection:
        late = _untold(connection, connection_id, late)
        rows = [(one, dict(a_finding(connection, connection_id, one.finding)._mapping)) for one in late]
        told = [
            overdue(now, connection_id, _limits(one), row, people_of(row, views))
            for one, row in rows
            if row["state"] in LIVE and row["decision_id"] is None and row["waived_by"] is None
        ]
        tell(connection, now, told)
    return len(told)


def _untold(connection: Connection, connection_id: str, late: Sequence[Notice]) -> list[Notice]:
    """Those of the notices that nobody was told of since their finding came."""
    mine = (events.c.type == OVERDUE, events.c.connection_id == connection_id)
    asked = select(events.c.finding_id, func.max(events.c.at)).where(*mine).group_by(events.c.finding_id)
    told = {row[0]: row[1].date() for row in connection.execute(asked)}
    return [one for one in late if one.finding not in told or told[one.finding] < one.since]


def _limits(notice: Notice) -> dict[str, str | None]:
    days = {"since": notice.since, "respond_by": notice.respond_by, "escalate_on": notice.escalate_on}
    shown = {name: None if day is None else day.isoformat() for name, day in days.items()}
    return {**shown, "decision_maker": notice.decision_maker}
