"""Telling a process that has died from one that is slow."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from validator.jobs.liveness import held, new_name, taken_from_the_dead

HOLD = """
import sys
from validator.jobs.liveness import held
with held(sys.argv[1], sys.argv[2]):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holding(address: str, name: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that holds the lock of a name."""
    command = [sys.executable, "-c", HOLD, address, name]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        try:
            yield process
        finally:
            process.kill()


def is_dead(address: str, name: str) -> bool:
    with taken_from_the_dead(address, name) as dead:
        return dead


def test_a_process_lives_until_it_is_killed(empty_address: str) -> None:
    name = new_name()
    with holding(empty_address, name) as process:
        assert not is_dead(empty_address, name)
        process.kill()
        process.wait()
        assert is_dead(empty_address, name)


def test_only_one_finds_at_a_time_that_a_process_has_died(empty_address: str) -> None:
    with taken_from_the_dead(empty_address, "gone") as first:
        assert first
        assert not is_dead(empty_address, "gone")
        assert is_dead(empty_address, "another")
    assert is_dead(empty_address, "gone")


def test_names_differ_and_a_lock_ends_with_its_block(empty_address: str) -> None:
    one, other = new_name(), new_name()
    assert one != other
    with held(empty_address, one) as still:
        assert still()
        assert not is_dead(empty_address, one)
    assert is_dead(empty_address, one)


def test_who_loses_its_lock_is_told(empty_address: str, kind: str, tmp_path: Path) -> None:
    with held(empty_address, "me") as still:
        assert still()
        if kind == "sqlite":
            (tmp_path / "okr.db.locks" / "me").unlink()
        else:
            _end_other_sessions(empty_address)
        assert not still()


def _end_other_sessions(address: str) -> None:
    engine = create_engine(address.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    asked = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with engine.connect() as connection:
        connection.execute(text(asked))
    engine.dispose()
