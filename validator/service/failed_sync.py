"""A sync that gave no document: nothing was seen, so nothing is known to be mended."""

from __future__ import annotations

import datetime
import re

from sqlalchemy import Connection, insert, select, update

from validator.alerts.events import FAILED, failed
from validator.history.causes import Cause
from validator.history.life import PRESENT
from validator.service import audit
from validator.service.alerting import tell
from validator.service.lookups import a_connection
from validator.store.tables import events, finding_events, findings, sync_states, syncs

_BETWEEN_WORDS = re.compile(r"[\s/]+")


def note_failed_sync(
    connection: Connection, now: datetime.datetime, actor: str, connection_id: str, reason: str, sync_id: str = ""
) -> int:
    """Make every finding that stands stale, as after a run that saw nothing; gives how many. No run is recorded.

    `reason` is for people, and holds no secret. Raises NotFound.
    """
    a_connection(connection, connection_id)
    standing = (findings.c.connection_id == connection_id, findings.c.state.in_(sorted(PRESENT)))
    ids = connection.scalars(select(findings.c.id).where(*standing).order_by(findings.c.id)).all()
    cause = Cause("partial_run").as_dict()
    happened = {"connection_id": connection_id, "at": now, "event": "stale", "cause": cause, "actor": actor}
    if ids:
        connection.execute(update(findings).where(*standing).values(state="stale", state_since_at=now, cause=cause))
        connection.execute(insert(finding_events), [{**happened, "finding_id": id} for id in ids])
    told = {"connection_id": connection_id, "reason": reason, "stale": len(ids)}
    audit.record(connection, now, actor, "fail", "sync", sync_id, None, told)
    if not _was_told(connection, connection_id, sync_id, reason):
        tell(connection, now, [failed(now, connection_id, {"id": sync_id, "problem": reason, "stale": len(ids)})])
    return len(ids)


def _was_told(connection: Connection, connection_id: str, sync_id: str, reason: str) -> bool:
    """Whether the last failure that was told of was of the same kind, and no sync was good since: a streak is told once."""
    mine = select(events.c.at, events.c.data).where(events.c.connection_id == connection_id, events.c.type == FAILED)
    last = connection.execute(mine.order_by(events.c.id.desc()).limit(1)).one_or_none()
    if last is None:
        return False
    good = connection.scalar(select(sync_states.c.heard_at).where(sync_states.c.connection_id == connection_id))
    told = last.data["sync"]
    same = _kinds(connection, sync_id, reason) == _kinds(connection, told["id"], told["problem"])
    return same and (good is None or good < last.at)


def _kinds(connection: Connection, sync_id: str, reason: str) -> frozenset[tuple[str, ...]]:
    """What stays of the faults of a sync when it fails by them again: place, words and what would mend them."""
    faults = connection.scalar(select(syncs.c.problem).where(syncs.c.id == sync_id)) or [{"message": reason}]
    names = ("pointer", "message", "hint")
    return frozenset(tuple(_without_numbers(fault.get(name, "")) for name in names) for fault in faults)


def _without_numbers(text: str) -> str:
    """A text or pointer without the words that have a digit: amounts, moments, ids of requests."""
    words = _BETWEEN_WORDS.split(text)
    return " ".join(word for word in words if not any(char.isdigit() for char in word))
