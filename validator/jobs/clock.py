"""What the clock asks for: syncs that are due, handing them to the engine, silent sources, the work of each night."""

from __future__ import annotations

import datetime

from sqlalchemy import Engine

from validator.jobs import engine as jobs
from validator.logs import failed, log
from validator.service import delivery_log, draining, overdue, retention, sync, sync_rows, sync_states
from validator.service.retention import Limits
from validator.service.scrubbing import remove_all_orphans
from validator.store.engine import reading, writing

KEPT = datetime.timedelta(days=90)
"""How long a sync is listed, and a message that arrived or was given up."""
NIGHT = 3
"""Hour from which the work of the night is done, in UTC."""


def tick(engine: Engine, now: datetime.datetime) -> None:
    """Ask for the syncs that are due, note the sources that are silent, and hand over what waits."""
    with reading(engine) as connection:
        something = sync_states.any_to_note(connection, now)
        waiting = sync_rows.to_hand_over(connection)
    if something:
        _ask_where_due(engine, now)
        _note_silence(engine, now)
        with reading(engine) as connection:
            waiting = sync_rows.to_hand_over(connection)
    if waiting:
        with writing(engine) as connection:
            handed = sync_rows.hand_over(connection, now)
        for id in handed:
            jobs.hand_over(id)


def tick_alerts(engine: Engine, now: datetime.datetime) -> None:
    """Hand over the sending of messages that are due."""
    with reading(engine) as connection:
        waiting = draining.unclaimed(connection, now)
    if waiting:
        with writing(engine) as connection:
            claims = draining.claim(connection, now)
        for claim in claims:
            jobs.hand_over_sending(claim.job, failing=claim.failing)


def nightfall(now: datetime.datetime) -> None:
    """Have the work of the night done, once by all workers together."""
    if now.hour >= NIGHT:
        jobs.hand_over_night(now.date().isoformat())


def keep_house(engine: Engine, now: datetime.datetime, limits: Limits) -> None:
    """Remove what was kept long enough: runs by the limits, what nothing refers to, and notes of old syncs and jobs."""
    removed = retention.apply_when_due(engine, now, "retention", limits)
    snapshots = remove_all_orphans(engine, now) if removed is None else removed.snapshots
    pruned = sum(iter(lambda: _pruned(engine, now), 0))
    forgotten = jobs.forget_finished(now)
    told = overdue.tell_overdue(engine, now, lambda error, id: failed(error, connection=id))
    messages = sum(iter(lambda: _messages_pruned(engine, now), 0))
    counts = {"syncs": pruned, "jobs": forgotten, "overdue": told, "messages": messages}
    log.info("night", runs=removed.runs if removed else 0, snapshots=snapshots, **counts)


def _pruned(engine: Engine, now: datetime.datetime) -> int:
    with writing(engine) as connection:
        return sync_rows.prune(connection, now - KEPT)


def _messages_pruned(engine: Engine, now: datetime.datetime) -> int:
    with writing(engine) as connection:
        return delivery_log.forget(connection, now - KEPT)


def _ask_where_due(engine: Engine, now: datetime.datetime) -> None:
    with reading(engine) as connection:
        ids = [row.id for row in sync_states.due(connection, now)]
    for id in ids:
        try:
            sync.ask_where_due(engine, now, id)
        except ValueError as error:
            failed(error, connection=id)


def _note_silence(engine: Engine, now: datetime.datetime) -> None:
    with writing(engine) as connection:
        for id in sync_states.note_silence(connection, now):
            log.warning("source silent", connection=id)
