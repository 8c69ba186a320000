"""Making sure that what was deleted is no longer in the files of the database."""

from __future__ import annotations

import datetime

from sqlalchemy import Engine

from validator.store.engine import writing
from validator.store.reasons import said_plainly
from validator.store.snapshots import remove_orphans
from validator.store.tables import metadata

_EVER = datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)
_AT_ONCE = 200


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
    StoreUnavailable where the database is too busy: then it may be called again.
    """
    with said_plainly(engine.url):
        raw = engine.raw_connection()
        try:
            if engine.dialect.name == "sqlite":
                statements = ["PRAGMA query_only = 0", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"]
            else:
                raw.driver_connection.autocommit = True  # type: ignore[union-attr]
                statements = [f"VACUUM FULL {table.name}" for table in metadata.sorted_tables]
            cursor = raw.cursor()
            for statement in statements:
                cursor.execute(statement)
                if statement.startswith("PRAGMA"):
                    cursor.fetchall()
        finally:
            raw.invalidate()  # with settings of its own, the connection is of no use to others
