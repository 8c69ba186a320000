"""Telling a process that has died from one that is slow, on this machine or another: each holds a lock for as long as it lives.

On PostgreSQL the lock is the database's, and falls with the session; on SQLite it is a file's, and falls with the process.
"""

from __future__ import annotations

import fcntl
import os
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import NullPool, create_engine
from sqlalchemy.engine import URL

from validator.store.address import read_address, shown
from validator.store.faults import unavailable
from validator.store.reasons import said_plainly

_TAKE = "SELECT pg_try_advisory_lock(hashtextextended('okr-executor:' || %(name)s, 0))"
_GIVE = "SELECT pg_advisory_unlock(hashtextextended('okr-executor:' || %(name)s, 0))"
# The server, too, must notice that the other end is gone: by default it waits for two hours.
_NOTICE = ("SET tcp_keepalives_idle = 10", "SET tcp_keepalives_interval = 5", "SET tcp_keepalives_count = 3")
_ARGUMENTS = {"connect_timeout": 10, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}


def new_name() -> str:
    """A name that no other process has or will have: it begins with the machine's."""
    return f"{socket.gethostname()[:60]}-{os.getpid()}-{uuid.uuid4().hex[:8]}"


@contextmanager
def held(address: str, name: str) -> Iterator[Callable[[], bool]]:
    """Hold the lock of a name; what is given tells whether it is still held. Raises BadStore, StoreUnavailable."""
    with _lock(address, name) as taken:
        if taken is None:
            raise RuntimeError(f"the lock {name} is held by another")
        yield taken


@contextmanager
def taken_from_the_dead(address: str, name: str) -> Iterator[bool]:
    """Whether the process of that name has died; if so, nobody else finds that out until the end of the block.

    Raises BadStore, StoreUnavailable.
    """
    with _lock(address, name) as taken:
        yield taken is not None


def _lock(address: str, name: str) -> AbstractContextManager[Callable[[], bool] | None]:
    """The lock of a name, None where another holds it; what is given tells whether it is still held."""
    url = read_address(address)
    return _file(url, name) if url.drivername == "sqlite" else _session(url, name)


@contextmanager
def _session(url: URL, name: str) -> Iterator[Callable[[], bool] | None]:
    with said_plainly(url):
        engine = create_engine(url, poolclass=NullPool, connect_args=_ARGUMENTS, hide_parameters=True)
        connection = engine.raw_connection()
    # The driver's own connection: SQLAlchemy would make a new one, without the lock, where this one is lost.
    session: Any = connection.driver_connection
    connection.detach()
    try:
        session.autocommit = True
        for statement in _NOTICE:
            session.execute(statement)
        mine = session.execute(_TAKE, {"name": name}).fetchone()[0]
        yield (lambda: _answers(session)) if mine else None
        if mine and _answers(session):
            session.execute(_GIVE, {"name": name})
    except psycopg.OperationalError as error:
        raise unavailable(f"The database {shown(url)} does not serve: {type(error).__name__}.") from None
    finally:
        session.close()


def _answers(session: Any) -> bool:
    try:
        return bool(session.execute("SELECT 1").fetchone() == (1,))
    except psycopg.Error:
        return False


@contextmanager
def _file(url: URL, name: str) -> Iterator[Callable[[], bool] | None]:
    path = Path(f"{url.database}.locks") / name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        try:
            yield path.exists
        finally:
            path.unlink(missing_ok=True)
