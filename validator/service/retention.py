"""Removing what was kept long enough: old runs with their documents and reports, and more of them where room is short.

The last complete run of each connection stays, since the next run is compared with it. Findings, waivers, decisions and
the audit trail stay, too.
"""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Engine, Select, and_, delete, func, select

from validator.service import audit
from validator.service.scrubbing import remove_all_orphans
from validator.store.engine import reading, writing
from validator.store.tables import runs, snapshots

AT_ONCE = 100
"""Runs removed in one transaction: every other writer waits meanwhile."""
STEP = 10
"""Runs removed before it is looked again whether the rest fits."""


class Limits(NamedTuple):
    """How much is kept; None for as much as there is."""

    days: int | None = None
    """Days since a run ended."""
    most_bytes: int | None = None
    """Bytes of all documents, overlays, reports and rules, as they are stored: compressed."""


class Removed(NamedTuple):
    """What was removed, and what is left."""

    runs: int
    snapshots: int
    bytes_left: int


def apply(engine: Engine, now: datetime.datetime, actor: str, limits: Limits, *, step: int = STEP) -> Removed:
    """Remove what is past the limits, the oldest first. It may be interrupted, and goes on with the next call.

    Where the runs that must stay are larger than the limit, they stay.
    """
    count, orphans = 0, remove_all_orphans(engine, now)
    if limits.days is not None:
        old = runs.c.finished_at < now - datetime.timedelta(days=limits.days)
        while removed := _remove(engine, now, actor, AT_ONCE, old):
            count += removed
        orphans += remove_all_orphans(engine, now)
    while limits.most_bytes is not None and stored_bytes(engine) > limits.most_bytes:
        removed = _remove(engine, now, actor, step)
        if not removed:
            break
        count += removed
        orphans += remove_all_orphans(engine, now)
    return Removed(count, orphans, stored_bytes(engine))


def stored_bytes(engine: Engine) -> int:
    """Bytes of all snapshots as they are stored."""
    with reading(engine) as connection:
        return connection.scalar(select(func.sum(func.length(snapshots.c.data)))) or 0


def _remove(engine: Engine, now: datetime.datetime, actor: str, at_most: int, *conditions: ColumnElement[bool]) -> int:
    """Remove the oldest runs, at most so many; gives how many."""
    with writing(engine) as connection:
        asked = select(runs.c.id).where(runs.c.id.not_in(_kept()), *conditions)
        found = connection.scalars(asked.order_by(runs.c.finished_at, runs.c.id).limit(at_most)).all()
        if found:
            connection.execute(delete(runs).where(runs.c.id.in_(found)))
            after = {"removed": len(found), "first": found[0], "last": found[-1]}
            audit.record(connection, now, actor, "expire", "run", "", None, after)
    return len(found)


def _kept() -> Select[Any]:
    """The last complete run of each connection."""
    last = (
        select(runs.c.connection_id, func.max(runs.c.number).label("number"))
        .where(runs.c.complete, runs.c.connection_id.is_not(None))
        .group_by(runs.c.connection_id)
        .subquery()
    )
    same = and_(runs.c.connection_id == last.c.connection_id, runs.c.number == last.c.number)
    return select(runs.c.id).join(last, same)
