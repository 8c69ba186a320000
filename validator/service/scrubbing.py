"""Making sure that what was deleted is no longer in the files of the database."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from functools import partial

from sqlalchemy import Engine
from sqlalchemy.pool import PoolProxiedConnection

from validator.store.engine import writing
from validator.store.faults import StoreUnavailable, unavailable
from validator.store.reasons import said_plainly
from validator.store.snapshots import remove_orphans
from validator.store.tables import metadata

_EVER = datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)
_AT_ONCE = 200
_PATIENCE = 5.0
"""Seconds for which those are waited for who read what was erased."""
_TURN = 2.0
"""Seconds for which others may have to wait at a time."""
_PAUSE = 0.25
_LEFT = (
    "It is erased from every table, but old pages with what was erased are still in the files of the database: "
    "somebody was reading or writing all the time, so that the files could not be rewritten."
)
_AGAIN = "ask for the same erasure again: it then does only what is left"
_LOOK_BACK = (
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_type = 'client backend' AND age(backend_xmin) > age(CAST(%s AS xid)) LIMIT 1"
)


def remove_all_orphans(engine: Engine, before: datetime.datetime = _EVER) -> int:
    """Remove every snapshot that nothing refers to, some at a time; gives how many."""
    count = 0
    while True:
        with writing(engine) as connection:
            removed = remove_orphans(connection, before, _AT_ONCE)
        count += removed
        if removed < _AT_ONCE:
            return count


def scrub(engine: Engine) -> None:
    """Rewrite the files of the database, in which deleted rows stay readable until then.

    Every writer waits meanwhile. Copies and logs of the database that are kept elsewhere are not reached. Raises
    StoreUnavailable where somebody reads for so long that old pages must stay: then it is to be called again.
    """
    rewrite = _rewrite_sqlite if engine.dialect.name == "sqlite" else _rewrite_postgresql
    busy = engine.dialect.loaded_dbapi.OperationalError
    try:
        with said_plainly(engine.url):
            raw = engine.raw_connection()
        try:
            rewrite(raw, busy)
        finally:
            raw.invalidate()  # with settings of its own, the connection is of no use to others
    except (busy, StoreUnavailable):
        raise unavailable(_LEFT, _AGAIN) from None


def _rewrite_sqlite(raw: PoolProxiedConnection, _: type[Exception]) -> None:
    cursor = raw.cursor()
    cursor.execute("PRAGMA query_only = 0")
    cursor.execute("VACUUM")
    cursor.execute(f"PRAGMA busy_timeout = {round(_PAUSE * 1000)}")

    def emptied() -> bool:
        """Whether the log is written back and empty: SQLite does not raise where a reader still needs it."""
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy, *_ = cursor.fetchone() or (1,)
        return not busy

    _insist(emptied)


def _rewrite_postgresql(raw: PoolProxiedConnection, busy: type[Exception]) -> None:
    raw.driver_connection.autocommit = True  # type: ignore[union-attr]
    cursor = raw.cursor()
    # Whoever wants to read a table waits behind the one who waits to rewrite it: never for long.
    cursor.execute(f"SET lock_timeout = '{round(_TURN * 1000)}ms'")
    cursor.execute("SELECT txid_snapshot_xmax(txid_current_snapshot()) % 4294967296")
    (mark,) = cursor.fetchone() or (0,)

    def nobody_looks_back() -> bool:
        """Whether no transaction is left that began before this: VACUUM keeps what such a one may still read."""
        cursor.execute(_LOOK_BACK, (str(mark),))
        return cursor.fetchone() is None

    def rewritten(table: str) -> bool:
        try:
            cursor.execute(f"VACUUM FULL {table}")
        except busy:
            return False
        return True

    _insist(nobody_looks_back)
    for table in metadata.sorted_tables:
        _insist(partial(rewritten, table.name))


def _insist(attempt: Callable[[], bool]) -> None:
    """Try for a while, with pauses in which others get on; raises StoreUnavailable where it was in vain."""
    until = time.monotonic() + _PATIENCE
    while not attempt():
        if time.monotonic() > until:
            raise unavailable(_LEFT, _AGAIN)
        time.sleep(_PAUSE)
