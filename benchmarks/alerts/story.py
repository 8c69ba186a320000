"""Runs that turn findings over, and tell of it, while workers, the receiver and the database are killed."""

from __future__ import annotations

import datetime
import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from ipaddress import ip_network
from typing import Any, NamedTuple

from sqlalchemy import Engine, select, update

from benchmarks.alerts.receiver import Arrival, Receiver
from benchmarks.kills.places import Place
from benchmarks.syncs.source import NAME, register
from benchmarks.syncs.workers import Worker
from benchmarks.waiting import until
from validator.alerts.events import OPENED, REOPENED, RESOLVED
from validator.service import connections, endpoints, sync
from validator.service.connections import Proposal
from validator.service.endpoint_wishes import Bounds, Wish
from validator.store.engine import make_engine, reading, writing
from validator.store.faults import StoreUnavailable
from validator.store.tables import deliveries, syncs

_PEPPER = b"a pepper of thirty-two bytes at the least"
_RULE = "unowned-objective"
_LOOPBACK = "127.0.0.0/8"
_LAST_WAITS = 900.0
"""Seconds after which no message waits any more: two attempts that failed are followed by one after five minutes."""
_TRIES = 5
_UNDER_WAY = ("queued", "running")


class Plan(NamedTuple):
    """What is to happen."""

    runs: int = 20
    """That turn every finding over; one before them tells nothing."""
    findings: int = 50
    kills: int = 20
    crashes: int = 0
    """Of the database server."""
    lives: tuple[float, float] = (0.5, 5.0)
    """Seconds that a worker works at least and at most before it is killed."""
    away: float = 12.0
    """Seconds without a receiver, at least: two attempts of a message fail in them."""
    unborn: float = 0.2
    """Share of the kills that come while the worker still starts."""
    hurry: bool = False
    """Whether the waits before further attempts are cut short."""
    seed: int = 1


class Outcome(NamedTuple):
    """What has happened."""

    runs: int
    items: list[str]
    arrivals: list[Arrival]
    kills: int
    crashes: int
    away: float
    """Seconds without a receiver."""
    settled: bool
    """Whether no message waits any more."""
    errors: list[str]


class _Stage(NamedTuple):
    """Who takes part."""

    where: Place
    plan: Plan
    engine: Engine
    receiver: Receiver
    workers: list[Worker]
    chance: random.Random


def play(where: Place, plan: Plan, tell: Callable[[str], None] = lambda _: None) -> Outcome:
    """Let runs tell of their findings, with kills as planned, then let the rest be sent."""
    register()
    (where.folder / "pepper").write_bytes(_PEPPER)
    settings = {"PEPPER": f"file:{where.folder / 'pepper'}", "ALLOWED_NETWORKS": _LOOPBACK}
    workers = [Worker(where, f"worker-{number}", settings) for number in (1, 2)]
    stage = _Stage(where, plan, make_engine(where.address), Receiver(where.folder), workers, random.Random(plan.seed))
    try:
        return _play(stage, tell)
    finally:
        stage.receiver.kill()
        for worker in workers:
            worker.kill()
        stage.engine.dispose()


def _play(stage: _Stage, tell: Callable[[str], None]) -> Outcome:
    _write(stage, owned=True)
    with writing(stage.engine) as connection:
        connections.create(
            connection, _now(), "story", "c1", Proposal("c1", NAME, {"path": str(stage.where.folder / "c1.json")})
        )
    for worker in stage.workers:
        worker.start()
    _run(stage)
    secret = _listen(stage)
    stage.receiver.start(secret, trouble=True)
    with _striking(stage):
        away = _tell_all(stage, secret, tell)
    for worker in stage.workers:
        worker.start()
    settled = until(lambda: _is_settled(stage), _LAST_WAITS)
    until(lambda: all(worker.is_up() for worker in stage.workers))  # one that still starts would just die
    for worker in stage.workers:
        worker.tell_to_stop()
    exits = [worker.stopped() for worker in stage.workers]
    errors = [line for worker in stage.workers for line in worker.errors()]
    errors += [f"a worker ended with {code}" for code in exits if code != 0]
    return Outcome(
        stage.plan.runs, _items(stage.plan), list(stage.receiver.arrivals()), stage.plan.kills, stage.plan.crashes,
        away, settled, errors,
    )  # fmt: skip


