"""The rows of syncs: asked for, taken on, finished, listed.

A sync is open until it has a `finished_at`, and a connection has one open sync at most. Whoever changes a row says by what
it found that the row is still theirs, so that of two processes that believe to run a sync one alone ends it.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, literal, select, update

from connectors.contract import Fault
from validator.service.lookups import with_id
from validator.store.ids import new_id
from validator.store.tables import syncs

STATES = ("queued", "running", "done", "unchanged", "failed", "dead")
MOST_RESUMES = 5
"""Times that a sync is taken up again after its process died; then it is taken to be what kills the process."""
MOST_MISSING = 100
"""Parts that could not be read which a sync lists; of the rest it says how many there are."""
_OPEN = syncs.c.finished_at.is_(None)
_WAITING = (syncs.c.state == "queued", syncs.c.handed_at.is_(None), syncs.c.executor.is_(None))
_SHOWN = ("id", "connection_id", "asked_by", "state", "stage", "done", "total", "resumes", "run_id", "problem")
_MOMENTS = ("tick_at", "created_at", "started_at", "finished_at")


def open_sync(connection: Connection, connection_id: str) -> Row[Any] | None:
    """The sync of a connection that is not finished; None where there is none."""
    return connection.execute(select(syncs).where(syncs.c.connection_id == connection_id, _OPEN)).one_or_none()


def add(
    connection: Connection,
    now: datetime.datetime,
    actor: str,
    connection_id: str,
    tick_at: datetime.datetime | None = None,
) -> Row[Any]:
    """A new sync, queued. The connection must have none that is open."""
    id = new_id(now)
    row = {"connection_id": connection_id, "asked_by": actor, "tick_at": tick_at, "created_at": now}
    connection.execute(insert(syncs).values(id=id, **row, state="queued", resumes=0))
    return a_sync(connection, id)


def a_sync(connection: Connection, id: str, within: Collection[str] | None = None) -> Row[Any]:
    """A sync; `within` are the connections that the caller may see, None: all. Raises NotFound."""
    return with_id(connection, syncs, "sync", id, within)


def list_syncs(
    connection: Connection,
    *,
    connection_id: str | None = None,
    below: str | None = None,
    within: Collection[str] | None = None,
    limit: int = 50,
) -> Sequence[Row[Any]]:
    """The last syncs first, of those with an id less than `below`; at most `limit`."""
    asked = select(syncs).order_by(syncs.c.id.desc()).limit(limit)
    if connection_id is not None:
        asked = asked.where(syncs.c.connection_id == connection_id)
    if below is not None:
        asked = asked.where(syncs.c.id < below)
    if within is not None:
        asked = asked.where(syncs.c.connection_id.in_(sorted(within)))
    return connection.execute(asked).all()


def last_syncs(connection: Connection, ids: Collection[str]) -> dict[str, Row[Any]]:
    """The last sync of each of several connections that has any, by the id of the connection."""
    last = select(func.max(syncs.c.id)).where(syncs.c.connection_id.in_(sorted(ids))).group_by(syncs.c.connection_id)
    return {row.connection_id: row for row in connection.execute(select(syncs).where(syncs.c.id.in_(last)))}


def counts(connection: Connection, within: Collection[str] | None = None) -> dict[str, int]:
    """How many syncs wait, and how many run."""
    asked = select(syncs.c.state, func.count()).where(_OPEN).group_by(syncs.c.state)
    if within is not None:
        asked = asked.where(syncs.c.connection_id.in_(sorted(within)))
    found = {state: int(count) for state, count in connection.execute(asked)}
    return {state: found.get(state, 0) for state in ("queued", "running")}


def begin(connection: Connection, now: datetime.datetime, id: str, executor: str) -> Row[Any] | None:
    """Take a sync on; gives its row, None where it is finished or gone."""
    started = func.coalesce(syncs.c.started_at, literal(now, syncs.c.started_at.type))
    values = {"state": "running", "executor": executor, "started_at": started}
    changed = connection.execute(update(syncs).where(syncs.c.id == id, _OPEN).values(**values))
    return a_sync(connection, id) if changed.rowcount else None


def keep_read(connection: Connection, id: str, digest: str, pulled: Mapping[str, Any]) -> bool:
    """Keep what was read of a source until it is judged; false where the sync is finished or gone."""
    values = {"document_digest": digest, "pulled": dict(pulled), "done": None, "total": None, "stage": None}
    return connection.execute(update(syncs).where(syncs.c.id == id, _OPEN).values(**values)).rowcount == 1


def note_progress(connection: Connection, id: str, stage: str, done: int | None, total: int | None) -> None:
    """Say how far a sync has come."""
    values = {"stage": stage[:200], "done": done, "total": total}
    connection.execute(update(syncs).where(syncs.c.id == id, _OPEN).values(**values))


def finish(
    connection: Connection,
    now: datetime.datetime,
    id: str,
    state: str,
    *,
    run_id: str | None = None,
    problem: Sequence[Fault] | None = None,
) -> bool:
    """End a sync; false where it is finished already or gone."""
    told = None if problem is None else [{"pointer": f.pointer, "message": f.message, "hint": f.hint} for f in problem]
    left = {"executor": None, "document_digest": None, "stage": None, "done": None, "total": None}
    values = {"state": state, "run_id": run_id, "problem": told, "finished_at": now, **left}
    return connection.execute(update(syncs).where(syncs.c.id == id, _OPEN).values(**values)).rowcount == 1


def count_resume(connection: Connection, id: str) -> int | None:
    """Count that a sync is taken up again, its process having died; gives how often by now, None where it is finished."""
    values = {"resumes": syncs.c.resumes + 1, "executor": None, "state": "queued"}
    if connection.execute(update(syncs).where(syncs.c.id == id, _OPEN).values(**values)).rowcount == 0:
        return None
    return connection.scalar(select(syncs.c.resumes).where(syncs.c.id == id))


def withdraw(connection: Connection, id: str) -> None:
    """Forget a sync that nobody wants any more, before it has ended."""
    connection.execute(delete(syncs).where(syncs.c.id == id, _OPEN))


def to_hand_over(connection: Connection) -> Sequence[str]:
    """The ids of syncs that wait for the engine to take them, the first asked for first."""
    return connection.scalars(select(syncs.c.id).where(*_WAITING).order_by(syncs.c.id)).all()


def hand_over(connection: Connection, now: datetime.datetime) -> Sequence[str]:
    """Note that the engine has the syncs that wait for it; gives their ids, the first asked for first.

    One that a process has taken by hand meanwhile is not among them.
    """
    changed = update(syncs).where(*_WAITING).values(handed_at=now).returning(syncs.c.id)
    return sorted(connection.scalars(changed))


def handed_over(connection: Connection) -> Sequence[str]:
    """The ids of open syncs that the engine should have."""
    return connection.scalars(select(syncs.c.id).where(_OPEN, syncs.c.handed_at.is_not(None))).all()


def run_by_hand(connection: Connection) -> Sequence[tuple[str, str]]:
    """The open syncs that a process runs without the engine: the id of each, and the name of the process's lock."""
    asked = select(syncs.c.id, syncs.c.executor).where(
        _OPEN, syncs.c.handed_at.is_(None), syncs.c.executor.is_not(None)
    )
    return [(row.id, row.executor) for row in connection.execute(asked)]


