"""Exporting and erasing what is remembered of a connection, or of a person."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Engine, Text, delete, or_, select, type_coerce, update

from validator.service import audit
from validator.service.deliveries import disable, note_missed
from validator.service.erasing import erase_everywhere
from validator.service.lookups import a_connection
from validator.service.people import find_person
from validator.service.scrubbing import remove_all_orphans, scrub
from validator.store.audit_lock import unlocked
from validator.store.engine import reading, writing
from validator.store.tables import audit as trail
from validator.store.tables import connections, decisions, endpoints, idempotency, keys, runs, waivers

_PASSES = 3
"""Times that the store is gone through: a run that was recorded meanwhile may name the person again."""
_CHUNK = 500
_NO_CONNECTION = "(erased)"
"""What a filter has in place of its only connections: none can be called so, and an empty list would mean any."""
_NOTHING_TO_HEAR = "The connections that it was for were erased."


class Erased(NamedTuple):
    """What an erasure came to."""

    pseudonym: str
    """What stands for the person from now on; empty for a connection."""
    changed: dict[str, int]
    """Rows and snapshots that were rewritten or removed, by table."""


def erase_person(
    engine: Engine, now: datetime.datetime, actor: str, given: str, also: Sequence[str] = (), *, secret: bytes
) -> Erased:
    """Replace a person, given by name, e-mail address or id, by a pseudonym wherever the store names them.

    `also` are other ways to write the name. The source is not changed: a later run that finds the name there brings it
    back. Findings keep their identity and life. Raises BadInput, StoreUnavailable; what was begun is finished by the next call.
    """
    with reading(engine) as connection:
        person = find_person(connection, given, also, secret)
    changed: dict[str, int] = {}
    for _ in range(_PASSES):
        counts = erase_everywhere(engine, now, actor, person)
        changed = {name: changed.get(name, 0) + count for name, count in counts.items()}
        if not counts.total():
            break
    _finish(engine, now, actor, "person", person.pseudonym, changed)
    return Erased(person.pseudonym, {name: count for name, count in changed.items() if count})


def erase_connection(engine: Engine, now: datetime.datetime, actor: str, connection_id: str) -> Erased:
    """Remove a connection with all that is remembered of it; of the audit trail stays who did what and when.

    Answers kept for requests that may come again are forgotten, too. Raises NotFound, StoreUnavailable.
    """
    with writing(engine) as connection:
        a_connection(connection, connection_id)
        entries = list(connection.scalars(select(trail.c.id).where(audited(connection_id))))
        with unlocked(connection, f"the connection {connection_id} was erased"):
            for place in range(0, len(entries), _CHUNK):
                chunk = trail.c.id.in_(entries[place : place + _CHUNK])
                connection.execute(update(trail).where(chunk).values(before=None, after=None))
        changed = {"okr_audit": len(entries)}
        changed["okr_run"] = connection.execute(delete(runs).where(runs.c.connection_id == connection_id)).rowcount
        connection.execute(delete(connections).where(connections.c.id == connection_id))
        connection.execute(delete(idempotency).where(idempotency.c.state == "done"))
        _narrow_keys(connection, connection_id)
        _narrow_endpoints(connection, now, connection_id)
    _finish(engine, now, actor, "connection", connection_id, changed)
    return Erased("", changed)


def audited(connection_id: str) -> Any:
    """Which entries of the audit trail are about a connection."""
    mentioned = orjson.dumps({"connection_id": connection_id}).decode().strip("{}")
    texts = (type_coerce(column, Text) for column in (trail.c.before, trail.c.after))
    ids = [
        *(trail.c.target_id.in_(select(table.c.id).where(table.c.connection_id == connection_id))
          for table in (runs, waivers, decisions)),
        *(text.contains(mentioned, autoescape=True) for text in texts),
    ]  # fmt: skip
    own = (trail.c.target_kind == "connection") & (trail.c.target_id == connection_id)
    found = (trail.c.target_kind == "finding") & trail.c.target_id.startswith(f"{connection_id}/", autoescape=True)
    return or_(own, found, *ids)


def _narrow_keys(connection: Connection, connection_id: str) -> None:
    """Take a connection out of the keys that were for it: another one of its name is not theirs."""
    for row in connection.execute(select(keys.c.id, keys.c.connections).where(keys.c.connections.is_not(None))).all():
        if connection_id in row.connections:
            left = [id for id in row.connections if id != connection_id]
            connection.execute(update(keys).where(keys.c.id == row.id).values(connections=left))


def _narrow_endpoints(connection: Connection, now: datetime.datetime, connection_id: str) -> None:
    """Take a connection, whose messages are gone, out of the endpoints: those for it alone are disabled."""
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


def _finish(engine: Engine, now: datetime.datetime, actor: str, kind: str, id: str, changed: dict[str, int]) -> None:
    changed["removed_snapshots"] = remove_all_orphans(engine)
    with writing(engine) as connection:
        after = {"changed": {name: count for name, count in changed.items() if count}}
        audit.record(connection, now, actor, "erase", kind, id, None, after)
    scrub(engine)
