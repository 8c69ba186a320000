"""What holds where a source says that nothing is new: the set that was read last, and whether it may be judged otherwise."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, select

from validator.service.last_run import last_run
from validator.service.lookups import a_connection
from validator.service.rules import RulesetLoader, rules_of, to_bytes
from validator.service.sync_states import state_of
from validator.store.snapshots import is_stored
from validator.store.tables import runs


def run_heard(connection: Connection, connection_id: str) -> Row[Any] | None:
    """The run of the last sync that read everything, where its set is still stored."""
    id = state_of(connection, connection_id)["heard_run"]
    run = connection.execute(select(runs).where(runs.c.id == id)).one_or_none() if id is not None else None
    return run if run is not None and is_stored(connection, run.document_digest) else None


def remembered(connection: Connection, connection_id: str) -> Mapping[str, str]:
    """What the connector asked to keep for its next reading, where the set that it belongs to is still stored."""
    if run_heard(connection, connection_id) is None:
        return {}
    return state_of(connection, connection_id)["remembered"] or {}


def may_differ(
    connection: Connection, run: Row[Any], now: datetime.datetime, loader: RulesetLoader, *, semantic: bool
) -> bool:
    """Whether the set of a run may be judged otherwise now: on another day, by other rules, or after another set."""
    of, last = a_connection(connection, run.connection_id), last_run(connection, run.connection_id)
    if last is None or last.id != run.id or run.started_at.date() != now.date() or of.updated_at >= run.started_at:
        return True
    rules = rules_of(loader(connection, of.ruleset), semantic=semantic)
    return bool(run.ruleset_digest != f"sha256:{hashlib.sha256(to_bytes(rules)).hexdigest()}")
