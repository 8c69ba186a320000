"""Removing what was kept long enough: old runs with their documents and reports, and more of them where room is short.

The last complete run of each connection stays, since the next run is compared with it. Findings, waivers, decisions and
the audit trail stay, too; events and messages of that time go. The audit trail tells when the limits were applied.
"""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Engine, Select, and_, delete, func, select, true

from validator.service import audit
from validator.service.delivery_log import forget
from validator.service.scrubbing import remove_all_orphans
from validator.store.engine import reading, writing
from validator.store.tables import runs, snapshots

AT_ONCE = 100
"""Runs removed in one transaction: every other writer waits meanwhile."""
STEP = 10
"""Runs removed before it is looked again whether the rest fits."""
EVERY = datetime.timedelta(days=1)
"""How often the limits are applied, where that is left to the service."""
_APPLIED = audit.Filters(action="apply", target_kind="retention", target_id="")


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


def limits_of(days: int | None, megabytes: int | None) -> Limits:
    """The limits that settings and options speak of; None for none."""
    return Limits(days, None if megabytes is None else megabytes * 1_000_000)


def apply_when_due(engine: Engine, now: datetime.datetime, actor: str, limits: Limits) -> Removed | None:
    """Apply the limits where nobody has for a day; None where somebody has, or where there are none.

    It may be called as often as one likes, and by several at once: what was interrupted goes on with the next call.
    Raises StoreUnavailable.
    """
    if limits == Limits():
        return None
    with reading(engine) as connection:
        last = last_applied(connection)
    return apply(engine, now, actor, limits) if last is None or now - last.at >= EVERY else None


def last_applied(connection: Connection) -> audit.Entry | None:
    """When limits were last applied, by whom, and what came of it; None where they never were."""
    return next(iter(audit.read(connection, _APPLIED, limit=1)), None)


def shown(limits: Limits, stored: int, last: audit.Entry | None) -> dict[str, Any]:
    """The limits in force, the bytes that are stored, and when limits were last applied, as JSON has them."""
    applied = None
    if last is not None:
        counts = {name: (last.after or {}).get(name) for name in ("days", "most_bytes", *Removed._fields)}
        applied = {"at": last.at.isoformat(), "actor": last.actor, **counts}
    return {**limits._asdict(), "stored_bytes": stored, "last_applied": applied}


def apply(engine: Engine, now: datetime.datetime, actor: str, limits: Limits, *, step: int = STEP) -> Removed:
    """Remove what is past the limits, the oldest first. It may be interrupted, and goes on with the next call.

    Where the runs that must stay are larger than the limit, they stay.
    """
    count, orphans = 0, remove_all_orphans(engine, now)
    if limits.days is not None:
        old = runs.c.finished_at < now - datetime.timedelta(days=limits.days)
        while expired := _remove(engine, now, actor, AT_ONCE, old):
            count += expired
        orphans += remove_all_orphans(engine, now)
        while _forget_alerts(engine, now - datetime.timedelta(days=limits.days)):
            pass
    while limits.most_bytes is not None and stored_bytes(engine) > limits.most_bytes:
        oldest = _remove(engine, now, actor, step)
        if not oldest:
            break
        count += oldest
        orphans += remove_all_orphans(engine, now)
    removed = Removed(count, orphans, stored_bytes(engine))
    with writing(engine) as connection:
        after = {**limits._asdict(), **removed._asdict()}
        audit.record(connection, now, actor, "apply", "retention", "", None, after)
    return removed


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


def _forget_alerts(engine: Engine, before: datetime.datetime) -> int:
    """Remove some of the events and messages from before a moment; gives how many."""
    with writing(engine) as connection:
        return forget(connection, before)


def _kept() -> CompoundSelect[Any]:
    """The last run of each connection, from which the next is numbered, and the last complete one."""
    return _last(true()).union(_last(runs.c.complete))


def _last(which: ColumnElement[bool]) -> Select[Any]:
    """The last run of each connection of those that a condition names."""
    last = (
        select(runs.c.connection_id, func.max(runs.c.number).label("number"))
        .where(which, runs.c.connection_id.is_not(None))
        .group_by(runs.c.connection_id)
        .subquery()
    )
    same = and_(runs.c.connection_id == last.c.connection_id, runs.c.number == last.c.number)
    return select(runs.c.id).join(last, same)
