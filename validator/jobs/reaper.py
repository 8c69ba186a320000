"""Taking up what a process that died has left, on this machine or another, and giving up what kills whoever takes it up."""

from __future__ import annotations

from connectors.contract import Fault
from validator.jobs import engine as jobs
from validator.jobs.engine import Job
from validator.jobs.liveness import taken_from_the_dead
from validator.logs import log
from validator.service import draining, sync, sync_rows
from validator.service.sync import Means
from validator.store.engine import reading, writing

_KILLER = Fault(
    "",
    f"The process that ran the sync died {sync_rows.MOST_RESUMES + 1} times.",
    "look for what killed it, such as too little memory; the next sync tries again",
)
_LOST = Fault("", "The service gave the sync up: its log tells why.", "the next sync tries again")


def reap(means: Means, address: str) -> None:
    """Look after processes that died, and after syncs that nobody runs any more. Raises StoreUnavailable."""
    for executor in jobs.under_way(but=means.executor):
        with taken_from_the_dead(address, executor) as dead:
            for job in jobs.run_by(executor) if dead else ():  # looked at again: another may have been here before
                _take_up(means, job)
    _adopt(means, address)
    _settle(means)
    _settle_sending(means)


def _take_up(means: Means, job: Job) -> None:
    if job.queue == jobs.SYNCS:
        with writing(means.engine) as connection:
            count = sync_rows.count_resume(connection, job.id)
        if count is not None and count > sync_rows.MOST_RESUMES:
            sync.fail(means, job.id, [_KILLER], "dead")
            jobs.give_up(job)
            log.error("sync given up", sync=job.id, resumes=count)
            return
    jobs.resume(job)
    log.warning("job taken up", job=job.id, queue=job.queue)


def _adopt(means: Means, address: str) -> None:
    """Queue syncs that somebody ran by hand in a process that died."""
    with reading(means.engine) as connection:
        by_hand = sync_rows.run_by_hand(connection)
    for id, executor in by_hand:
        with taken_from_the_dead(address, executor) as dead:
            if dead:
                with writing(means.engine) as connection:
                    sync_rows.count_resume(connection, id)


def _settle(means: Means) -> None:
    """End syncs whose job has ended without them, and queue those whose job is not there."""
    with reading(means.engine) as connection:
        open_ids = sync_rows.handed_over(connection)
    known = jobs.jobs_of(open_ids)
    for id in open_ids:
        if id not in known:
            jobs.hand_over(id)
        elif known[id].finished:
            sync.fail(means, id, [_LOST])


def _settle_sending(means: Means) -> None:
    """Let others send to endpoints whose job has ended without letting go of them, and queue the jobs that are not there."""
    with reading(means.engine) as connection:
        claims = draining.claimed(connection)
    known = jobs.jobs_of([claim.job for claim in claims])
    for claim in claims:
        if claim.job not in known:
            jobs.hand_over_sending(claim.job, failing=claim.failing)
        elif known[claim.job].finished:
            draining.release(means.engine, claim.job)
