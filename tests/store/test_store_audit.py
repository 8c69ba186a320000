"""The audit trail: rows are added, and change only where a transaction says why."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.store.store_rows import NOON, audit_row
from validator.store.audit_lock import unlocked
from validator.store.engine import reading, writing
from validator.store.tables import audit, audit_unlocked

ERASED = {"actor": "somebody", "after": {}}


@pytest.fixture
def trail(database: Engine) -> Engine:
    """A database whose audit trail has one row."""
    with writing(database) as connection:
        connection.execute(insert(audit).values(audit_row()))
    return database


def _rows(engine: Engine) -> list[dict[str, Any]]:
    with reading(engine) as connection:
        return [dict(row) for row in connection.execute(select(audit)).mappings()]


@pytest.mark.parametrize("statement", [update(audit).values(ERASED), audit.delete()], ids=["update", "delete"])
def test_what_the_trail_says_is_neither_changed_nor_removed(trail: Engine, statement: Any) -> None:
    before = _rows(trail)
    with pytest.raises(IntegrityError, match="append-only"), writing(trail) as connection:
        connection.execute(statement)
    assert before == _rows(trail)


def test_the_trail_cannot_be_emptied_at_once(trail: Engine, kind: str) -> None:
    if kind != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(IntegrityError, match="append-only"), writing(trail) as connection, unlocked(connection, "x"):
        connection.exec_driver_sql("TRUNCATE okr_audit")


def test_names_are_erased_by_the_one_marked_path(trail: Engine) -> None:
    with writing(trail) as connection, unlocked(connection, "Ana asked to be forgotten"):
        connection.execute(update(audit).values(ERASED))
    (row,) = _rows(trail)
    assert (row["actor"], row["after"], row["at"], row["action"]) == ("somebody", {}, NOON, "waive")


def test_rows_kept_long_enough_are_removed_by_the_one_marked_path(trail: Engine) -> None:
    with writing(trail) as connection, unlocked(connection, "kept for two years"):
        connection.execute(audit.delete())
    assert _rows(trail) == []


@pytest.mark.parametrize("change", [{"id": 99}, {"action": "praise"}, {"at": NOON.replace(year=2020)}], ids=str)
def test_even_so_what_was_done_and_when_stays(trail: Engine, change: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="append-only"), writing(trail) as connection, unlocked(connection, "x"):
        connection.execute(update(audit).values(change))


def test_the_trail_is_locked_again_after_the_block_and_after_an_error_in_it(trail: Engine) -> None:
    with writing(trail) as connection:
        with unlocked(connection, "nothing"):
            pass
        with pytest.raises(DBAPIError), unlocked(connection, "a slip"):
            connection.exec_driver_sql("SELECT nothing FROM nowhere")
        assert connection.execute(select(audit_unlocked)).all() == []
    with pytest.raises(IntegrityError, match="append-only"), writing(trail) as connection:
        connection.execute(audit.delete())
