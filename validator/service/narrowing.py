"""Taking a connection that goes out of the keys and endpoints that were for it: another one of its name is not theirs."""

from __future__ import annotations

import datetime

from sqlalchemy import Connection, select, update

from validator.service.deliveries import disable, note_missed
from validator.store.tables import endpoints, keys

_NO_CONNECTION = "(erased)"
"""What a filter has in place of its only connections: none can be called so, and an empty list would mean any."""
_NOTHING_TO_HEAR = "The connections that it was for were removed."


def narrow(connection: Connection, now: datetime.datetime, connection_id: str) -> None:
    """Leave no key and no endpoint that is for a connection, which was removed with its messages."""
    _narrow_keys(connection, connection_id)
    _narrow_endpoints(connection, now, connection_id)


def _narrow_keys(connection: Connection, connection_id: str) -> None:
    """Take the connection out of the keys; one that was for it alone opens nothing."""
    for row in connection.execute(select(keys.c.id, keys.c.connections).where(keys.c.connections.is_not(None))).all():
        if connection_id in row.connections:
            left = [id for id in row.connections if id != connection_id]
            connection.execute(update(keys).where(keys.c.id == row.id).values(connections=left))


def _narrow_endpoints(connection: Connection, now: datetime.datetime, connection_id: str) -> None:
    """Take the connection, whose messages are gone, out of the endpoints: those for it alone are disabled."""
    for row in connection.execute(select(endpoints.c.id, endpoints.c.filter)).all():
        note_missed(connection, row.id)
        asked = row._mapping["filter"]
        if connection_id in asked["connections"]:
            left = [id for id in asked["connections"] if id != connection_id]
            narrowed = {"filter": {**asked, "connections": left or [_NO_CONNECTION]}}
            changed = {**narrowed, "version": endpoints.c.version + 1, "updated_at": now}
            connection.execute(update(endpoints).where(endpoints.c.id == row.id).values(changed))
            if not left:
                disable(connection, now, row.id, _NOTHING_TO_HEAR)