def _listen(stage: _Stage) -> str:
    """Have the findings told to the receiver; gives the secret."""
    wish = Wish("receiver", stage.receiver.url, types=(OPENED, REOPENED, RESOLVED), rules=(_RULE,))
    bounds = Bounds(networks=(ip_network(_LOOPBACK),))
    with writing(stage.engine) as connection:
        return endpoints.create(connection, _now(), "story", wish, lambda: _PEPPER, bounds).secret or ""


def _tell_all(stage: _Stage, secret: str, tell: Callable[[str], None]) -> float:
    """All runs; gives for how long the receiver was away meanwhile."""
    gone, away = 0.0, 0.0
    for number in range(1, stage.plan.runs + 1):
        if number == stage.plan.runs // 3:
            stage.receiver.kill()
            gone = time.monotonic()
        if number == stage.plan.runs // 2:
            time.sleep(max(0.0, stage.plan.away - (time.monotonic() - gone)))
            stage.receiver.start(secret)
            away = time.monotonic() - gone
        if _crashes_after(stage.plan, number):
            stage.where.crash()
        _write(stage, owned=number % 2 == 0)
        _run(stage)
        tell(f"run {number}")
    return away


def _crashes_after(plan: Plan, number: int) -> bool:
    return bool(plan.crashes) and number % max(1, plan.runs // (plan.crashes + 1)) == 0 and number < plan.runs


@contextmanager
def _striking(stage: _Stage) -> Iterator[None]:
    """Kill workers for as long as it takes, and at the end all the more, until as many died as planned."""
    striker = threading.Thread(target=_strike, args=(stage,))
    striker.start()
    try:
        yield
    finally:
        striker.join()


def _strike(stage: _Stage) -> None:
    for _ in range(stage.plan.kills):
        struck = stage.chance.choice(stage.workers)
        if stage.chance.random() >= stage.plan.unborn:
            until(struck.is_up)
        time.sleep(stage.chance.uniform(*stage.plan.lives))
        struck.kill()
        time.sleep(stage.chance.uniform(0, 1))
        struck.start()


def _run(stage: _Stage) -> None:
    """Have the set synced; a sync whose workers were killed too often is asked for again."""
    for _ in range(_TRIES):
        asked = partial(_state, stage.engine, _patient(partial(_ask, stage.engine)))
        until(lambda: _patient(asked) not in _UNDER_WAY)  # noqa: B023 - waits at once
        if _patient(asked) == "done":
            return
    raise TimeoutError("The set is not synced.")


def _ask(engine: Engine) -> str:
    with writing(engine) as connection:
        return str(sync.ask(connection, _now(), "story", "c1").id)


def _state(engine: Engine, id: str) -> str:
    with reading(engine) as connection:
        return str(connection.scalar(select(syncs.c.state).where(syncs.c.id == id)))


def _is_settled(stage: _Stage) -> bool:
    """Whether no message waits any more."""
    waiting = deliveries.c.finished_at.is_(None)
    if stage.plan.hurry:
        with writing(stage.engine) as connection:
            connection.execute(update(deliveries).where(waiting, deliveries.c.next_at > _now()).values(next_at=_now()))
    with reading(stage.engine) as connection:
        return connection.execute(select(deliveries.c.id).where(waiting).limit(1)).first() is None


def _patient(ask: Callable[[], str]) -> str:
    """Ask a database that may be about to start again."""
    while True:
        try:
            return ask()
        except StoreUnavailable:
            time.sleep(0.2)


def _items(plan: Plan) -> list[str]:
    return [f"T{number}" for number in range(plan.findings)]


def _write(stage: _Stage, *, owned: bool) -> None:
    partial = stage.where.folder / "c1.partial"
    partial.write_text(json.dumps(_okr_set(_items(stage.plan), owned=owned)), "utf-8")
    partial.replace(stage.where.folder / "c1.json")


def _okr_set(items: list[str], *, owned: bool) -> dict[str, Any]:
    """A company objective with others below it, all of which have an owner, or none."""
    owners = [{"person": "Ana", "primary": True}]
    company = {"id": "C1", "title": "Be the place that people come back to", "level": "company", "owners": owners}
    below = {"level": "team", "team": "sales", "owners": owners if owned else [], "parents": [{"id": "C1"}]}
    return {
        "source": {"tool": "alerts", "complete": True},
        "cycles": [{"id": "q4", "name": "Q4", "start": "2026-10-01", "end": "2026-12-31"}],
        "teams": [{"id": "sales", "name": "Sales"}],
        "objectives": [
            {**company, "cycle": "q4", "key_results": []},
            *({**below, "id": id, "title": f"Tidy corner {id}", "cycle": "q4", "key_results": []} for id in items),
        ],
    }


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
