"""The engine that runs jobs, DBOS Transact: every call to it is in this module.

It keeps a queue, the steps that each job has done, and which process runs it, in tables of its own in the same database.
It knows jobs by ids only; what they work on is in the store. A job that was interrupted goes on after its last whole step.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer
from sqlalchemy import URL

from validator.store.address import read_address
from validator.store.faults import StoreUnavailable

NAME = "okr-validator"
VERSION = "1"
"""Of the order of a job's steps. It must not follow the program's version: jobs under way would not be taken up again."""
SYNCS, CHORES, ALERTS, FAILING = "sync", "chores", "alerts", "alerts-failing"
"""Queues: what is sent to receivers at which nothing arrives has a queue of its own, so that it keeps nobody waiting."""
KEPT = datetime.timedelta(days=7)
"""How long the engine's notes of a finished job are kept."""
_POLL = 0.5
"""Seconds between looks into a queue."""
_PATIENCE = 10
"""Attempts of a step while the database does not serve, from a second to a few minutes apart."""
_AT_ONCE = 500
_ENDPOINTS = 32
"""Endpoints that one process sends to at a time: one that is slow keeps its place for a turn."""
_FAILING_ENDPOINTS = 8
_FINISHED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")


Step = Callable[[str], bool | None]


class Steps(NamedTuple):
    """What the jobs do. Each may be done again after a kill, and raises StoreUnavailable to be tried again."""

    pull: Step
    """Reads the source of a sync; gives whether there is something to record."""
    record: Step
    """Judges and records what a sync has read."""
    send: Step
    """Sends what is due at the endpoint of a job, by the job's id."""
    keep_house: Step
    """What is done each night."""


class Job(NamedTuple):
    """A job as the engine knows it."""

    id: str
    queue: str
    finished: bool


@contextmanager
def running(address: str, executor: str, steps: Steps, at_once: int, patience: int) -> Iterator[None]:
    """Take jobs from the queues, so many syncs at once, until the end of the block; then wait for those under way.

    `patience`: seconds to wait for them at most, where no exception ends the block; what goes on then is cut off with the
    process, and taken up by another.
    """
    config: DBOSConfig = {
        "name": NAME,
        "system_database_url": _url(read_address(address)),
        "application_version": VERSION,
        "executor_id": executor,
        "serializer": DBOSPortableJSONSerializer(),
        "log_level": "WARNING",
    }
    DBOS(config=config)
    _register(steps)
    try:
        DBOS.launch()
        DBOS.register_queue(SYNCS, worker_concurrency=at_once, polling_interval_sec=_POLL)
        DBOS.register_queue(ALERTS, worker_concurrency=_ENDPOINTS, polling_interval_sec=_POLL)
        DBOS.register_queue(FAILING, worker_concurrency=_FAILING_ENDPOINTS, polling_interval_sec=_POLL)
        DBOS.register_queue(CHORES, worker_concurrency=1, polling_interval_sec=_POLL)
        yield
    except BaseException:
        patience = 0
        raise
    finally:
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=patience)


def hand_over(sync_id: str) -> None:
    """Queue the job of a sync; nothing is done where it is known already."""
    _enqueue(SYNCS, "sync", sync_id, sync_id)


def hand_over_sending(id: str, *, failing: bool) -> None:
    """Queue a job that sends, to a receiver at which nothing arrives or to another; nothing is done where it is known."""
    _enqueue(FAILING if failing else ALERTS, "send", id, id)


def hand_over_night(night: str) -> None:
    """Queue what is done each night; nothing is done where that night's is known already."""
    _enqueue(CHORES, "nightly", f"nightly-{night}", night)


def under_way(but: str) -> Mapping[str, list[Job]]:
    """The jobs that processes other than the one named are running, or were when they died, by process."""
    found: dict[str, list[Job]] = {}
    for status in DBOS.list_workflows(status="PENDING", load_input=False, load_output=False):
        if status.executor_id not in (None, but):
            job = Job(status.workflow_id, status.queue_name or SYNCS, finished=False)
            found.setdefault(status.executor_id, []).append(job)
    return found


def run_by(executor: str) -> list[Job]:
    """The jobs that a process is running, or was when it died."""
    listed = DBOS.list_workflows(status="PENDING", executor_id=executor, load_input=False, load_output=False)
    return [Job(status.workflow_id, status.queue_name or SYNCS, finished=False) for status in listed]


def resume(job: Job) -> None:
    """Let another process take a job up; one that still ran it would be stopped at the end of its step."""
    DBOS.resume_workflow(job.id, queue_name=job.queue)


def give_up(job: Job) -> None:
    """Let nobody take a job up any more."""
    DBOS.cancel_workflow(job.id)


def jobs_of(ids: Collection[str]) -> dict[str, Job]:
    """Those of the ids that are jobs, by id."""
    if not ids:
        return {}
    listed = DBOS.list_workflows(workflow_ids=sorted(ids), load_input=False, load_output=False)
    return {s.workflow_id: Job(s.workflow_id, s.queue_name or SYNCS, s.status in _FINISHED) for s in listed}


def forget_finished(now: datetime.datetime) -> int:
    """Remove the notes of jobs that were asked for long ago and are finished; gives how many."""
    before, count = (now - KEPT).isoformat(), 0
    while True:
        old = DBOS.list_workflows(
            status=list(_FINISHED), end_time=before, limit=_AT_ONCE, load_input=False, load_output=False
        )
        if not old:
            return count
        DBOS.delete_workflows([status.workflow_id for status in old])
        count += len(old)


def _enqueue(queue: str, workflow: str, id: str, argument: str) -> None:
    DBOS.enqueue_workflow_with_options(
        {"queue_name": queue, "workflow_name": workflow, "workflow_id": id, "app_version": VERSION}, argument
    )


def _register(steps: Steps) -> None:
    """Name the jobs and their steps; under these names they are found again by whoever takes them up."""
    pull, record, send, keep_house = (_step(name, step) for name, step in steps._asdict().items())

    @DBOS.workflow(name="sync")
    def sync(sync_id: str) -> None:
        if pull(sync_id):
            record(sync_id)

    @DBOS.workflow(name="send")
    def sending(id: str) -> None:
        send(id)

    @DBOS.workflow(name="nightly")
    def nightly(night: str) -> None:
        keep_house(night)


def _step(name: str, step: Step) -> Step:
    decorate = DBOS.step(
        name=name,
        retries_allowed=True,
        max_attempts=_PATIENCE,
        should_retry=lambda error: isinstance(error, StoreUnavailable),
    )
    return decorate(step)


def _url(url: URL) -> str:
    return url.render_as_string(hide_password=False)
