"""Retention: what was kept long enough goes, on time and in small steps; what the next run needs stays."""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select

from tests.history.histories import START, company, entry
from tests.service.service_runs import add_connection, at, record, small, states
from tests.store.store_rows import NOON, connection_row, run_row
from validator.service import audit, retention
from validator.service.retention import Limits, Removed
from validator.store.engine import reading, writing
from validator.store.snapshots import pack, put
from validator.store.tables import connections, findings, runs, snapshots

DAY = datetime.timedelta(days=1)


def _apply(engine: Engine, now: datetime.datetime = NOON, **limits: int) -> Removed:
    return retention.apply(engine, now, "cli:root", Limits(**limits))


def _run(engine: Engine, id: str, ended: datetime.datetime, **more: Any) -> None:
    """A run with a document of its own, of a kilobyte that cannot be compressed."""
    packed = pack(os.urandom(1_000))
    with writing(engine) as connection:
        digest = put(connection, packed, ended)
        row = run_row(id, started_at=ended, finished_at=ended, document_digest=digest)
        connection.execute(insert(runs).values(row | more))


def _left(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.scalars(select(runs.c.id).order_by(runs.c.id)))


@pytest.fixture
def engine(database: Engine) -> Engine:
    """A store with two connections."""
    with writing(database) as connection:
        for id in ("acme", "other"):
            connection.execute(insert(connections).values(connection_row(id)))
    return database


def test_a_run_goes_when_its_days_are_over_and_not_before(engine: Engine) -> None:
    for number in (1, 2, 3):
        _run(engine, f"r{number}", NOON - (4 - number) * DAY, number=number)
    assert _apply(engine, days=3).runs == 0
    gone = _apply(engine, NOON + datetime.timedelta(seconds=1), days=3)
    assert (gone.runs, gone.snapshots, _left(engine)) == (1, 1, ["r2", "r3"])


def test_the_last_run_and_the_last_complete_one_of_each_connection_stay_however_old(engine: Engine) -> None:
    old = NOON - 900 * DAY
    _run(engine, "a1", old, number=1)
    _run(engine, "a2", old, number=2)
    _run(engine, "a3", old, number=3, complete=False)
    _run(engine, "b1", old, connection_id="other")
    _run(engine, "loose", old, connection_id=None, number=None)
    assert _apply(engine, days=30).runs == 2
    assert _left(engine) == ["a2", "a3", "b1"]


def test_the_oldest_runs_make_room_until_the_rest_fits(engine: Engine) -> None:
    for number in range(1, 8):
        _run(engine, f"r{number}", NOON - (9 - number) * DAY, number=number)
    assert _apply(engine, most_bytes=100_000).runs == 0
    room = retention.apply(engine, NOON, "cli:root", Limits(most_bytes=5_500), step=1)
    assert (room.runs, _left(engine)) == (2, ["r3", "r4", "r5", "r6", "r7"])
    assert 5_000 < room.bytes_left <= 5_500
    assert _apply(engine, most_bytes=1).bytes_left > 1_000  # what must stay is larger
    assert _left(engine) == ["r7"]


def test_many_runs_go_in_small_transactions_each_of_which_is_told_of(engine: Engine) -> None:
    old = NOON - 90 * DAY
    with writing(engine) as connection:
        rows = [run_row(f"r{n:04}", number=n, started_at=old, finished_at=old) for n in range(1, 252)]
        connection.execute(insert(runs), rows)
    assert _apply(engine, days=30).runs == 250
    with reading(engine) as connection:
        told = audit.read(connection, audit.Filters(action="expire"))
    assert [entry.after and entry.after["removed"] for entry in told] == [50, 100, 100]
    assert _apply(engine, days=30).runs == 0


def test_what_nothing_refers_to_goes_and_what_something_refers_to_stays(engine: Engine) -> None:
    shared = pack(b"a document of two connections")
    with writing(engine) as connection:
        digest = put(connection, shared, NOON - 90 * DAY)
        put(connection, pack(b"forgotten"), NOON - DAY)
    _run(engine, "a1", NOON - 90 * DAY, number=1, document_digest=digest)
    _run(engine, "a2", NOON - DAY, number=2)
    _run(engine, "b1", NOON - DAY, connection_id="other", document_digest=digest)
    gone = _apply(engine, days=30)
    assert (gone.runs, _left(engine)) == (1, ["a2", "b1"])
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).where(snapshots.c.digest == digest)) == 1
        assert connection.scalar(select(func.count()).select_from(snapshots)) == 2


def test_without_limits_every_run_stays(engine: Engine) -> None:
    _run(engine, "r1", NOON - 9_000 * DAY)
    _run(engine, "r2", NOON - 9_000 * DAY, number=2)
    assert (_apply(engine).runs, _left(engine)) == (0, ["r1", "r2"])


def test_findings_live_on_when_the_runs_that_saw_them_are_gone(database: Engine, tmp_path: Path) -> None:
    add_connection(database)
    rules, document = small(tmp_path), company()
    entry(document, "S1")["owners"] = []
    for number in range(3):
        record(database, document, rules, START + number * DAY)
    assert _apply(database, at(START + 99 * DAY), days=1).runs == 2
    record(database, company(), rules, START + 99 * DAY)
    assert states(database)["unowned S1"] == "resolved"
    with reading(database) as connection:
        assert connection.scalar(select(findings.c.first_seen_at).limit(1)) == at(START)


def test_limits_are_applied_once_a_day_whoever_looks(engine: Engine) -> None:
    for number in (1, 2, 3):
        _run(engine, f"r{number}", NOON - 40 * DAY, number=number)
    limits = Limits(days=30)
    first = retention.apply_when_due(engine, NOON, "retention", limits)
    assert first is not None
    assert (first.runs, _left(engine)) == (2, ["r3"])
    assert retention.apply_when_due(engine, NOON + DAY - datetime.timedelta(seconds=1), "retention", limits) is None
    assert retention.apply_when_due(engine, NOON + DAY, "retention", limits) is not None
    with reading(engine) as connection:
        told = audit.read(connection, audit.Filters(action="apply"))
        last = retention.last_applied(connection)
    assert [entry.after and entry.after["runs"] for entry in told] == [0, 2]
    assert last == told[0]
    assert (last.at, last.actor) == (NOON + DAY, "retention")


def test_who_applies_them_by_hand_has_seen_to_it_for_the_day(engine: Engine) -> None:
    with reading(engine) as connection:
        assert retention.last_applied(connection) is None
    _apply(engine, days=1)
    assert retention.apply_when_due(engine, NOON, "retention", Limits(days=30)) is None


def test_without_limits_nothing_is_ever_due(engine: Engine) -> None:
    assert retention.apply_when_due(engine, NOON, "retention", retention.limits_of(None, None)) is None
    with reading(engine) as connection:
        assert retention.last_applied(connection) is None


def test_megabytes_of_the_settings_are_bytes_of_the_limits() -> None:
    assert retention.limits_of(30, 5) == Limits(30, 5_000_000)
