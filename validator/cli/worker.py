"""`okr-validator worker`: syncs by schedule, and what is done each night."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType

import click

from validator import logs
from validator.cli.opened import database_url
from validator.jobs.worker import LostLock, work
from validator.settings import read_settings

_EPILOG = """\b
Examples:
  okr-validator worker
  okr-validator serve --with-worker

\b
It runs the syncs that are due or asked for, notes sources that are silent, and removes each night what is kept too long.
Several may run, on several machines where the database is PostgreSQL; what one leaves that dies, another takes up.
Syncs that one runs at a time: OKR_VALIDATOR_SYNCS. Networks that connectors may ask: OKR_VALIDATOR_ALLOWED_NETWORKS.
It ends with code 3 where it was cut off from the database: have it started again by what runs your services.
"""


@click.command("worker", epilog=_EPILOG)
@click.option("--tied", is_flag=True, hidden=True, help="Stop when standard input ends.")
@database_url
def command(tied: bool, database_url: str | None) -> int:
    """Run syncs and the work of the night until interrupted."""
    settings = read_settings()
    logs.configure(settings.log_level)
    for library, event in (("dbos", "jobs"), ("sqlalchemy.pool", "database")):
        logs.take_over(library, event)
    stop = threading.Event()
    _listen(stop)
    if tied:
        threading.Thread(target=_until_closed, args=(stop,), daemon=True).start()
    try:
        work(settings._replace(database_url=database_url or settings.database_url), stop)
    except LostLock:
        logs.log.error("lock lost", meaning="the database was out of reach; other workers take the jobs up")
        return _leave(3)
    return _leave(0)


def _listen(stop: threading.Event) -> None:
    """Stop at a signal; a second one ends the process at once."""

    def heard(number: int, _: FrameType | None) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.set()

    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, heard)


def _until_closed(stop: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    stop.set()


def _leave(code: int) -> int:
    """End with that code, without waiting any longer for what is still under way: another process takes it up."""
    if any(not thread.daemon and thread is not threading.main_thread() for thread in threading.enumerate()):
        sys.stderr.flush()
        os._exit(code)
    return code
