"""Transactions: one writes at a time, readers see one state, and whatever ends early leaves nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from tests.store.store_rows import NOON, connection_row
from validator.store.engine import make_engine, reading, writing
from validator.store.faults import StoreUnavailable
from validator.store.tables import connections


def _add(engine: Engine, id: str = "acme") -> None:
    with writing(engine) as connection:
        connection.execute(insert(connections).values(connection_row(id)))


def _count(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(connections)).scalar_one()


def test_a_transaction_is_kept_whole_or_not_at_all(database: Engine) -> None:
    _add(database)

    def two_then_an_error() -> None:
        with writing(database) as connection:
            connection.execute(insert(connections), [connection_row("b"), connection_row("c")])
            raise LookupError

    with pytest.raises(LookupError):
        two_then_an_error()
    assert _count(database) == 1


def test_what_a_writer_has_read_stays_true_until_it_commits(address: str, database: Engine) -> None:
    _add(database)
    other = make_engine(address)  # as another process would have

    def raise_version(number: int) -> None:
        with writing(database if number % 2 else other) as connection:
            version = connection.execute(select(connections.c.version)).scalar_one()
            connection.execute(update(connections).values(version=version + 1))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(raise_version, range(100)))
    other.dispose()
    with reading(database) as connection:
        assert connection.execute(select(connections.c.version)).scalar_one() == 101


def test_a_reader_sees_one_state_and_waits_for_nobody(database: Engine) -> None:
    _add(database)
    counted = select(func.count()).select_from(connections)
    with reading(database) as reader:
        assert reader.execute(counted).scalar_one() == 1
        with writing(database) as writer:
            writer.execute(insert(connections).values(connection_row("b")))
            assert reader.execute(counted).scalar_one() == 1
        assert reader.execute(counted).scalar_one() == 1
    assert _count(database) == 2


def test_a_reader_cannot_write_and_the_next_writer_can(database: Engine) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"), reading(database) as connection:
        connection.execute(insert(connections).values(connection_row()))
    _add(database)
    assert _count(database) == 1


def test_a_writer_that_waits_in_vain_is_told_to_try_again(address: str, database: Engine) -> None:
    hasty = make_engine(address, patience=0.2)
    with writing(database) as connection:
        connection.execute(insert(connections).values(connection_row()))
        with pytest.raises(StoreUnavailable, match="busy") as caught:
            _add(hasty, "b")
        assert "try again" in caught.value.faults[0].hint
    _add(hasty, "b")
    hasty.dispose()
    assert _count(database) == 2


def _open_many(engine: Engine, transactions: ExitStack) -> None:
    for _ in range(100):
        transactions.enter_context(reading(engine))


def test_more_transactions_than_connections_are_told_to_try_again(address: str) -> None:
    hasty = make_engine(address, patience=0.2)
    with ExitStack() as transactions, pytest.raises(StoreUnavailable, match="every connection is in use"):
        _open_many(hasty, transactions)
    assert _count(hasty) == 0
    hasty.dispose()


HOLDER = """
import sys
from sqlalchemy import insert
from tests.store.store_rows import connection_row
from validator.store.engine import make_engine, writing
from validator.store.tables import connections
with writing(make_engine(sys.argv[1])) as connection:
    connection.execute(insert(connections).values(connection_row("half")))
    print("holding", flush=True)
    sys.stdin.read()
"""


def test_a_writer_that_is_killed_leaves_nothing_and_holds_nobody_up(address: str, database: Engine) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "holding\n"
        waiting = threading.Thread(target=_add, args=(database,))
        waiting.start()
        os.kill(holder.pid, signal.SIGKILL)
        waiting.join(timeout=10)
    assert not waiting.is_alive()
    with reading(database) as connection:
        assert connection.scalars(select(connections.c.id)).all() == ["acme"]


def test_an_error_repeats_no_value_of_a_row(database: Engine) -> None:
    _add(database)
    with pytest.raises(DBAPIError) as caught, writing(database) as connection:
        connection.execute(insert(connections).values(connection_row(name="Whispered")))
    assert "Whispered" not in str(caught.value)


def test_sqlite_is_set_to_lose_nothing(address: str, database: Engine, kind: str) -> None:
    if kind != "sqlite":
        pytest.skip("PostgreSQL does so by itself")
    with writing(database) as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert found == ["wal", 2, 1]


def test_a_session_that_falls_silent_while_it_writes_is_ended(database: Engine, kind: str) -> None:
    if kind != "postgresql":
        pytest.skip("SQLite has no sessions: a process that ends lets go")
    with writing(database) as connection:
        assert connection.exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar_one() == "1min"
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar_one() == "15s"


def test_times_come_back_as_they_went_in(database: Engine) -> None:
    _add(database)
    with reading(database) as connection:
        found = connection.execute(select(connections.c.created_at)).scalar_one()
    assert (NOON, NOON.tzinfo) == (found, found.tzinfo)


def test_a_server_set_to_other_transactions_makes_no_difference(address: str, kind: str) -> None:
    if kind != "postgresql":
        pytest.skip("SQLite has one kind of transaction")
    engine = make_engine(f"{address}&options=-c%20default_transaction_isolation%3Dserializable")
    with writing(engine) as connection:
        assert connection.exec_driver_sql("SHOW default_transaction_isolation").scalar_one() == "serializable"
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar_one() == "read committed"
    with reading(engine) as connection:
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar_one() == "repeatable read"
    engine.dispose()


OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def _add_while_the_server_ends_the_session(database: Engine, other: Engine) -> None:
    with writing(database) as connection:
        with reading(other) as killer:
            killer.exec_driver_sql(OTHERS)
        connection.execute(insert(connections).values(connection_row("b")))


def test_a_server_that_ended_every_session_serves_the_next_transaction(
    address: str, database: Engine, kind: str
) -> None:
    if kind != "postgresql":
        pytest.skip("SQLite has no sessions")
    other = make_engine(address)
    with pytest.raises(StoreUnavailable, match="does not serve"):
        _add_while_the_server_ends_the_session(database, other)
    other.dispose()
    _add(database, "c")
    assert _count(database) == 1


def test_a_database_that_the_server_does_not_have_is_named(address: str, kind: str) -> None:
    if kind != "postgresql":
        pytest.skip("SQLite has no server")
    engine = make_engine(address.replace("/okr_", "/nowhere_"))
    with pytest.raises(StoreUnavailable, match=r"nowhere_\d+\" does not exist"), reading(engine):
        pytest.fail("there is no such database")
