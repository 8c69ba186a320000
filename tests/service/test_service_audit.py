"""The audit trail: what is recorded, found again, and handed out."""

from __future__ import annotations

import datetime

import orjson
import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError

from validator.service import audit
from validator.store.engine import reading, writing
from validator.store.tables import audit as trail

NOON = datetime.datetime(2026, 11, 22, 12, 0, tzinfo=datetime.UTC)


def _hours(number: int) -> datetime.datetime:
    return NOON + datetime.timedelta(hours=number)


@pytest.fixture
def filled(database: Engine) -> Engine:
    """A database in which Ana waived three findings, one an hour, and Ben revoked a key."""
    with writing(database) as connection:
        for number in range(3):
            audit.record(connection, _hours(number), "Ana", "waive", "finding", f"f{number}", None, {"days": number})
        audit.record(connection, _hours(3), "Ben", "revoke", "key", "k1", {"revoked_at": None}, None)
    return database


def _ids(engine: Engine, filters: audit.Filters = audit.ALL, **more: int) -> list[str]:
    with reading(engine) as connection:
        return [entry.target_id for entry in audit.read(connection, filters, **more)]


def test_an_entry_says_who_did_what_to_what_and_when_with_before_and_after(filled: Engine) -> None:
    with reading(filled) as connection:
        revoked, *_, waived = audit.read(connection)
    assert revoked[1:] == (_hours(3), "Ben", "revoke", "key", "k1", {"revoked_at": None}, None)
    assert waived[1:] == (NOON, "Ana", "waive", "finding", "f0", None, {"days": 0})


def test_entries_come_newest_first_in_pages_that_neither_repeat_nor_skip(filled: Engine) -> None:
    with reading(filled) as connection:
        first = audit.read(connection, limit=2)
    with writing(filled) as connection:
        audit.record(connection, _hours(4), "Ben", "create", "key", "k2", None, None)
    with reading(filled) as connection:
        second = audit.read(connection, below=first[-1].id, limit=2)
    assert [entry.target_id for entry in (*first, *second)] == ["k1", "f2", "f1", "f0"]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (audit.Filters(actor="Ana"), ["f2", "f1", "f0"]),
        (audit.Filters(action="revoke"), ["k1"]),
        (audit.Filters(target_kind="finding", target_id="f1"), ["f1"]),
        (audit.Filters(since=_hours(1), until=_hours(3)), ["f2", "f1"]),
        (audit.Filters(actor="Ana", action="revoke"), []),
    ],
    ids=["by actor", "by action", "by target", "from a moment on and before another", "by two that never meet"],
)
def test_entries_are_found_by_what_they_say(filled: Engine, filters: audit.Filters, found: list[str]) -> None:
    assert _ids(filled, filters) == found


def test_an_entry_is_kept_only_if_the_change_that_it_tells_of_is(database: Engine) -> None:
    def waive_and_fail() -> None:
        with writing(database) as connection:
            audit.record(connection, NOON, "Ana", "waive", "finding", "f1", None, None)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        waive_and_fail()
    assert _ids(database) == []


def test_an_entry_is_never_changed(filled: Engine) -> None:
    with pytest.raises(IntegrityError, match="append-only"), writing(filled) as connection:
        connection.execute(trail.update().values(actor="Ben"))


def test_the_export_has_a_line_for_every_entry_oldest_first(database: Engine) -> None:
    with writing(database) as connection:
        for number in range(2_345):
            audit.record(connection, _hours(number), "Ana\n", "waive", "finding", f"f{number}", None, {"wärum": "“x”"})
    with reading(database) as connection:
        newest = connection.scalar(select(func.max(trail.c.id)))
    text = b"".join(audit.exported(database, audit.Filters(since=_hours(2))))
    read = [orjson.loads(line) for line in text.splitlines()]
    assert text.endswith(b"}\n")
    assert [line["target_id"] for line in read] == [f"f{number}" for number in range(2, 2_345)]
    assert read[-1]["id"] == newest
    assert read[0] | {"id": 0} == {
        "id": 0,
        "at": "2026-11-22T14:00:00+00:00",
        "actor": "Ana\n",
        "action": "waive",
        "target_kind": "finding",
        "target_id": "f2",
        "before": None,
        "after": {"wärum": "“x”"},
    }
