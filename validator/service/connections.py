"""Connections: named sources, each with its overlay, ruleset and gate. Whatever is judged under one has a history."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, insert, select, update

from validator.document.overlay import merge
from validator.errors import BadInput, Fault
from validator.findings.report import GATES
from validator.service import audit, library, sync_states
from validator.service.faults import Exists, NotFound, outdated
from validator.service.judged import as_stored
from validator.service.lookups import a_connection, plain
from validator.service.narrowing import narrow
from validator.service.sync_cron import faults_of
from validator.service.sync_source import is_source, source_faults
from validator.store.snapshots import Packed, pack, put
from validator.store.tables import connections

FIELDS = ("name", "connector", "settings", "ruleset", "fail_on", "schedule", "zone", "grace_minutes", "paused")
"""What may be changed."""
_OF_THE_SCHEDULE = ("schedule", "zone", "grace_minutes", "paused")
_OF_THE_SOURCE = ("connector", "settings")
MOST_GRACE = 60 * 24 * 31
"""Minutes."""
_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_SECRET = re.compile(
    r"(^|[_-])(password|passwd|secret|token|credential|api[_-]?key|key|authorization)s?$", re.IGNORECASE
)
_LONGEST_NAME = 200
_MOST_SETTINGS = 20_000


class Proposal(NamedTuple):
    """A connection as somebody wants it."""

    name: str
    connector: str = "document"
    """What reads its source; document: sets are sent here."""
    settings: Mapping[str, Any] = {}
    ruleset: str = "base"
    fail_on: str = "error"
    """Least severity that fails its gate, or never."""
    schedule: str | None = None
    """When its source is asked, as cron writes it; None: only when somebody asks for it."""
    zone: str = "UTC"
    """Time zone of the schedule."""
    grace_minutes: int = 60
    """Minutes after its schedule until a source that was not heard counts as silent."""
    paused: bool = False
    """Whether its schedule rests."""


def create(
    connection: Connection,
    now: datetime.datetime,
    actor: str,
    id: str,
    proposal: Proposal,
    *,
    secrets: Collection[str] | None = None,
) -> Row[Any]:
    """Make a connection; gives its row. Raises BadInput with every fault, BadRuleset, and Exists.

    `secrets` are patterns of the references that its settings may name; None: any but the service's own.
    """
    faults = [*_id_faults(id), *_faults(proposal, secrets)]
    if faults:
        raise BadInput(faults)
    _check_ruleset(connection, proposal.ruleset)
    if connection.execute(select(connections.c.id).where(connections.c.id == id)).first() is not None:
        raise Exists([Fault("/id", f"There is a connection “{id}” already.", "change that one, or take another id")])
    made = {"id": id, "version": 1, "created_at": now, "updated_at": now}
    connection.execute(insert(connections).values(**_values(proposal), **made))
    row = _done(connection, now, actor, "create", id, None)
    if row.schedule is not None:
        sync_states.reschedule(connection, now, row)
    return row


def change(
    connection: Connection,
    now: datetime.datetime,
    actor: str,
    id: str,
    changes: Mapping[str, Any],
    *,
    version: int,
    secrets: Collection[str] | None = None,
) -> Row[Any]:
    """Change some FIELDS of the version that was read; gives the row. Raises NotFound, Outdated, BadInput and BadRuleset.

    `secrets` are as for `create`.
    """
    row = _current(connection, id, version)
    unknown = [
        Fault(f"/{name[:50]}", f"A connection has no “{name[:50]}” to change.")
        for name in changes
        if name not in FIELDS
    ]
    proposal = Proposal(
        **{name: row._mapping[name] for name in FIELDS} | {name: changes[name] for name in FIELDS if name in changes}
    )
    faults = [*unknown, *_faults(proposal, secrets)]
    if faults:
        raise BadInput(faults)
    _check_ruleset(connection, proposal.ruleset)
    changed = _update(connection, now, actor, row, "change", **_values(proposal))
    if _differ(row, changed, _OF_THE_SCHEDULE):
        sync_states.reschedule(connection, now, changed)
    if _differ(row, changed, _OF_THE_SOURCE):
        sync_states.forget(connection, id)
    return changed


def pack_overlay(overlay: object) -> Packed:
    """An overlay ready to be stored; made before the transaction. Raises BadInput with every fault."""
    if not isinstance(overlay, Mapping):
        raise BadInput([Fault("", "An overlay is not an object.", 'it looks like {"governance": {...}}')])
    merge({}, [overlay])
    return pack(as_stored(overlay))


def set_overlay(
    connection: Connection, now: datetime.datetime, actor: str, id: str, packed: Packed | None, *, version: int
) -> Row[Any]:
    """Lay an overlay over all that the connection will judge, or none; gives the row. Raises NotFound and Outdated."""
    row = _current(connection, id, version)
    digest = None if packed is None else put(connection, packed, now)
    return _update(connection, now, actor, row, "overlay", overlay_digest=digest)


def remove(connection: Connection, now: datetime.datetime, actor: str, id: str, *, version: int) -> Row[Any]:
    """Remove a connection with its runs, findings, waivers and decisions; gives the row that it had.

    Keys and endpoints that were for it are not for the next one of its name. Raises NotFound and Outdated.
    """
    row = _current(connection, id, version)
    connection.execute(delete(connections).where(connections.c.id == id))
    narrow(connection, now, id)
    audit.record(connection, now, actor, "remove", "connection", id, plain(row), None)
    return row


def list_connections(
    connection: Connection, *, after: str = "", within: Collection[str] | None = None, limit: int = 50
) -> Sequence[Row[Any]]:
    """The connections by id, after one; at most `limit`. `within` are those that the caller may see, None: all."""
    asked = select(connections).where(connections.c.id > after).order_by(connections.c.id).limit(limit)
    if within is not None:
        asked = asked.where(connections.c.id.in_(sorted(within)))
    return connection.execute(asked).all()


def _check_ruleset(connection: Connection, name: str) -> None:
    """Raise BadInput where no ruleset has the name, and BadRuleset where it cannot judge."""
    try:
        library.find(connection, name)
    except NotFound as error:
        raise BadInput([fault._replace(pointer="/ruleset") for fault in error.faults]) from None


def _current(connection: Connection, id: str, version: int) -> Row[Any]:
    row = a_connection(connection, id)
    if row.version != version:
        raise outdated("connection", id, row.version)
    return row


def _update(
    connection: Connection, now: datetime.datetime, actor: str, row: Row[Any], action: str, **values: Any
) -> Row[Any]:
    changed = {**values, "version": row.version + 1, "updated_at": now}
    connection.execute(update(connections).where(connections.c.id == row.id).values(**changed))
    return _done(connection, now, actor, action, row.id, row)


def _done(
    connection: Connection, now: datetime.datetime, actor: str, action: str, id: str, before: Row[Any] | None
) -> Row[Any]:
    row = a_connection(connection, id)
    earlier = None if before is None else plain(before)
    audit.record(connection, now, actor, action, "connection", id, earlier, plain(row))
    return row


def _differ(before: Row[Any], after: Row[Any], names: Sequence[str]) -> bool:
    return any(before._mapping[name] != after._mapping[name] for name in names)


def _values(proposal: Proposal) -> dict[str, Any]:
    return {**proposal._asdict(), "name": proposal.name.strip(), "settings": dict(proposal.settings)}


def _id_faults(id: str) -> Iterator[Fault]:
    if not _ID.fullmatch(id):
        yield Fault("/id", f"“{id[:100]}” is no id of a connection.", "1 to 64 lower-case letters, digits and dashes")


def _faults(proposal: Proposal, secrets: Collection[str] | None) -> Iterator[Fault]:
    if not 0 < len(proposal.name.strip()) <= _LONGEST_NAME:
        yield Fault("/name", f"“name” needs a text of at most {_LONGEST_NAME} characters.")
    yield from source_faults(proposal.connector, proposal.settings, proposal.schedule, secrets)
    yield from faults_of(proposal.schedule, proposal.zone)
    if not 0 <= proposal.grace_minutes <= MOST_GRACE:
        yield Fault("/grace_minutes", f"“grace_minutes” is from 0 to {MOST_GRACE:,}.")
    if proposal.fail_on not in GATES:
        yield Fault("/fail_on", f"“{proposal.fail_on[:100]}” is no gate.", f"one of {', '.join(GATES)}")
    if len(as_stored(dict(proposal.settings))) > _MOST_SETTINGS:
        yield Fault("/settings", f"The settings are longer than {_MOST_SETTINGS:,} bytes.")
    if not is_source(proposal.connector):  # the settings of one that asks a tool take references to secrets only
        yield from _secrets(proposal.settings, "/settings")


def _secrets(settings: Mapping[str, Any], pointer: str) -> Iterator[Fault]:
    """A fault for every setting whose name says that it holds a secret; what it holds is not repeated."""
    for name, value in settings.items():
        if _SECRET.search(name):
            hint = "name the environment variable that holds it, as in token_env: ACME_TOKEN"
            yield Fault(f"{pointer}/{name[:50]}", "Secrets are not kept in the settings of a connection.", hint)
        elif isinstance(value, Mapping):
            yield from _secrets(value, f"{pointer}/{name[:50]}")
