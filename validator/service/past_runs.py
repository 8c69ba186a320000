"""Runs as they were recorded: listed in pages, shown, with the report that the pipeline made."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from validator.errors import Fault
from validator.service.erasing import RUN_ERASED
from validator.service.faults import Gone
from validator.service.lookups import with_id
from validator.store.snapshots import get
from validator.store.tables import audit as trail
from validator.store.tables import runs

_MARK = and_(trail.c.target_kind == "run", trail.c.target_id == runs.c.id, trail.c.action == RUN_ERASED)
ERASED_AT = select(func.min(trail.c.at)).where(_MARK).correlate(runs).scalar_subquery().label("erased_at")
"""Column of a run: when names of people were erased from it; null where that never happened."""


def list_runs(
    connection: Connection, connection_id: str, *, below: int | None = None, limit: int = 50
) -> Sequence[Row[Any]]:
    """The runs of a connection with a number less than `below`, the last first, with ERASED_AT; at most `limit`."""
    asked = select(runs, ERASED_AT).where(runs.c.connection_id == connection_id)
    if below is not None:
        asked = asked.where(runs.c.number < below)
    return connection.execute(asked.order_by(runs.c.number.desc()).limit(limit)).all()


def a_run(connection: Connection, id: str, within: Collection[str] | None = None) -> Row[Any]:
    """A run with ERASED_AT; `within` are the connections that the caller may see, None: all. Raises NotFound."""
    return with_id(connection, runs, "run", id, within, ERASED_AT)


def report_of(connection: Connection, run: Row[Any]) -> bytes:
    """The report of a run, in the bytes of the pipeline. Raises Gone where retention has removed it."""
    content = get(connection, run.report_digest)
    if content is None:
        raise Gone([Fault("", f"The report of the run “{run.id}” is no longer there.", "retention has removed it")])
    return content


def predecessor(connection: Connection, run: Row[Any]) -> Row[Any] | None:
    """The run before a run of the same connection, with ERASED_AT; None for the first."""
    asked = select(runs, ERASED_AT).where(runs.c.connection_id == run.connection_id, runs.c.number < run.number)
    return connection.execute(asked.order_by(runs.c.number.desc()).limit(1)).one_or_none()
