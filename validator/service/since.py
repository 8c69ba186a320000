"""Since when findings stand."""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple

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


class Came(NamedTuple):
    """How a finding last came, or came back."""

    run: str | None
    at: datetime.datetime
    cause: dict[str, Any] | None

    @property
    def since(self) -> Since:
        """Since when it stands."""
        return Since(self.at.date(), (self.cause or {}).get("kind") == "first_run")


def since_when(connection: Connection, connection_id: str, findings: list[str]) -> dict[str, Since]:
    """Since when each of these findings stands, by its id."""
    return {id: came.since for id, came in came_last(connection, connection_id, findings).items()}


def came_last(connection: Connection, connection_id: str, findings: list[str]) -> dict[str, Came]:
    """How each of these findings last came, by its id."""
    found: dict[str, Came] = {}
    columns = [finding_events.c[name] for name in ("finding_id", "run_id", "at", "cause")]
    for start in range(0, len(findings), _CHUNK):
        asked = select(*columns).where(
            finding_events.c.connection_id == connection_id,
            finding_events.c.finding_id.in_(findings[start : start + _CHUNK]),
            finding_events.c.event.in_(CAME),
        )
        for row in connection.execute(asked.order_by(finding_events.c.id)):
            found[row.finding_id] = Came(row.run_id, row.at, row.cause)
    return found
