"""What is known of a source between two syncs: when it is due, when it was heard, and from when on it counts as silent."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from validator.alerts.events import silent as source_silent
from validator.service import audit
from validator.service.alerting import tell
from validator.service.sync_cron import faults_of, next_tick
from validator.store.tables import connections, sync_states

WATCHER = "schedule"
"""Who asks for a sync that is due, and notes that a source is silent."""
_EMPTY = dict.fromkeys(("due_at", "silent_at", "silence_noted_at", "heard_at", "heard_run", "remembered"))


def state_of(connection: Connection, connection_id: str) -> dict[str, Any]:
    """What is known of a source; every value is None where nothing is."""
    return states_of(connection, [connection_id]).get(connection_id, {"connection_id": connection_id, **_EMPTY})


def states_of(connection: Connection, ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """What is known of several sources, by the id of the connection; nothing of some."""
    rows = connection.execute(select(sync_states).where(sync_states.c.connection_id.in_(sorted(ids))))
    return {row.connection_id: row._asdict() for row in rows}


def reschedule(connection: Connection, now: datetime.datetime, row: Row[Any]) -> None:
    """Begin the schedule of a connection anew: what was due before counts no longer.

    A source that is silent stays so until it is heard, or is no longer asked by schedule.
    """
    tick = _next(row, now)
    since = state_of(connection, row.id)["silent_at"]
    if tick is not None and since is not None and since <= now:
        _set(connection, row.id, due_at=tick)
        return
    silent = None if tick is None else tick + _grace(row)
    _set(connection, row.id, due_at=tick, silent_at=silent, silence_noted_at=None)


def start_schedules(connection: Connection, now: datetime.datetime) -> None:
    """Begin those schedules that nothing is known of yet: stored by a release that did not act on them."""
    unknown = connections.c.id.not_in(select(sync_states.c.connection_id))
    for row in connection.execute(select(connections).where(unknown, connections.c.schedule.is_not(None))).all():
        if not [*faults_of(row.schedule, row.zone)]:
            reschedule(connection, now, row)


def due(connection: Connection, now: datetime.datetime) -> Sequence[Row[Any]]:
    """The connections whose schedule says that they are to be synced by now, with `due_at`; the longest due first."""
    asked = select(connections, sync_states.c.due_at).join(sync_states).where(sync_states.c.due_at <= now)
    return connection.execute(asked.order_by(sync_states.c.due_at, connections.c.id)).all()


def next_after(connection: Connection, row: Row[Any], now: datetime.datetime) -> None:
    """Set when a connection is due next; what was missed meanwhile is not made up for."""
    _set(connection, row.id, due_at=_next(row, now))


def heard(
    connection: Connection, now: datetime.datetime, row: Row[Any], run_id: str | None, remembered: Mapping[str, str]
) -> None:
    """Note a good sync. `run_id`: the run of a sync that read everything, and what to remember of it; None: as before."""
    before = state_of(connection, row.id)
    tick = _next(row, now)
    kept = {} if run_id is None else {"heard_run": run_id, "remembered": dict(remembered)}
    silent = None if tick is None else tick + _grace(row)
    _set(connection, row.id, heard_at=now, silent_at=silent, silence_noted_at=None, **kept)
    if before["silence_noted_at"] is not None:
        told = {"silent_since": before["silent_at"].isoformat()}
        audit.record(connection, now, WATCHER, "heard", "connection", row.id, told, None)


def forget(connection: Connection, connection_id: str) -> None:
    """Forget what was remembered for the connector: it will read everything again."""
    _set(connection, connection_id, heard_run=None, remembered=None)


def silent(connection: Connection, now: datetime.datetime, within: Collection[str] | None = None) -> Sequence[Row[Any]]:
    """The sources that were not heard in time, the longest silent first: `connection_id`, `silent_at`, `heard_at`.

    `within` are the connections that the caller may see; None: all.
    """
    asked = select(sync_states).where(sync_states.c.silent_at <= now)
    if within is not None:
        asked = asked.where(sync_states.c.connection_id.in_(sorted(within)))
    return connection.execute(asked.order_by(sync_states.c.silent_at, sync_states.c.connection_id)).all()


def note_silence(connection: Connection, now: datetime.datetime) -> list[str]:
    """Write down, once for each silence, that a source is silent; gives the connections."""
    rows = [row for row in silent(connection, now) if row.silence_noted_at is None]
    for row in rows:
        heard_at = row.heard_at.isoformat() if row.heard_at else None
        told = {"silent_since": row.silent_at.isoformat(), "heard_at": heard_at}
        _set(connection, row.connection_id, silence_noted_at=now)
        audit.record(connection, now, WATCHER, "silent", "connection", row.connection_id, None, told)
        tell(connection, now, [source_silent(now, row.connection_id, told)])
    return [row.connection_id for row in rows]


def any_to_note(connection: Connection, now: datetime.datetime) -> bool:
    """Whether a source is due or silent without this being noted: a look that holds up no writer."""
    unnoted = (sync_states.c.silent_at <= now) & sync_states.c.silence_noted_at.is_(None)
    asked = select(sync_states.c.connection_id).where(or_(sync_states.c.due_at <= now, unnoted))
    return connection.execute(asked.limit(1)).first() is not None


def _next(row: Row[Any], now: datetime.datetime) -> datetime.datetime | None:
    return None if row.schedule is None or row.paused else next_tick(row.schedule, row.zone, now)


def _grace(row: Row[Any]) -> datetime.timedelta:
    return datetime.timedelta(minutes=row.grace_minutes)


def _set(connection: Connection, connection_id: str, **values: Any) -> None:
    mine = sync_states.c.connection_id == connection_id
    if connection.execute(update(sync_states).where(mine).values(**values)).rowcount == 0:
        connection.execute(insert(sync_states).values(connection_id=connection_id, **values))
