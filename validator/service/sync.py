"""A sync: a source is read, what was read is judged, and the run recorded; each step may be done again after a kill.

What was read is stored before it is judged. The run, the end of its sync and what is known of the source from then on are
one transaction, which only one of several processes that believe to run the same sync can make.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, Row
from sqlalchemy.exc import IntegrityError

from connectors.contract import Fault, Missing, Progress, Reach, Reading, SourceError, Unchanged
from validator.detection.semantic.encoder import Encoder
from validator.errors import OkrValidatorError
from validator.service import audit, library, sync_rows, sync_source, sync_states
from validator.service.failed_sync import note_failed_sync
from validator.service.faults import NotFound
from validator.service.judged import as_stored
from validator.service.lookups import a_connection
from validator.service.rules import RulesetLoader
from validator.service.runs import RunResult, run_document
from validator.service.sync_progress import noted
from validator.service.sync_unchanged import may_differ, remembered, run_heard
from validator.store.engine import reading, writing
from validator.store.faults import StoreUnavailable
from validator.store.snapshots import get, pack, put

T = TypeVar("T")
_LONGEST_REASON = 500
_WAITS = (1, 2, 4, 8, 16, 32, 64)
"""Seconds between the tries to store what was read; each try itself waits for a busy store."""


class Means(NamedTuple):
    """What a process that runs syncs has at its disposal."""

    engine: Engine
    executor: str
    """The name of its lock."""
    reach: Reach
    clock: Callable[[], datetime.datetime]
    encoder: Encoder | None = None
    approval: bool = False
    """Whether a waiver needs a second person."""
    ruleset_loader: RulesetLoader = library.find


class _Ended(Exception):
    """The sync is finished already, or gone with its connection."""


class _Changed(Exception):
    """The source is another by now than the one that was read."""


def ask(connection: Connection, now: datetime.datetime, actor: str, connection_id: str) -> Row[Any]:
    """Ask for a sync of a connection; gives the one that is not finished, where there is one.

    Raises NotFound, and NotAllowed where the connection has no source.
    """
    sync_source.must_be_source(a_connection(connection, connection_id))
    found = sync_rows.open_sync(connection, connection_id)
    if found is not None:
        return found
    added = sync_rows.add(connection, now, actor, connection_id)
    audit.record(connection, now, actor, "sync", "connection", connection_id, None, {"sync": added.id})
    return added


def ask_where_due(engine: Engine, now: datetime.datetime, connection_id: str) -> Row[Any] | None:
    """Ask for the sync of a connection whose schedule says so; None where it is not due, or one is not finished yet.

    Whoever comes second finds it due no longer. Raises ValueError where its schedule can no longer be read.
    """
    with writing(engine) as connection:
        row = next((row for row in sync_states.due(connection, now) if row.id == connection_id), None)
        if row is None:
            return None
        sync_states.next_after(connection, row, now)
        if sync_rows.open_sync(connection, row.id) is not None or not sync_source.is_source(row.connector):
            return None
        return sync_rows.add(connection, now, sync_states.WATCHER, row.id, row.due_at)


def pull(means: Means, id: str) -> bool:
    """Read the source and store what it gave; gives whether there is something to judge. A failure ends the sync.

    Raises StoreUnavailable, and whatever is our own failure, which ends the sync, too.
    """
    with writing(means.engine) as connection:
        row = sync_rows.begin(connection, means.clock(), id, means.executor)
    if row is None or row.document_digest is not None:
        return row is not None
    return _or_failed(means, id, lambda: _pulled(means, row)) or False


def record(means: Means, id: str) -> RunResult | None:
    """Judge what was read, and record the run with the end of the sync; None where that was done before, or failed.

    Raises as `pull`.
    """
    with reading(means.engine) as connection:
        try:
            row = sync_rows.a_sync(connection, id)
        except NotFound:
            return None
        content = get(connection, row.document_digest) if row.document_digest is not None else None
    if content is None:
        return None
    return _or_failed(means, id, lambda: _recorded(means, row, content))


def rehearse(means: Means, connection_id: str) -> RunResult:
    """Read the source of a connection and say what a sync would come to; nothing is stored.

    Raises NotFound, NotAllowed, SourceError, BadInput and BadRuleset.
    """
    with reading(means.engine) as connection:
        row = a_connection(connection, connection_id)
    found = sync_source.read(sync_source.source_of(row), means.reach, {}).reading
    return run_document(
        means.engine, connection_id, found.document, now=means.clock(), actor="", rehearse=True,
        notes=found.notes, encoder=means.encoder, approval=means.approval, ruleset_loader=means.ruleset_loader,
        complete=not found.missing, absent=_absent(found.missing),
    )  # fmt: skip


def fail(means: Means, id: str, faults: Sequence[Fault], state: str = "failed") -> None:
    """End a sync that gave no run: what was found before is stale from now on. Nothing is done where it is finished."""
    now = means.clock()
    reason = " ".join(fault.message for fault in faults)[:_LONGEST_REASON]
    with writing(means.engine) as connection:
        try:
            row = sync_rows.a_sync(connection, id)
        except NotFound:
            return
        if sync_rows.finish(connection, now, id, state, problem=faults):
            note_failed_sync(connection, now, row.asked_by, row.connection_id, reason, id)


def _or_failed(means: Means, id: str, step: Callable[[], T]) -> T | None:
    """What a step of a sync gives; None where it failed, which ends the sync."""
    try:
        return step()
    except StoreUnavailable:
        raise
    except _Changed:
        _read_again(means, id)
        return None
    except (SourceError, OkrValidatorError) as error:
        fail(means, id, error.faults)
        return None
    except Exception as error:
        said = f"The service itself failed: {type(error).__name__}."
        fail(means, id, [Fault("", said, "its log tells where; the next sync tries again")])
        raise


def _pulled(means: Means, row: Row[Any]) -> bool:
    with reading(means.engine) as connection:
        of = a_connection(connection, row.connection_id)
        known = remembered(connection, row.connection_id)
    source = sync_source.source_of(of)
    try:
        with noted(means.engine, row.id, means.reach.progress) as progress:
            found = sync_source.read(source, means.reach._replace(progress=progress), known)
    except Unchanged:
        return _unchanged(means, row, sync_source.mark_of(of))
    packed = pack(as_stored(found.reading.document))
    kept = _as_kept(found.reading, found.remembered, sync_source.mark_of(of))

    def keep(connection: Connection) -> bool:
        return sync_rows.keep_read(connection, row.id, put(connection, packed, means.clock()), kept)

    return _written(means, keep)


def _written(means: Means, write: Callable[[Connection], T]) -> T:
    """What a transaction gives that stores what was read: tried for some minutes, for reading again costs more."""
    for seconds in _WAITS:
        try:
            with writing(means.engine) as connection:
                return write(connection)
        except StoreUnavailable:
            means.reach.wait(seconds)
    with writing(means.engine) as connection:
        return write(connection)


def _recorded(means: Means, row: Row[Any], content: bytes) -> RunResult | None:
    pulled = row.pulled
    with reading(means.engine) as connection:
        _still(connection, row.connection_id, pulled["mark"])
    missing = [Missing(part["scope"], part["reason"], _ids(part["ids"])) for part in pulled["missing"]]
    try:
        with noted(means.engine, row.id, means.reach.progress) as progress:
            progress(Progress("judging", 0))
            return run_document(
                means.engine, row.connection_id, content, now=means.clock(), actor=row.asked_by,
                notes=tuple(pulled["notes"]), encoder=means.encoder, approval=means.approval,
                ruleset_loader=means.ruleset_loader, complete=not missing, absent=_absent(missing),
                sync=row.id, then=lambda connection, made: _finished(connection, means.clock(), row, made.run),
            )  # fmt: skip
    except (_Ended, IntegrityError):
        with reading(means.engine) as connection:
            still = sync_rows.open_sync(connection, row.connection_id)
        if still is not None and still.id == row.id:
            raise
        return None


def _finished(connection: Connection, now: datetime.datetime, row: Row[Any], run: Mapping[str, Any]) -> None:
    """End a sync within the transaction that records its run. Raises _Ended where another has ended it, and _Changed."""
    pulled = row.pulled
    state = "unchanged" if pulled["unchanged"] else "done"
    if not sync_rows.finish(connection, now, row.id, state, run_id=run["id"]):
        raise _Ended
    of = _still(connection, row.connection_id, pulled["mark"])
    sync_states.heard(connection, now, of, run["id"] if run["complete"] else None, pulled["remembered"])


def _still(connection: Connection, connection_id: str, mark: str) -> Row[Any]:
    """The connection whose source was read. Raises NotFound, and _Changed where the source is another by now."""
    of = a_connection(connection, connection_id)
    if sync_source.mark_of(of) != mark:
        raise _Changed
    return of


def _read_again(means: Means, id: str) -> None:
    """End a sync whose source is another by now, and ask for one of that; nothing is done where it is finished.

    The source did not fail: nobody is alerted, and what was found stands until it is read.
    """
    now = means.clock()
    with writing(means.engine) as connection:
        try:
            row = sync_rows.a_sync(connection, id)
        except NotFound:
            return
        again = sync_source.is_source(a_connection(connection, row.connection_id).connector)
        said = f"The source was changed while it was read{'; it is read again' if again else ''}."
        if not sync_rows.finish(connection, now, id, "failed", problem=[Fault("", said)]):
            return
        told = {"connection_id": row.connection_id, "reason": said}
        audit.record(connection, now, row.asked_by, "fail", "sync", id, None, told)
        if again:
            added = sync_rows.add(connection, now, row.asked_by, row.connection_id, row.tick_at)
            told = {"sync": added.id}
            audit.record(connection, now, row.asked_by, "sync", "connection", row.connection_id, None, told)


def _unchanged(means: Means, row: Row[Any], mark: str) -> bool:
    """Go on with the set of the last sync where it may be judged otherwise now; else end the sync without a run."""
    now, semantic = means.clock(), means.encoder is not None
    with reading(means.engine) as connection:
        _still(connection, row.connection_id, mark)
        run = run_heard(connection, row.connection_id)
        if run is None:
            raise SourceError(Fault("", "The source says that nothing is new, though nothing of it was known before."))
        again = may_differ(connection, run, now, means.ruleset_loader, semantic=semantic)
        kept = _as_kept(Reading({}), remembered(connection, row.connection_id), mark, unchanged=True)
    with writing(means.engine) as connection:
        if again:
            return sync_rows.keep_read(connection, row.id, run.document_digest, kept)
        of = _still(connection, row.connection_id, mark)
        if sync_rows.finish(connection, now, row.id, "unchanged"):
            sync_states.heard(connection, now, of, None, {})
    return False


def _as_kept(found: Reading, known: Mapping[str, str], mark: str, *, unchanged: bool = False) -> dict[str, Any]:
    missing = [{**part._asdict(), "ids": None if part.ids is None else list(part.ids)} for part in found.missing]
    kept = {"notes": list(found.notes), "missing": missing, "remembered": dict(known)}
    return {**kept, "mark": mark, "unchanged": unchanged}


def _ids(listed: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if listed is None else tuple(listed)


def _absent(missing: Collection[Missing]) -> frozenset[str] | None:
    """The ids of what could not be read; None where nobody knows all of them."""
    known = [part.ids for part in missing if part.ids is not None]
    return frozenset(id for ids in known for id in ids) if len(known) == len(missing) else None
