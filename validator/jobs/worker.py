"""The process that works: it runs jobs, watches the clock and looks after processes that died, until told to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

from validator import logs
from validator.jobs import clock
from validator.jobs import engine as jobs
from validator.jobs.liveness import held, new_name
from validator.jobs.means import means_of, sender_of
from validator.jobs.reaper import reap
from validator.service import draining, sync, sync_states
from validator.service.draining import Drained, Sender
from validator.service.retention import limits_of
from validator.service.sync import Means
from validator.settings import Settings
from validator.store.engine import make_engine, writing
from validator.store.faults import StoreUnavailable
from validator.store.schema import check

TICK = 1.0
"""Seconds between looks at the clock."""
REAP = 3.0
"""Seconds between looks after others."""
DUSK = 600.0


class LostLock(Exception):
    """The lock that told others of this process is gone: they have taken its jobs up, and it must end at once."""


def work(settings: Settings, stop: threading.Event) -> None:
    """Work until told to stop, then finish what is under way within the settings' grace.

    Raises BadStore and StoreUnavailable at the start, and LostLock, after which the process must end.
    """
    address, me = settings.database_url, new_name()
    with ExitStack() as stack:
        engine = make_engine(address)
        stack.callback(engine.dispose)
        check(engine)
        still_held = stack.enter_context(held(address, me))
        means = means_of(settings, engine, me)
        stack.enter_context(
            jobs.running(
                address,
                me,
                _steps(means, sender_of(settings, means), settings),
                settings.syncs,
                settings.graceful_timeout,
            )
        )
        with writing(engine) as connection:
            sync_states.start_schedules(connection, means.clock())
        logs.log.info("worker", executor=me, syncs=settings.syncs)
        _watch(means, address, still_held, stop)


def _steps(means: Means, sender: Sender, settings: Settings) -> jobs.Steps:
    def record(id: str) -> None:
        result = sync.record(means, id)
        if result is not None:
            told = {name: result.run[name] for name in ("connection_id", "number", "status", "complete")}
            logs.log.info("synced", sync=id, run=result.run["id"], **told)

    def send(id: str) -> None:
        _tell_of(draining.drain(sender, id))

    def keep_house(_night: str) -> None:
        clock.keep_house(means.engine, means.clock(), limits)

    limits = limits_of(settings.retention_days, settings.retention_mb)
    return jobs.Steps(
        pull=lambda id: _quietly(id, lambda: sync.pull(means, id)) or False,
        record=lambda id: _quietly(id, lambda: record(id)),
        send=lambda id: _quietly(id, lambda: send(id)),
        keep_house=lambda night: _quietly(night, lambda: keep_house(night)),
    )


def _tell_of(drained: Drained) -> None:
    """Say in the log what became of messages."""
    for error in drained.failures:
        logs.failed(error, endpoint=drained.endpoint or "")
    if drained.unready:
        logs.log.error("nothing sent", endpoint=drained.endpoint, message=drained.unready)
    elif drained.attempts:
        counts = {name: getattr(drained, name) for name in ("attempts", "arrived", "given_up")}
        tell = logs.log.warning if drained.given_up else logs.log.info
        tell("sent", endpoint=drained.endpoint, **counts)
    if drained.disabled:
        logs.log.warning("webhook disabled", endpoint=drained.endpoint, message=drained.disabled)


def _quietly(id: str, step: Callable[[], bool | None]) -> bool | None:
    """Do a step; what fails of our own is in the log and in the row of the sync, and not the engine's to tell of."""
    try:
        return step()
    except StoreUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the next job goes on
        logs.failed(error, job=id)
        return None


def _watch(means: Means, address: str, still_held: Callable[[], bool], stop: threading.Event) -> None:
    rounds: dict[float, tuple[Callable[[], None], ...]] = {
        TICK: (
            lambda: clock.tick(means.engine, means.clock()),
            lambda: clock.tick_alerts(means.engine, means.clock()),
        ),
        REAP: (lambda: reap(means, address),),
        DUSK: (lambda: clock.nightfall(means.clock()),),
    }
    due = dict.fromkeys(rounds, 0.0)
    while not stop.wait(TICK):
        for every, acts in rounds.items():
            if time.monotonic() < due[every]:
                continue
            due[every] = time.monotonic() + every
            if every == REAP and not still_held():
                raise LostLock
            for act in acts:
                _at_ease(act)


def _at_ease(act: Callable[[], None]) -> None:
    """Do what is done again soon, whatever became of it."""
    try:
        act()
    except StoreUnavailable as error:
        logs.log.warning("store unavailable", message=error.faults[0].message)
    except Exception as error:  # noqa: BLE001 - a worker that ends for it would help nobody
        logs.failed(error)
