"""Engines and transactions.

One transaction writes at a time, on PostgreSQL as on SQLite: what a writer has read stays true until it commits, so no
transaction fails because of another and none is run twice. Readers see one state of the whole store, and wait for nobody.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL

from validator.store.address import read_address
from validator.store.reasons import said_plainly

PATIENCE = 15.0
"""Seconds that a transaction waits for the one that writes, and for a connection."""
_IDLE = "60s"
"""A PostgreSQL session that writes and then says nothing for so long is ended, so that the others can go on."""
_WRITERS_LOCK = 0x6F6B72  # "okr": the number of the advisory lock that a writer holds
_READ_ONLY = "okr_read_only"


def make_engine(address: str, *, patience: float = PATIENCE, foreign_keys: bool = True) -> Engine:
    """An engine for the store; connects to nothing yet. Raises BadStore for an address that cannot be used.

    An engine must not be carried over a fork. `foreign_keys` off is for migrations, which replace tables on SQLite.
    """
    url = read_address(address)
    if url.drivername == "sqlite":
        return _sqlite(url, patience, foreign_keys)
    return _postgresql(url, patience)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: committed at the end, rolled back by an exception.

    Raises StoreUnavailable where it waited in vain for another writer, or the database is out of reach.
    """
    with said_plainly(engine.url), engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the store and cannot write. Raises StoreUnavailable as `writing` does."""
    with said_plainly(engine.url), engine.connect() as connection:
        options: dict[str, Any] = {_READ_ONLY: True}
        if engine.dialect.name == "postgresql":
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        connection.execution_options(**options)
        with connection.begin():
            yield connection


def _sqlite(url: URL, patience: float, foreign_keys: bool) -> Engine:
    engine = create_engine(url, connect_args={"timeout": patience}, pool_timeout=patience, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # transactions are begun below, never by the driver
        connection.execute(f"PRAGMA foreign_keys = {foreign_keys:d}")
        # FULL: with a write-ahead log, NORMAL may lose what was answered already when the power fails.
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        read_only = _is_read_only(connection)
        connection.exec_driver_sql(f"PRAGMA query_only = {read_only:d}")
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _postgresql(url: URL, patience: float) -> Engine:
    arguments = {} if "connect_timeout" in url.query else {"connect_timeout": 10}
    engine = create_engine(
        url,
        connect_args=arguments,
        isolation_level="READ COMMITTED",  # a writer that waited for its turn must see what the others wrote
        pool_timeout=patience,
        pool_pre_ping=True,
        hide_parameters=True,
    )

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        if not _is_read_only(connection):
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{round(patience * 1000)}ms'")
            connection.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = '{_IDLE}'")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})")

    return engine


def _is_read_only(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get(_READ_ONLY))
