"""Recording a run: a document is judged for its connection, and what became of every finding is stored, all of it or nothing."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine

from validator.detection.semantic.encoder import Encoder
from validator.service import library
from validator.service.ground import ground_of
from validator.service.judged import Judged, Request, Timer, judged
from validator.service.lives import Asked, Outcome, outcome_of
from validator.service.lookups import a_connection
from validator.service.recording import run_row, write_run
from validator.service.rules import RulesetLoader
from validator.service.shown import with_lives
from validator.store.engine import reading, writing
from validator.store.ids import new_id
from validator.store.snapshots import get


class RunResult(NamedTuple):
    """What a run came to."""

    run: dict[str, Any]
    """Its row."""
    report: dict[str, Any]
    """The report with the life of every finding, and the gate once waivers and decisions are counted out."""


Then = Callable[[Connection, RunResult], None]
"""What else is written in the transaction that stores a run."""


def run_document(
    engine: Engine,
    connection_id: str,
    document: Any,
    *,
    now: datetime.datetime,
    actor: str,
    notes: tuple[str, ...] = (),
    ruleset_loader: RulesetLoader = library.find,
    as_of: datetime.date | None = None,
    complete: bool = True,
    absent: frozenset[str] | None = frozenset(),
    approval: bool = False,
    encoder: Encoder | None = None,
    timer: Timer = time.perf_counter,
    sync: str | None = None,
    then: Then = lambda _connection, _result: None,
    rehearse: bool = False,
) -> RunResult:
    """Judge a document by the overlay, rules and gate of a connection, and store the run.

    `complete` and `absent` (ids of teams and items; None: not known which) say what could not be read: what a partial run
    does not see is stale, never resolved, and rules that rest on the rest of the set are not evaluated. `approval`: a
    waiver needs a second person. `sync` read the set: one records one run at most. `then` is done in the transaction that
    stores the run, with what it came to. `rehearse`: say what the run would come to, and store nothing. Judging holds up
    nobody: only the writing does. Raises NotFound, BadRuleset, BadInput with every fault, and StoreUnavailable; then
    nothing is stored.
    """
    with reading(engine) as connection:
        row = a_connection(connection, connection_id)
        overlay = get(connection, row.overlay_digest) if row.overlay_digest else None
        loaded = ruleset_loader(connection, row.ruleset)
    request = Request(document, overlay, loaded, row.fail_on, as_of, notes, complete and absent == frozenset())
    result = judged(request, today=now.date(), timer=timer, encoder=encoder)
    asked = Asked(new_id(now), connection_id, now, complete, absent, approval, sync)
    with reading(engine) as connection:
        outcome = outcome_of(connection, asked, result)
    if rehearse:
        rehearsed = run_row(asked, result, outcome, actor)
        return RunResult(rehearsed, with_lives(rehearsed, result.report, outcome))
    with writing(engine) as connection:
        a_connection(connection, connection_id)
        outcome = _renewed(connection, asked, result, outcome)
        stored = write_run(connection, asked, result, outcome, actor)
        made = RunResult(stored, with_lives(stored, result.report, outcome))
        then(connection, made)
    return made


def _renewed(connection: Connection, asked: Asked, result: Judged, outcome: Outcome) -> Outcome:
    """The same outcome, or another where the ground has moved since it was worked out."""
    moved = ground_of(connection, asked.connection, asked.now.date()) != outcome.ground
    return outcome_of(connection, asked, result) if moved else outcome
