"""Since when findings stand."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from sqlalchemy import Connection, select

from validator.store.tables import finding_events

CAME = ("new", "reopened")
"""States that a finding comes to, and since which it stands."""
_CHUNK = 500


class Since(NamedTuple):
    """Since when a finding stands."""

    day: datetime.date
    """On which it came, or came back."""
    first: bool
    """Whether it was there when the connection was first looked at."""


def since_when(connection: Connection, connection_id: str, findings: list[str]) -> dict[str, Since]:
    """Since when each of these findings stands, by its id."""
    found: dict[str, Since] = {}
    for start in range(0, len(findings), _CHUNK):
        asked = select(finding_events.c.finding_id, finding_events.c.at, finding_events.c.cause).where(
            finding_events.c.connection_id == connection_id,
            finding_events.c.finding_id.in_(findings[start : start + _CHUNK]),
            finding_events.c.event.in_(CAME),
        )
        for row in connection.execute(asked.order_by(finding_events.c.id)):
            found[row.finding_id] = Since(row.at.date(), (row.cause or {}).get("kind") == "first_run")
    return found
