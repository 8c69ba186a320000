"""What a run makes of every finding of its connection: worked out from what the store knows, before anything is written."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from validator.history.causes import Cause
from validator.history.context import RunContext, context_of
from validator.history.deadlines import Deadlines, Standing, deadlines, notices
from validator.history.decisions import Decision, Settlement, settlements
from validator.history.life import PRESENT, Life, moment, transitions
from validator.history.views import Views, carried
from validator.history.waivers import Waiver, cover, gate, spent
from validator.service.ground import Ground, Past, ground_of, past, views_as_known
from validator.service.judged import Judged
from validator.service.rules import of_context
from validator.service.since import Since, since_when
from validator.store.tables import decisions, runs


class Asked(NamedTuple):
    """The run under way, as those who ask for it know it."""

    run: str
    connection: str
    now: datetime.datetime
    complete: bool
    """Whether the whole set was read, as far as the caller knows."""
    absent: frozenset[str] | None
    """Ids of teams and items that could not be read; None where that is not known."""
    approval: bool
    """Whether a second person must approve a waiver."""
    sync: str | None = None
    """The sync that read the set."""


class Clock(NamedTuple):
    """What the clock says of one finding."""

    limits: Deadlines
    notices: tuple[str, ...]


class Outcome(NamedTuple):
    """What a run makes of the findings."""

    ground: Ground
    number: int
    complete: bool
    lives: list[Life]
    gate: dict[str, Any]
    """The gate once waivers, the baseline and decisions are counted out; with the status."""
    clocks: Mapping[str, Clock]
    """By the id of each reported finding."""
    void: tuple[Settlement, ...]
    """Decisions that hold no longer."""
    spent: tuple[Waiver, ...]
    """Parts of a baseline that are worked off."""
    views: Views


def outcome_of(connection: Connection, asked: Asked, judged: Judged) -> Outcome:
    """What a run makes of the findings of its connection as the store has them now."""
    ground = ground_of(connection, asked.connection, asked.now.date())
    before = past(connection, ground)
    now = _context(asked, ground.number + 1, judged)._replace(waivers=ground.waivers)
    views = _seen(before, now, judged.views)
    settled = _settlements(connection, asked.connection, ground.decisions, views)
    lives = transitions(
        ground.known,
        judged.report,
        moment(before.context if before else None, now, before.views if before else None, judged.views, settled),
    )
    holding = {id for id, settlement in settled.items() if settlement.settles}
    held = cover(ground.waivers, asked.now.date(), approval=asked.approval)
    resolved = {life.known.id for life in lives if life.known.state == "resolved"}
    unseen = {
        life.known.id for life in lives if life.known.state == "stale"
    }  # seen again, they tell why they came back
    return Outcome(
        ground=ground,
        number=now.number,
        complete=now.complete and now.absent == frozenset(),
        lives=lives,
        gate=gate(judged.report, held, settled=holding),
        clocks=_clocks(connection, asked, judged, lives, views),
        void=tuple(settlement for id, settlement in settled.items() if not settlement.settles and id not in unseen),
        spent=spent(ground.waivers, resolved),
        views=views,
    )


def is_event(life: Life) -> bool:
    """Whether a run says of a finding what is worth an event: that it came or went, or that it is seen again."""
    return life.cause is not None or (life.before == "stale" and life.known.state in PRESENT)


def _context(asked: Asked, number: int, judged: Judged) -> RunContext:
    rules = judged.rules
    context = context_of(
        judged.report, rules.digests, run=asked.run, number=number, at=asked.now, complete=asked.complete
    )
    return context._replace(
        complete=asked.complete and judged.says_whole,
        absent=asked.absent,
        approval=asked.approval,
        **of_context(rules),
    )


def _seen(before: Past | None, now: RunContext, views: Views) -> Views:
    """The views of a run; what a partial one did not read is as it was."""
    whole = now.complete and now.absent == frozenset()
    return views if whole or before is None or before.views is None else carried(before.views, views)


def _settlements(connection: Connection, id: str, decided: Iterable[Decision], views: Views) -> dict[str, Settlement]:
    """For each finding with a decision whether it is settled, and if not what changed since the run that was decided on."""
    listed = list(decided)
    broken = {settlement.decision for settlement in settlements(listed, views).values() if not settlement.settles}
    then = {decision.id: _views_at(connection, id, decision) for decision in listed if decision.id in broken}
    return settlements(listed, views, {id: found for id, found in then.items() if found is not None})


def _views_at(connection: Connection, id: str, decision: Decision) -> Views | None:
    """The views of the last run before a decision was recorded."""
    recorded = select(decisions.c.recorded_at).where(decisions.c.id == decision.id).scalar_subquery()
    asked = select(runs).where(runs.c.connection_id == id, runs.c.started_at <= recorded)
    row = connection.execute(asked.order_by(runs.c.number.desc()).limit(1)).one_or_none()
    return None if row is None else views_as_known(connection, row)


def _clocks(
    connection: Connection, asked: Asked, judged: Judged, lives: Iterable[Life], views: Views
) -> dict[str, Clock]:
    """What the clock says of each reported finding."""
    reported = {life.known.id: life for life in lives}
    as_of = datetime.date.fromisoformat(judged.report["input"]["as_of"])
    conflicts = [finding["id"] for finding in judged.report["findings"] if finding["decision"] is not None]
    came = since_when(connection, asked.connection, [id for id in conflicts if reported[id].known.state == "unchanged"])
    clocks: dict[str, Clock] = {}
    for finding in judged.report["findings"]:
        known = reported[finding["id"]].known
        since, first = came.get(known.id, Since(asked.now.date(), _is_first(reported[known.id].cause)))
        limits = deadlines(finding["decision"], as_of, since)
        standing = Standing(since, first, settled=known.decision is not None or known.waiver is not None)
        clocks[known.id] = Clock(limits, notices(finding, limits, standing, views, asked.now.date()))
    return clocks


def _is_first(cause: Cause | None) -> bool:
    return cause is not None and cause.kind == "first_run"
