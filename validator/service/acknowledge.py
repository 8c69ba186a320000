"""Acknowledging a finding: somebody has seen it and is on it. It stays open, and counts as before."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, update

from validator.history.life import LIVE
from validator.service import audit
from validator.service.lookups import a_finding, name_of, not_allowed, note_event
from validator.store.tables import findings


def acknowledge(
    connection: Connection, now: datetime.datetime, actor: str, connection_id: str, finding_id: str
) -> Row[Any]:
    """Say that somebody has seen a finding; gives its row. Who said so first stays.

    Raises NotFound, and NotAllowed for a finding that does not stand.
    """
    row = a_finding(connection, connection_id, finding_id)
    if row.state not in LIVE:
        raise not_allowed(f"The finding is {row.state}: there is nothing to acknowledge.")
    if row.acknowledged_at is not None:
        return row
    return _set(connection, now, actor, row, "acknowledge")


def withdraw(
    connection: Connection, now: datetime.datetime, actor: str, connection_id: str, finding_id: str
) -> Row[Any]:
    """Take an acknowledgement back; gives the finding's row. Raises NotFound."""
    row = a_finding(connection, connection_id, finding_id)
    return row if row.acknowledged_at is None else _set(connection, now, actor, row, "withdraw")


def _set(connection: Connection, now: datetime.datetime, actor: str, row: Row[Any], action: str) -> Row[Any]:
    given = action == "acknowledge"
    values = {"acknowledged_by": actor if given else None, "acknowledged_at": now if given else None}
    one = and_(findings.c.connection_id == row.connection_id, findings.c.id == row.id)
    connection.execute(update(findings).where(one).values(**values))
    note_event(connection, now, actor, (row.connection_id, row.id), "acknowledged" if given else "unacknowledged")
    before, after = ({"acknowledged_by": name} for name in (row.acknowledged_by, values["acknowledged_by"]))
    audit.record(connection, now, actor, action, "finding", name_of(row.connection_id, row.id), before, after)
    return a_finding(connection, row.connection_id, row.id)
