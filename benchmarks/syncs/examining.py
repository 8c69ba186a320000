"""Looks at what syncs have left in the store once all of them have ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Row, select

from benchmarks.kills.whole import half
from benchmarks.syncs.story import Outcome
from validator.service.sync_rows import MOST_RESUMES
from validator.store.engine import reading
from validator.store.tables import finding_events, runs, syncs

_CAME = ("new", "reopened")


class Found(NamedTuple):
    """What there is, and what is wrong with it."""

    states: Counter[str]
    """Syncs by state."""
    resumes: int
    """Times that a sync was taken up again."""
    most_resumes: int
    ticks: int
    runs: int
    findings: int
    half: list[str]
    """Runs and other things that are half there."""
    lost: list[str]
    """Syncs that did not end, or ended without what they should have given."""
    doubled: list[str]
    """Ticks, runs and findings that are there twice."""

    @property
    def faults(self) -> list[str]:
        """All that is wrong."""
        return [*self.half, *self.lost, *self.doubled]


def examine(engine: Engine, outcome: Outcome) -> Found:
    """Look at everything."""
    with reading(engine) as connection:
        synced = connection.execute(select(syncs)).all()
        recorded = connection.execute(select(runs.c.id, runs.c.sync_id)).all()
        listed = connection.execute(select(finding_events).order_by(finding_events.c.id)).all()
        return Found(
            states=Counter(row.state for row in synced),
            resumes=sum(row.resumes for row in synced),
            most_resumes=max((row.resumes for row in synced), default=0),
            ticks=sum(row.tick_at is not None for row in synced),
            runs=len(recorded),
            findings=len({(row.connection_id, row.finding_id) for row in listed}),
            half=list(half(connection, set())),
            lost=[*_unfinished(synced, outcome), *_without_run(synced, recorded)],
            doubled=[*_twice(connection, synced, recorded), *_again(listed)],
        )


def _unfinished(synced: Any, outcome: Outcome) -> Iterator[str]:
    yield from (f"sync {row.id} has not ended: {row.state}" for row in synced if row.finished_at is None)
    for row in synced:
        # One that was killed with its worker so often is rightly taken for what kills workers.
        if row.state == "failed" or (row.state == "dead" and row.resumes <= MOST_RESUMES):
            yield f"sync {row.id} ended as {row.state}: {row.problem}"
    unsynced = set(outcome.ids) - {row.connection_id for row in synced}
    yield from (f"the connection {id} was never synced" for id in sorted(unsynced))
    yield from (f"a worker ended with {code}" for code in outcome.exits if code != 0)


def _without_run(synced: Any, recorded: Any) -> Iterator[str]:
    of = {row.sync_id: row.id for row in recorded}
    for row in synced:
        if row.state == "done" and (row.run_id is None or of.get(row.id) != row.run_id):
            yield f"sync {row.id} is done, and names the run {row.run_id}, which is of another or not there"


def _twice(connection: Connection, synced: Any, recorded: Any) -> Iterator[str]:
    ticks = Counter((row.connection_id, row.tick_at) for row in synced if row.tick_at is not None)
    yield from (f"the tick {tick} has {count} syncs" for tick, count in ticks.items() if count > 1)
    by_sync = Counter(row.sync_id for row in recorded)
    yield from (f"sync {id} has {count} runs" for id, count in by_sync.items() if count > 1 or id is None)


def _again(listed: Sequence[Row[Any]]) -> Iterator[str]:
    """Findings that came while they were there, or went while they were gone."""
    there: dict[tuple[str, str], bool] = {}
    for row in listed:
        key, comes = (row.connection_id, row.finding_id), row.event in _CAME
        if row.event == "new" and key in there:
            yield f"the finding {key} is new twice"
        elif (comes or row.event == "resolved") and there.get(key, False) is comes:
            yield f"the finding {key} is {row.event} once more"
        if comes or row.event == "resolved":
            there[key] = comes
