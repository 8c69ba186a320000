"""Runs as they were recorded: listed in pages, shown, with the report that the pipeline made."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from validator.errors import Fault
from validator.service.faults import Gone, not_found
from validator.store.snapshots import get
from validator.store.tables import runs


def list_runs(
    connection: Connection, connection_id: str, *, below: int | None = None, limit: int = 50
) -> Sequence[Row[Any]]:
    """The runs of a connection with a number less than `below`, the last first; at most `limit`."""
    asked = select(runs).where(runs.c.connection_id == connection_id)
    if below is not None:
        asked = asked.where(runs.c.number < below)
    return connection.execute(asked.order_by(runs.c.number.desc()).limit(limit)).all()


def a_run(connection: Connection, id: str, within: Collection[str] | None = None) -> Row[Any]:
    """A run; `within` are the connections that the caller may see, None: all. Raises NotFound."""
    row = connection.execute(select(runs).where(runs.c.id == id)).one_or_none()
    if row is None or (within is not None and row.connection_id not in within):
        raise not_found("run", id)
    return row


def report_of(connection: Connection, run: Row[Any]) -> bytes:
    """The report of a run, in the bytes of the pipeline. Raises Gone where retention has removed it."""
    content = get(connection, run.report_digest)
    if content is None:
        raise Gone([Fault("", f"The report of the run “{run.id}” is no longer there.", "retention has removed it")])
    return content


def predecessor(connection: Connection, run: Row[Any]) -> Row[Any] | None:
    """The run before a run of the same connection; None for the first."""
    asked = select(runs).where(runs.c.connection_id == run.connection_id, runs.c.number < run.number)
    return connection.execute(asked.order_by(runs.c.number.desc()).limit(1)).one_or_none()
