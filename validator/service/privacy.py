"""Exporting and erasing what is remembered of a connection, or of a person."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Engine, Text, delete, or_, select, type_coerce, update

from validator.service import audit
from validator.service.erasing import erase_everywhere
from validator.service.lookups import a_connection
from validator.service.narrowing import narrow
from validator.service.people import find_person
from validator.service.scrubbing import remove_all_orphans, scrub
from validator.store.audit_lock import unlocked
from validator.store.engine import reading, writing
from validator.store.tables import audit as trail
from validator.store.tables import connections, decisions, idempotency, runs, waivers

_PASSES = 3
"""Times that the store is gone through: a run that was recorded meanwhile may name the person again."""
_CHUNK = 500
_ERASE = "erase"


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
    with writing(engine) as connection:
        _tell(connection, now, actor, "person", person.pseudonym, changed)
    changed |= _removed_for_good(engine)
    return Erased(person.pseudonym, {name: count for name, count in changed.items() if count})


def erase_connection(engine: Engine, now: datetime.datetime, actor: str, connection_id: str) -> Erased:
    """Remove a connection with all that is remembered of it; of the audit trail stays who did what and when.

    Answers kept for requests that may come again are forgotten, too. One that was erased before is only removed from the
    files, in case that was left undone. Raises NotFound, StoreUnavailable.
    """
    with reading(engine) as connection:
        again = _was_erased(connection, connection_id)
    if again:
        return Erased("", _removed_for_good(engine))
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
        narrow(connection, now, connection_id)
        _tell(connection, now, actor, "connection", connection_id, changed)
    return Erased("", changed | _removed_for_good(engine))


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


def _was_erased(connection: Connection, connection_id: str) -> bool:
    """Whether a connection that is not there any more was erased, rather than never there."""
    gone = connection.execute(select(connections.c.id).where(connections.c.id == connection_id)).first() is None
    told = (trail.c.action == _ERASE, trail.c.target_kind == "connection", trail.c.target_id == connection_id)
    return gone and connection.execute(select(trail.c.id).where(*told).limit(1)).first() is not None


def _tell(
    connection: Connection, now: datetime.datetime, actor: str, kind: str, id: str, changed: dict[str, int]
) -> None:
    after = {"changed": {name: count for name, count in changed.items() if count}}
    audit.record(connection, now, actor, _ERASE, kind, id, None, after)


def _removed_for_good(engine: Engine) -> dict[str, int]:
    """Remove what nothing refers to any more, also from the files. Raises StoreUnavailable where those are in use."""
    removed = remove_all_orphans(engine)
    scrub(engine)
    return {"removed_snapshots": removed}