def prune(connection: Connection, before: datetime.datetime, at_most: int = 500) -> int:
    """Remove syncs that ended before a moment, but for the last of each connection; gives how many."""
    last = select(func.max(syncs.c.id)).group_by(syncs.c.connection_id)
    old = select(syncs.c.id).where(syncs.c.finished_at < before, syncs.c.id.not_in(last)).limit(at_most)
    ids = connection.scalars(old.order_by(syncs.c.finished_at)).all()
    connection.execute(delete(syncs).where(syncs.c.id.in_(ids)))
    return len(ids)


def sync_shown(row: Row[Any]) -> dict[str, Any]:
    """A sync as it is answered."""
    pulled = row.pulled or {}
    moments = {name: value.isoformat() if (value := getattr(row, name)) else None for name in _MOMENTS}
    parts = pulled.get("missing", ())
    missing = [{name: part[name] for name in ("scope", "reason")} for part in parts[:MOST_MISSING]]
    shown = {name: row._mapping[name] for name in _SHOWN}
    return {**shown, **moments, "missing": missing, "missing_count": len(parts)}


def waited_since(connection: Connection, within: Collection[str] | None = None) -> datetime.datetime | None:
    """Since when the sync waits that waits longest for a process to run it; None where none waits."""
    asked = select(func.min(syncs.c.created_at)).where(syncs.c.state == "queued", _OPEN)
    if within is not None:
        asked = asked.where(syncs.c.connection_id.in_(sorted(within)))
    found: datetime.datetime | None = connection.scalar(asked)
    return found
