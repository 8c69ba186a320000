"""Endpoints: who wants to hear of what happens, and where."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, insert, select, update

from validator.alerts.events import PING, Event
from validator.errors import BadInput, Fault
from validator.service import audit
from validator.service.alerting import OWNERS, STANDARD, tell_one
from validator.service.endpoint_rows import a_working_endpoint, an_endpoint, is_rotating
from validator.service.endpoint_wishes import Bounds, Wish, filter_row, refuse_faults, unknown_faults
from validator.service.faults import outdated
from validator.service.lookups import not_allowed, plain
from validator.service.signing import secret_of
from validator.store.ids import new_id
from validator.store.tables import connections, endpoints

OVERLAP = datetime.timedelta(hours=24)
"""How long an old secret still signs beside a new one."""
_ANY = Bounds()
_ANEW: dict[str, Any] = {"failing_since": None, "failures": 0, "rest_until": None}
"""What is forgotten of an endpoint that is tried anew."""


class Made(NamedTuple):
    """An endpoint, and the secret that is shown this once."""

    row: Row[Any]
    secret: str | None
    """None for endpoints whose messages are for people: nobody there verifies them."""


def create(
    connection: Connection,
    now: datetime.datetime,
    actor: str,
    wish: Wish,
    pepper: Callable[[], bytes],
    bounds: Bounds = _ANY,
) -> Made:
    """Make an endpoint. Raises BadInput with every fault, and what `pepper` raises."""
    refuse_faults(wish, bounds)
    _refuse_unknown(connection, wish)
    id = new_id(now)
    values = {"id": id, "name": wish.name.strip(), "kind": wish.kind, "target": wish.target, "filter": filter_row(wish)}
    secret = secret_of(pepper(), id, 1) if wish.kind == STANDARD else None
    made = {
        "generation": 1,
        "oldest": 1,
        "paused": False,
        "failures": 0,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    connection.execute(insert(endpoints).values(**values, **made))
    return Made(_done(connection, now, actor, "create", id, None), secret)


def change(
    connection: Connection,
    now: datetime.datetime,
    actor: str,
    id: str,
    wish: Wish,
    *,
    version: int,
    bounds: Bounds = _ANY,
) -> Row[Any]:
    """Change what an endpoint is asked to be; its kind stays. Raises NotFound, Outdated, BadInput with every fault."""
    row = _current(connection, id, version)
    refuse_faults(wish, bounds)
    _refuse_unknown(connection, wish)
    if wish.kind != row.kind:
        raise BadInput([Fault("/kind", f"The endpoint is of the kind {row.kind}.", "make another for another kind")])
    values = {"name": wish.name.strip(), "target": wish.target, "filter": filter_row(wish)}
    moved = {} if wish.target == row.target else _ANEW
    return _update(connection, now, actor, row, "change", **values, **moved)


def rotate(
    connection: Connection, now: datetime.datetime, actor: str, id: str, pepper: Callable[[], bytes], *, version: int
) -> Made:
    """Give an endpoint another secret; those in use sign too for OVERLAP.

    Raises NotFound, Outdated, NotAllowed for an endpoint that has none, and what `pepper` raises.
    """
    row = _current(connection, id, version)
    if row.kind != STANDARD:
        raise not_allowed(f"The endpoint is of the kind {row.kind}, whose messages are not signed.")
    generation = row.generation + 1
    secret = secret_of(pepper(), id, generation)
    oldest = row.oldest if is_rotating(row, now) else row.generation
    values = {"generation": generation, "oldest": oldest, "rotated_until": now + OVERLAP}
    return Made(_update(connection, now, actor, row, "rotate", **values), secret)


def pause(
    connection: Connection, now: datetime.datetime, actor: str, id: str, *, paused: bool, version: int
) -> Row[Any]:
    """Hold back messages, or send them again; those that waited are sent then. Raises NotFound and Outdated."""
    row = _current(connection, id, version)
    action, anew = ("pause", {}) if paused else ("resume", _ANEW)
    return _update(connection, now, actor, row, action, paused=paused, **anew)


def enable(connection: Connection, now: datetime.datetime, actor: str, id: str, *, version: int) -> Row[Any]:
    """Take up again an endpoint that was disabled; what it missed can be replayed. Raises NotFound and Outdated."""
    row = _current(connection, id, version)
    return _update(connection, now, actor, row, "enable", disabled_at=None, disabled_why=None, **_ANEW)


def remove(connection: Connection, now: datetime.datetime, actor: str, id: str, *, version: int) -> Row[Any]:
    """Remove an endpoint with its messages; gives the row that it had. Raises NotFound and Outdated."""
    row = _current(connection, id, version)
    connection.execute(delete(endpoints).where(endpoints.c.id == id))
    audit.record(connection, now, actor, "remove", "endpoint", id, plain(row), None)
    return row


def ping(connection: Connection, now: datetime.datetime, actor: str, id: str) -> str:
    """Send a test message to an endpoint; gives the id of its delivery.

    Raises NotFound, and NotAllowed where the endpoint is disabled, held back, or writes to whom a finding concerns.
    """
    endpoint = a_working_endpoint(connection, id)
    if endpoint.paused:
        raise not_allowed(f"The endpoint “{id}” is held back: a test message would wait.", "resume it first")
    if endpoint.target == OWNERS:
        raise not_allowed("It writes to the owners of what is found: a test message is nobody's.")
    delivery = tell_one(
        connection, now, endpoint, Event(PING, now, "", {"endpoint": {"id": id, "name": endpoint.name}})
    )
    audit.record(connection, now, actor, "ping", "endpoint", id, None, {"delivery": delivery})
    return delivery


def _refuse_unknown(connection: Connection, wish: Wish) -> None:
    known = set(connection.scalars(select(connections.c.id).where(connections.c.id.in_(list(wish.connections)))))
    unknown = sorted(set(wish.connections) - known)
    faults = [Fault("/connections", f"There is no connection “{id[:100]}”.") for id in unknown]
    faults += unknown_faults(connection, wish)
    if faults:
        raise BadInput(faults)


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
