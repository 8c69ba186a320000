"""A real worker: schedules edited while it runs, moments missed, what others left behind, messages, and a clean end."""

from __future__ import annotations

import datetime
import json
import threading
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import ColumnElement, Engine, select, update

from benchmarks.kills.documents import okr_set
from benchmarks.kills.places import KINDS, Place, place
from benchmarks.syncs.source import NAME, register
from benchmarks.syncs.workers import Worker
from tests.service.receivers import PEPPER, Receiver
from tests.sockets import raw_server
from validator.jobs.liveness import held
from validator.jobs.worker import REAP
from validator.service import audit, connections, endpoints, sync, sync_rows
from validator.service.connections import Proposal
from validator.service.endpoint_wishes import Bounds, Wish
from validator.service.lookups import a_connection
from validator.service.sync_rows import MOST_RESUMES
from validator.store import tables
from validator.store.engine import make_engine, reading, writing
from validator.store.tables import sync_states, syncs

PATIENCE = 40.0
LONG_AGO = datetime.datetime(2026, 1, 1, 6, tzinfo=datetime.UTC)
EVERY_SECOND = "* * * * * *"
LOOPBACK = "127.0.0.0/8"


class Site(NamedTuple):
    """A database on which a worker works."""

    engine: Engine
    place: Place
    worker: Worker
    begun: float
    """When it began, on the clock that only goes on."""

    def add(self, id: str, **more: Any) -> None:
        path = self.place.folder / f"{id}.json"
        held_set = {**okr_set(id, _Same()), **more.pop("held", {})}
        if more.pop("answers", True):
            path.write_text(json.dumps(held_set), "utf-8")
        with writing(self.engine) as connection:
            connections.create(connection, now(), "ana", id, Proposal(id, NAME, {"path": str(path)}, **more))

    def change(self, id: str, **changes: Any) -> None:
        with writing(self.engine) as connection:
            version = a_connection(connection, id).version
            connections.change(connection, now(), "ana", id, changes, version=version)

    def ask(self, id: str) -> str:
        with writing(self.engine) as connection:
            return str(sync.ask(connection, now(), "ana", id).id)

    def set(self, sync_id: str, **values: Any) -> None:
        with writing(self.engine) as connection:
            connection.execute(update(syncs).where(syncs.c.id == sync_id).values(**values))

    def row(self, sync_id: str) -> Any:
        with reading(self.engine) as connection:
            return sync_rows.a_sync(connection, sync_id)

    def of(self, id: str) -> list[Any]:
        """The syncs of a connection that have ended, the first first."""
        with reading(self.engine) as connection:
            found = [row for row in sync_rows.list_syncs(connection, connection_id=id, limit=200) if row.finished_at]
        return found[::-1]

    def tell(self, target: str, job: str | None = None) -> str:
        """Send a message to a target, where a job has it to itself; gives the id of the endpoint."""
        bounds = Bounds(networks=(ip_network(LOOPBACK),))
        with writing(self.engine) as connection:
            made = endpoints.create(connection, now(), "ana", Wish("desk", target), lambda: PEPPER, bounds)
            endpoints.ping(connection, now(), "ana", made.row.id)
            mine = tables.endpoints.c.id == made.row.id
            connection.execute(update(tables.endpoints).where(mine).values(drain=job))
        return str(made.row.id)

    def ended(self, sync_id: str) -> Any:
        until(lambda: self.row(sync_id).finished_at is not None)
        return self.row(sync_id)


class _Same:
    """A chance that gives the same each time."""

    def random(self) -> float:
        return 0.0

    def choice(self, among: Any) -> Any:
        return among[0]

    def randrange(self, *_: int) -> int:
        return 1


def now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def until(so: Callable[[], bool]) -> None:
    """Wait for something; fail where it does not come."""
    end = time.monotonic() + PATIENCE
    while not so():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


