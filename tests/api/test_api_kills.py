"""The server killed at random moments while people write: the short form of `python -m benchmarks.kills`."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import Engine, text

from benchmarks.kills.kept import kept
from benchmarks.kills.places import place
from benchmarks.kills.rounds import Outcome, play
from benchmarks.kills.striking import Plan
from benchmarks.kills.whole import half
from validator.store.engine import make_engine, reading, writing


class Played(NamedTuple):
    """What came of some kills, and the database that they left."""

    outcome: Outcome
    file: Path


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Three kills."""
    folder = tmp_path_factory.mktemp("kills")
    with place("sqlite", folder) as where:
        yield Played(play(where, Plan(3, seed=1, people=4, latest=0.6, wait=False), lambda *_: None), folder / "okr.db")


@pytest.fixture
def copy(played: Played, tmp_path: Path) -> Iterator[Engine]:
    """The database that was left, to be spoiled."""
    with contextlib.closing(sqlite3.connect(played.file)) as connection:
        connection.execute("VACUUM INTO ?", [f"{tmp_path}/okr.db"])  # the file alone may lack what its log still has
    engine = make_engine(f"sqlite:///{tmp_path}/okr.db")
    yield engine
    engine.dispose()


def test_after_a_kill_nothing_is_half_there_lost_or_doubled(played: Played) -> None:
    assert played.outcome.examiner.faults == []


def test_every_kill_fell_into_writing(played: Played) -> None:
    assert [kill.interrupted > 0 for kill in played.outcome.kills] == [True] * 3
    assert played.outcome.examiner.runs > 4
    assert all(not person.ledger.open for person in played.outcome.people)


LAST_RUN = "(SELECT id FROM okr_run ORDER BY id DESC LIMIT 1)"
TOLD = "at, actor, action, target_kind, target_id, before, after"


@pytest.mark.parametrize(
    ("spoiled", "said"),
    [
        (f"DELETE FROM okr_snapshot WHERE digest = (SELECT report_digest FROM okr_run WHERE id = {LAST_RUN})", "of nothing"),
        (f"UPDATE okr_run SET number = number + 1 WHERE id = {LAST_RUN}", "have the numbers"),
        (f"UPDATE okr_run SET counts = json_set(counts, '$.error', 99) WHERE id = {LAST_RUN}", "counts"),
        ("DELETE FROM okr_finding_event WHERE event = 'new' AND run_id IS NOT NULL", "0 events of new"),
        (f"UPDATE okr_finding SET last_seen_run = 'none' WHERE last_seen_run = {LAST_RUN}", "which is not there"),
        ("DELETE FROM okr_key WHERE created_by <> 'kills'", "in the audit trail alone"),
        (f"INSERT INTO okr_audit ({TOLD}) SELECT {TOLD} FROM okr_audit WHERE action = 'record' LIMIT 1", "2 times in"),
        ("DELETE FROM okr_snapshot WHERE digest = (SELECT text_digest FROM okr_text_draft LIMIT 1)", "names the text"),
    ],
)  # fmt: skip
def test_what_is_half_there_is_found(copy: Engine, spoiled: str, said: str) -> None:
    with writing(copy) as connection:
        assert connection.execute(text(spoiled)).rowcount > 0
    with reading(copy) as connection:
        assert any(said in fault for fault in half(connection, set()))


@pytest.mark.parametrize(
    ("table", "where"),
    [
        ("okr_run", "1"),
        ("okr_waiver", "kind = 'waiver'"),
        ("okr_key", "created_by <> 'kills'"),
        ("okr_connection", "1"),
    ],
)
def test_what_is_lost_is_found(played: Played, copy: Engine, table: str, where: str) -> None:
    with writing(copy) as connection:
        assert connection.execute(text(f"DELETE FROM {table} WHERE {where}")).rowcount > 0
    assert kept(copy, played.outcome.people).lost != []


def test_what_is_doubled_or_that_nobody_asked_for_is_found(played: Played, copy: Engine) -> None:
    columns = "name, digest, role, connections, created_by, created_at, expires_at, revoked_at, last_used_at"
    with writing(copy) as connection:
        twice = f"INSERT INTO okr_key SELECT 'twice', {columns} FROM okr_key WHERE created_by <> 'kills' LIMIT 1"
        assert connection.execute(text(twice)).rowcount == 1
        other = f"INSERT INTO okr_key SELECT 'other', 'other', {columns[6:]} FROM okr_key WHERE created_by <> 'kills' LIMIT 1"
        assert connection.execute(text(other)).rowcount == 1
    found = kept(copy, played.outcome.people)
    assert len(found.doubled) == 1
    assert found.unasked == ["other: made for nobody"]
