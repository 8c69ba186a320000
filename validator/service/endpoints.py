"""Endpoints: who wants to hear of what happens, and where."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, insert, select, update

from validator.alerts.events import PING, Event
from validator.errors import BadInput, Fault
from validator.service import audit
from validator.service.alerting import Recorded, message
from validator.service.endpoint_wishes import Wish, filter_row, refuse_faults
from validator.service.faults import not_found, outdated
from validator.service.lookups import plain
from validator.service.signing import secret_of
from validator.store.ids import new_id
from validator.store.tables import connections, deliveries, endpoints, events

OVERLAP = datetime.timedelta(hours=24)
"""How long an old secret still signs beside a new one."""


class Made(NamedTuple):
    """An endpoint, and the secret that is shown this once."""

    row: Row[Any]
    secret: str


def create(connection: Connection, now: datetime.datetime, actor: str, wish: Wish, pepper: bytes) -> Made:
    """Make an endpoint. Raises BadInput with every fault."""
    refuse_faults(wish)
    _refuse_unknown(connection, wish)
    id = new_id(now)
    values = {"id": id, "name": wish.name.strip(), "kind": wish.kind, "target": wish.target, "filter": filter_row(wish)}
    made = {"generation": 1, "paused": False, "version": 1, "created_at": now, "updated_at": now}
    connection.execute(insert(endpoints).values(**values, **made))
    return Made(_done(connection, now, actor, "create", id, None), secret_of(pepper, id, 1))


def change(
    connection: Connection, now: datetime.datetime, actor: str, id: str, wish: Wish, *, version: int
) -> Row[Any]:
    """Change what an endpoint is asked to be; its kind stays. Raises NotFound, Outdated, BadInput with every fault."""
    row = _current(connection, id, version)
    refuse_faults(wish)
    _refuse_unknown(connection, wish)
    if wish.kind != row.kind:
        raise BadInput([Fault("/kind", f"The endpoint is of the kind {row.kind}.", "make another for another kind")])
    values = {"name": wish.name.strip(), "target": wish.target, "filter": filter_row(wish)}
    return _update(connection, now, actor, row, "change", **values)


def rotate(connection: Connection, now: datetime.datetime, actor: str, id: str, pepper: bytes, *, version: int) -> Made:
    """Give an endpoint another secret; the old one signs too for OVERLAP. Raises NotFound and Outdated."""
    row = _current(connection, id, version)
    generation = row.generation + 1
    changed = _update(connection, now, actor, row, "rotate", generation=generation, rotated_until=now + OVERLAP)
    return Made(changed, secret_of(pepper, id, generation))


def pause(
    connection: Connection, now: datetime.datetime, actor: str, id: str, *, paused: bool, version: int
) -> Row[Any]:
    """Hold back messages, or send them again; those that waited are sent then. Raises NotFound and Outdated."""
    row = _current(connection, id, version)
    return _update(connection, now, actor, row, "pause" if paused else "resume", paused=paused)


def enable(connection: Connection, now: datetime.datetime, actor: str, id: str, *, version: int) -> Row[Any]:
    """Take up again an endpoint that was disabled as nothing arrived. Raises NotFound and Outdated."""
    row = _current(connection, id, version)
    cleared = {"disabled_at": None, "disabled_why": None, "failing_since": None}
    return _update(connection, now, actor, row, "enable", **cleared)


def remove(connection: Connection, now: datetime.datetime, actor: str, id: str, *, version: int) -> Row[Any]:
    """Remove an endpoint with its messages; gives the row that it had. Raises NotFound and Outdated."""
    row = _current(connection, id, version)
    connection.execute(delete(endpoints).where(endpoints.c.id == id))
    audit.record(connection, now, actor, "remove", "endpoint", id, plain(row), None)
    return row


def ping(connection: Connection, now: datetime.datetime, actor: str, id: str) -> str:
    """Send a test message to an endpoint; gives the id of its delivery. Raises NotFound."""
    an_endpoint(connection, id)
    event = Event(PING, now, "", {"endpoint": id})
    values = {"type": PING, "at": now, "data": event.data, "people": [], "teams": []}
    key = connection.execute(insert(events).values(**values)).inserted_primary_key
    row = message(id, [Recorded(int(key[0]), event)], None, now)  # type: ignore[index]  # every event has a key
    connection.execute(insert(deliveries).values(**row))
    audit.record(connection, now, actor, "ping", "endpoint", id, None, {"delivery": row["id"]})
    return str(row["id"])


def an_endpoint(connection: Connection, id: str) -> Row[Any]:
    """An endpoint. Raises NotFound."""
    row = connection.execute(select(endpoints).where(endpoints.c.id == id)).one_or_none()
    if row is None:
        raise not_found("endpoint", id)
    return row


def listed(connection: Connection, *, after: str = "", limit: int = 50) -> Sequence[Row[Any]]:
    """The endpoints by id, after one; at most `limit`."""
    return connection.execute(
        select(endpoints).where(endpoints.c.id > after).order_by(endpoints.c.id).limit(limit)
    ).all()


def endpoint_shown(endpoint: Row[Any]) -> dict[str, Any]:
    """An endpoint as JSON has it."""
    row = endpoint._mapping
    moments = ("rotated_until", "disabled_at", "failing_since", "delivered_at", "created_at", "updated_at")
    state = (
        "disabled"
        if row["disabled_at"]
        else "paused"
        if row["paused"]
        else "failing"
        if row["failing_since"]
        else "active"
    )
    return {
        **{name: row[name] for name in ("id", "name", "kind", "target")},
        **row["filter"],
        "state": state,
        "disabled_why": row["disabled_why"],
        **{name: row[name].isoformat() if row[name] else None for name in moments},
        "version": row["version"],
    }


def _refuse_unknown(connection: Connection, wish: Wish) -> None:
    known = set(connection.scalars(select(connections.c.id).where(connections.c.id.in_(list(wish.connections)))))
    unknown = sorted(set(wish.connections) - known)
    if unknown:
        raise BadInput([Fault("/connections", f"There is no connection “{id[:100]}”.") for id in unknown])


def _current(connection: Connection, id: str, version: int) -> Row[Any]:
    row = an_endpoint(connection, id)
    if row.version != version:
        raise outdated("endpoint", id, row.version)
    return row


def _update(
    connection: Connection, now: datetime.datetime, actor: str, row: Row[Any], action: str, **values: Any
) -> Row[Any]:
    changed = {**values, "version": row.version + 1, "updated_at": now}
    connection.execute(update(endpoints).where(endpoints.c.id == row.id).values(**changed))
    return _done(connection, now, actor, action, row.id, row)


def _done(
    connection: Connection, now: datetime.datetime, actor: str, action: str, id: str, before: Row[Any] | None
) -> Row[Any]:
    row = an_endpoint(connection, id)
    earlier = None if before is None else plain(before)
    audit.record(connection, now, actor, action, "endpoint", id, earlier, plain(row))
    return row