@pytest.fixture(scope="module", params=KINDS)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A worker that was away for some time; the tests share it, each with connections of its own."""
    register()
    with place(request.param, tmp_path_factory.mktemp(f"worker-{request.param}")) as where:
        (where.folder / "pepper").write_bytes(PEPPER)
        settings = {"PEPPER": f"file:{where.folder / 'pepper'}", "ALLOWED_NETWORKS": LOOPBACK}
        engine, worker = make_engine(where.address), Worker(where, "worker", settings)
        here = Site(engine, where, worker, time.monotonic())
        here.add("missed", schedule="0 6 * * *")
        with writing(engine) as connection:
            connection.execute(update(sync_states).values(due_at=LONG_AGO, silent_at=LONG_AGO))
        for id in ("alive", "dead"):
            here.add(id)
            here.set(here.ask(id), state="running", executor=f"{id} one")
        worker.start()
        try:
            with held(where.address, "alive one"):
                yield here
            worker.tell_to_stop()
            assert worker.stopped() == 0
            assert worker.errors() == []
        finally:
            worker.kill()
            engine.dispose()


def test_moments_missed_while_no_worker_ran_lead_to_one_sync_and_the_silence_is_told_once(site: Site) -> None:
    until(lambda: site.of("missed") != [])
    (made_up,) = site.of("missed")
    assert (made_up.tick_at, made_up.state, made_up.asked_by) == (LONG_AGO, "done", "schedule")
    with reading(site.engine) as connection:
        next_at = connection.scalar(select(sync_states.c.due_at).where(sync_states.c.connection_id == "missed"))
        told = audit.read(connection, audit.Filters(target_kind="connection", target_id="missed"))
    assert next_at is not None
    assert next_at > now()
    assert sorted(entry.action for entry in told if entry.actor == "schedule") == ["heard", "silent"]


def test_a_schedule_is_heeded_from_the_moment_that_it_is_changed(site: Site) -> None:
    site.add("edited")
    site.change("edited", schedule=EVERY_SECOND)
    until(lambda: len(site.of("edited")) >= 2)
    site.change("edited", paused=True)
    resting = now()
    until(lambda: all(row.finished_at for row in _all(site, "edited")))
    time.sleep(1.5)
    ticks = [row.tick_at for row in site.of("edited")]
    assert all(tick <= resting for tick in ticks)
    assert len(ticks) == len(set(ticks))
    site.change("edited", paused=False, schedule="* * * * * */1")
    until(lambda: len(site.of("edited")) > len(ticks))
    site.change("edited", schedule=None)


def test_a_sync_that_is_asked_for_is_done_and_names_its_run(site: Site) -> None:
    site.add("asked")
    ended = site.ended(site.ask("asked"))
    assert (ended.state, ended.asked_by, ended.resumes) == ("done", "ana", 0)
    assert ended.run_id is not None


def test_a_source_that_does_not_answer_ends_its_sync_with_the_reason(site: Site) -> None:
    site.add("mute", answers=False)
    ended = site.ended(site.ask("mute"))
    assert (ended.state, ended.run_id) == ("failed", None)
    assert [fault["message"] for fault in ended.problem] == ["The tool does not answer."]


def test_a_sync_whose_job_was_lost_is_queued_again_and_one_whose_job_has_ended_without_it_fails(site: Site) -> None:
    site.add("lost")
    site.add("orphan")
    done = site.ended(site.ask("orphan"))
    site.set(done.id, state="running", finished_at=None)
    id = site.ask("lost")
    site.set(id, handed_at=now())  # as after a kill just before it was handed over
    assert site.ended(id).state == "done"
    orphan = site.ended(done.id)
    assert orphan.state == "failed"
    assert "gave the sync up" in orphan.problem[0]["message"]


def test_messages_are_sent_and_those_too_whose_job_was_lost_or_has_ended_without_them(site: Site) -> None:
    site.add("before")
    done = site.ended(site.ask("before"))
    with Receiver() as receiver:
        told = {site.tell(receiver.url, job) for job in (None, "drain-lost", done.id)}
        until(lambda: len(receiver.received) == 3)
    assert {message.json()["data"]["endpoint"]["id"] for message in receiver.received} == told


def test_a_receiver_that_hangs_delays_no_message_to_another(site: Site) -> None:
    over = threading.Event()
    with raw_server(lambda _: over.wait(PATIENCE)) as hanging, Receiver() as receiver:
        slow = [site.tell(f"{hanging}/{number}") for number in range(3)]
        site.tell(receiver.url)
        until(lambda: len(receiver.received) == 1)
        with reading(site.engine) as connection:
            states = connection.scalars(select(tables.deliveries.c.state).where(_sent_to(slow))).all()
        over.set()
    assert states == ["waiting"] * 3


def _sent_to(endpoint_ids: list[str]) -> ColumnElement[bool]:
    return tables.deliveries.c.endpoint_id.in_(endpoint_ids)


def _all(site: Site, id: str) -> list[Any]:
    with reading(site.engine) as connection:
        return list(sync_rows.list_syncs(connection, connection_id=id, limit=200))


def test_what_somebody_ran_by_hand_is_taken_up_where_their_process_has_died_and_only_then(site: Site) -> None:
    until(lambda: site.of("dead") != [])
    (taken_up,) = site.of("dead")
    assert (taken_up.state, taken_up.resumes) == ("done", 1)
    until(lambda: time.monotonic() > site.begun + 2 * REAP)
    (running,) = _all(site, "alive")
    assert (running.state, running.executor, running.resumes) == ("running", "alive one", 0)


def test_a_sync_that_kills_whoever_runs_it_is_given_up_and_a_worker_without_its_lock_ends(tmp_path: Path) -> None:
    register()
    with place("sqlite", tmp_path) as where:
        engine, worker = make_engine(where.address), Worker(where, "worker")
        here = Site(engine, where, worker, time.monotonic())
        here.add("deadly", held={"deadly": True})
        id = here.ask("deadly")
        here.set(id, resumes=MOST_RESUMES)
        try:
            worker.start()
            until(lambda: not worker.is_alive())
            worker.start()
            ended = here.ended(id)
            for lock in (tmp_path / "okr.db.locks").iterdir():
                lock.unlink()
            assert worker.stopped() == 3  # others would take its work up: it goes at once
        finally:
            worker.kill()
            engine.dispose()
    assert (ended.state, ended.resumes) == ("dead", MOST_RESUMES + 1)
    assert f"died {MOST_RESUMES + 1} times" in ended.problem[0]["message"]
