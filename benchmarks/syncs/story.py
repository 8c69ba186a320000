"""Connections that are synced every few seconds while the workers that do it are killed."""

from __future__ import annotations

import datetime
import json
import random
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine, select

from benchmarks.kills.documents import okr_set
from benchmarks.kills.places import Place
from benchmarks.syncs.source import NAME, register
from benchmarks.syncs.workers import Worker
from benchmarks.waiting import until
from validator.service import connections
from validator.service.connections import Proposal
from validator.service.lookups import a_connection
from validator.store.engine import make_engine, reading, writing
from validator.store.tables import syncs


class Plan(NamedTuple):
    """What is to happen."""

    kills: int
    seed: int = 1
    connections: int = 3
    schedule: str = "*/3 * * * * *"
    lives: tuple[float, float] = (0.2, 5.0)
    """Seconds that a worker works at least and at most before it is killed."""
    unborn: float = 0.2
    """Share of the kills that come while the worker still starts."""
    page: float = 0.1
    """Seconds that the tool takes for each page."""
    aimed: bool = False
    """Whether only workers are struck that run a sync at that moment."""


class Outcome(NamedTuple):
    """What has happened."""

    ids: list[str]
    kills: int
    began: datetime.datetime
    ended: datetime.datetime
    """When the schedules were paused."""
    exits: list[int]
    """Of the workers, when they were asked to stop."""
    settled: bool
    """Whether every sync has ended in time."""
    errors: list[str]


def play(where: Place, plan: Plan, tell: Callable[[int], None] = lambda _kills: None) -> Outcome:
    """Kill workers as planned, then let the rest of the work be done."""
    register()
    engine, chance = make_engine(where.address), random.Random(plan.seed)
    workers = [Worker(where, f"worker-{number}") for number in (1, 2)]
    try:
        ids = [_add(engine, where.folder, f"c{number}", plan, chance) for number in range(plan.connections)]
        for worker in workers:
            worker.start()
        began = _now()
        _strike(engine, where.folder, ids, workers, plan, chance, tell)
        for id in ids:
            _change(engine, id, {"paused": True})
        ended = _now()
        settled = until(lambda: _is_settled(engine))
        until(lambda: all(worker.is_up() for worker in workers))  # one that still starts would just die
        for worker in workers:
            worker.tell_to_stop()
        exits = [worker.stopped() for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
        engine.dispose()
    errors = [line for worker in workers for line in worker.errors()]
    return Outcome(ids, plan.kills, began, ended, exits, settled, errors)


def _strike(
    engine: Engine,
    folder: Path,
    ids: list[str],
    workers: list[Worker],
    plan: Plan,
    chance: random.Random,
    tell: Callable[[int], None],
) -> None:
    for number in range(1, plan.kills + 1):
        struck = chance.choice(workers)
        if chance.random() >= plan.unborn:
            until(struck.is_up)
        _pass(folder, ids, plan, chance, chance.uniform(*plan.lives))
        if plan.aimed:
            until(partial(_runs_one, engine, struck))
        struck.kill()
        _pass(folder, ids, plan, chance, chance.uniform(0, 1))
        struck.start()
        tell(number)
    _pass(folder, ids, plan, chance, plan.lives[1])


def _pass(folder: Path, ids: list[str], plan: Plan, chance: random.Random, seconds: float) -> None:
    """Let time pass, in which people work with the tool."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        _write(folder, chance.choice(ids), plan, chance)
        time.sleep(min(0.5, max(0.0, end - time.monotonic())))


def _add(engine: Engine, folder: Path, id: str, plan: Plan, chance: random.Random) -> str:
    _write(folder, id, plan, chance)
    proposal = Proposal(id, NAME, {"path": str(folder / f"{id}.json")}, schedule=plan.schedule)
    with writing(engine) as connection:
        connections.create(connection, _now(), "story", id, proposal)
    return id


def _write(folder: Path, id: str, plan: Plan, chance: random.Random) -> None:
    held = {**okr_set(f"{id} {chance.random()}", chance), "seconds": plan.page}
    partial = folder / f"{id}.partial"
    partial.write_text(json.dumps(held), "utf-8")
    partial.replace(folder / f"{id}.json")


def _change(engine: Engine, id: str, changes: dict[str, object]) -> None:
    with writing(engine) as connection:
        version = a_connection(connection, id).version
        connections.change(connection, _now(), "story", id, changes, version=version)


def _runs_one(engine: Engine, worker: Worker) -> bool:
    """Whether a worker runs a sync."""
    with reading(engine) as connection:
        names = connection.scalars(select(syncs.c.executor).where(syncs.c.state == "running")).all()
    return any(f"-{worker.pid}-" in str(name) for name in names)


def _is_settled(engine: Engine) -> bool:
    with reading(engine) as connection:
        return connection.execute(select(syncs.c.id).where(syncs.c.finished_at.is_(None)).limit(1)).first() is None


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
