"""Telling of conflicts that have no decision in time: once for each time that a finding came."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, Connection, Engine, Table, func, select

from validator.alerts.events import OVERDUE, overdue
from validator.history.life import LIVE
from validator.service.alerting import tell
from validator.service.deadlines import Notice, open_notices
from validator.service.last_run import last_run, views_of_run
from validator.service.lookups import a_finding
from validator.service.owners import people_of
from validator.service.since import CAME
from validator.store.engine import reading, writing
from validator.store.faults import StoreUnavailable
from validator.store.tables import events, finding_events, findings

_NOTICE = "conflict-overdue"
_CHUNK = 500


def tell_overdue(engine: Engine, now: datetime.datetime, unread: Callable[[Exception, str], None]) -> int:
    """Record an event for each conflict that has become overdue and was not told of yet; gives how many.

    A connection at a time, and what takes long before the transaction that writes, so that others go on in between. One that
    cannot be read is given to `unread` with the reason, and holds up no other. Raises StoreUnavailable.
    """
    with reading(engine) as connection:
        late = select(findings.c.connection_id).where(findings.c.escalate_on <= now.date()).distinct()
        ids = list(connection.scalars(late.order_by(findings.c.connection_id)))
    return sum(_told_where_read(engine, now, id, unread) for id in ids)


def _told_where_read(
    engine: Engine, now: datetime.datetime, connection_id: str, unread: Callable[[Exception, str], None]
) -> int:
    try:
        return _told(engine, now, connection_id)
    except StoreUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - removed in between, or its report is unreadable: the others are told of
        unread(error, connection_id)
        return 0


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
    ids = [one.finding for one in late]
    told = _last(connection, events, connection_id, ids, events.c.type == OVERDUE)
    came = _last(connection, finding_events, connection_id, ids, finding_events.c.event.in_(CAME))
    return [one for one in late if one.finding not in told or _is_before(told[one.finding], came.get(one.finding))]


def _last(
    connection: Connection, table: Table, connection_id: str, ids: Sequence[str], which: ColumnElement[bool]
) -> dict[str, datetime.datetime]:
    """When what is meant last happened to each of these findings, by its id."""
    found: dict[str, datetime.datetime] = {}
    for start in range(0, len(ids), _CHUNK):
        mine = (table.c.connection_id == connection_id, table.c.finding_id.in_(ids[start : start + _CHUNK]), which)
        asked = select(table.c.finding_id, func.max(table.c.at)).where(*mine).group_by(table.c.finding_id)
        found |= {row[0]: row[1] for row in connection.execute(asked)}
    return found


def _is_before(told: datetime.datetime, came: datetime.datetime | None) -> bool:
    return came is not None and told < came


def _limits(notice: Notice) -> dict[str, str | None]:
    days = {name: getattr(notice, name) for name in ("since", "respond_by", "escalate_on", "forum_next")}
    shown = {name: None if day is None else day.isoformat() for name, day in days.items()}
    return {**shown, **{name: getattr(notice, name) for name in ("decision_maker", "tie_breaker", "forum")}}
