"""What the tables keep and refuse, the same on both databases."""

from __future__ import annotations

import datetime

import pytest
from sqlalchemy import Engine, Table, func, insert, select
from sqlalchemy.exc import IntegrityError, StatementError

from tests.store.store_rows import NOON, connection_row, event_row, finding_row, run_row
from validator.store import tables
from validator.store.engine import reading, writing

TEAM_ROW = {"connection_id": "acme", "finding_id": "f1", "team": "north"}
OWNER_ROW = {"connection_id": "acme", "finding_id": "f1", "owner": "ana"}
WAIVER_ROW = {
    "id": "w1",
    "connection_id": "acme",
    "scope": "finding",
    "finding_id": "f1",
    "reason": "It ends with the quarter.",
    "owner": "Ana",
    "last_day": NOON.date(),
    "created_by": "Ana",
    "created_at": NOON,
    "kind": "waiver",
    "version": 1,
}
DECISION_ROW = {
    "id": "d1",
    "connection_id": "acme",
    "finding_id": "f1",
    "decider": "Ana",
    "gives_way": "C2",
    "rationale": "The north comes first.",
    "decided_on": NOON.date(),
    "sides_digest": "sha256:1",
    "recorded_by": "Ana",
    "recorded_at": NOON,
}
KEY_ROW = {"id": "k1", "name": "Build", "digest": "1", "role": "reader", "created_by": "Ana", "created_at": NOON}
IDEMPOTENCY_ROW = {"actor": "k1", "key": "1", "request_digest": "1", "state": "running", "created_at": NOON}
DRAFT_ROW = {
    "kind": "ruleset",
    "name": "ours",
    "text_digest": "1",
    "version": 1,
    "updated_by": "Ana",
    "updated_at": NOON,
}
OF_A_CONNECTION = [
    (tables.runs, run_row()),
    (tables.findings, finding_row()),
    (tables.finding_teams, TEAM_ROW),
    (tables.finding_owners, OWNER_ROW),
    (tables.finding_events, event_row()),
    (tables.waivers, WAIVER_ROW),
    (tables.decisions, DECISION_ROW),
]


@pytest.fixture
def filled(database: Engine) -> Engine:
    """A database with one row of each table that belongs to a connection."""
    with writing(database) as connection:
        connection.execute(insert(tables.connections).values(connection_row()))
        for table, row in OF_A_CONNECTION:
            connection.execute(insert(table).values(row))
    return database


def _counts(engine: Engine) -> set[int]:
    with reading(engine) as connection:
        counted = [select(func.count()).select_from(table) for table, _ in OF_A_CONNECTION]
        return {connection.execute(statement).scalar_one() for statement in counted}


def test_with_a_connection_goes_all_that_belongs_to_it(filled: Engine) -> None:
    assert _counts(filled) == {1}
    with writing(filled) as connection:
        connection.execute(tables.connections.delete())
    assert _counts(filled) == {0}


@pytest.mark.parametrize(
    ("table", "row"),
    [
        pytest.param(tables.connections, connection_row(fail_on="fatal"), id="a gate of another severity"),
        pytest.param(tables.runs, run_row("run-2", number=2, status="maybe"), id="a run that neither passes nor fails"),
        pytest.param(tables.runs, run_row("run-2"), id="a second run of one number"),
        pytest.param(tables.runs, run_row("run-2", connection_id="other"), id="a run of an unknown connection"),
        pytest.param(tables.findings, finding_row(), id="a second finding of one fingerprint"),
        pytest.param(tables.findings, finding_row("f2", state="gone"), id="a finding in another state"),
        pytest.param(tables.findings, finding_row("f2", severity="off"), id="a finding of another severity"),
        pytest.param(tables.findings, finding_row("f2", message=None), id="a finding without its message"),
        pytest.param(tables.finding_events, event_row(finding_id="f2"), id="an event of an unknown finding"),
        pytest.param(tables.finding_teams, TEAM_ROW, id="a team twice on one finding"),
        pytest.param(tables.waivers, WAIVER_ROW | {"id": "w2", "scope": "all"}, id="a waiver of another scope"),
        pytest.param(tables.waivers, WAIVER_ROW | {"id": "w2", "kind": "gift"}, id="a waiver of another kind"),
        pytest.param(tables.keys, KEY_ROW | {"role": "owner"}, id="a key of another role"),
        pytest.param(tables.idempotency, IDEMPOTENCY_ROW | {"state": "lost"}, id="an answer in another state"),
        pytest.param(tables.text_drafts, DRAFT_ROW | {"kind": "poem"}, id="a text of another kind"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused(filled: Engine, table: Table, row: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), writing(filled) as connection:
        connection.execute(insert(table).values(row))


def test_the_rows_that_are_changed_above_are_good_without_the_change(filled: Engine) -> None:
    with writing(filled) as connection:
        connection.execute(insert(tables.keys).values(KEY_ROW))
        connection.execute(insert(tables.idempotency).values(IDEMPOTENCY_ROW))
        connection.execute(insert(tables.text_drafts).values(DRAFT_ROW))
        connection.execute(insert(tables.waivers).values(WAIVER_ROW | {"id": "w2"}))
        connection.execute(insert(tables.findings).values(finding_row("f2")))
        connection.execute(insert(tables.runs).values(run_row("run-2", number=2)))


def test_runs_of_no_connection_need_no_number(database: Engine) -> None:
    with writing(database) as connection:
        rows = [run_row(id, connection_id=None, number=None) for id in ("a", "b")]
        connection.execute(insert(tables.runs), rows)
        assert connection.scalars(select(tables.runs.c.id).order_by(tables.runs.c.id)).all() == ["a", "b"]


def test_ids_come_in_the_order_of_their_characters(database: Engine) -> None:
    ids = ["a-b", "ab", "a_c", "B", "é", "z", "1", "-"]
    with writing(database) as connection:
        connection.execute(insert(tables.connections), [connection_row(id) for id in ids])
        found = connection.scalars(select(tables.connections.c.id).order_by(tables.connections.c.id)).all()
    assert sorted(ids) == found


@pytest.mark.parametrize("name", ["nul \0 byte", "half \ud800 pair"])
def test_text_that_a_database_cannot_hold_is_stored_with_a_mark_in_its_place(database: Engine, name: str) -> None:
    with writing(database) as connection:
        connection.execute(insert(tables.connections).values(connection_row(name=name, settings={"note": "\0"})))
        row = connection.execute(select(tables.connections)).one()
        same = select(func.count()).select_from(tables.connections).where(tables.connections.c.name == name)
        assert connection.execute(same).scalar_one() == 1
    assert row.name in {"nul \N{REPLACEMENT CHARACTER} byte", "half ? pair"}
    assert row.settings == {"note": "\0"}


def test_data_comes_back_as_it_went_in(filled: Engine) -> None:
    with reading(filled) as connection:
        row = connection.execute(select(tables.findings)).one()
    assert row._mapping["items"] == [{"kind": "objective", "id": "C1"}]
    assert (row.cause, row.shadow, row.first_seen_at) == (None, False, NOON)


def test_a_moment_of_any_offset_is_stored_as_utc_and_one_of_none_is_refused(database: Engine) -> None:
    elsewhere = NOON.astimezone(datetime.timezone(datetime.timedelta(hours=-7)))
    with writing(database) as connection:
        connection.execute(insert(tables.connections).values(connection_row(created_at=elsewhere)))
        found = connection.execute(select(tables.connections.c.created_at)).scalar_one()
    assert NOON.isoformat() == found.isoformat()
    with pytest.raises(StatementError, match="without its offset"), writing(database) as connection:
        connection.execute(insert(tables.connections).values(connection_row("b", created_at=NOON.replace(tzinfo=None))))


def test_numbers_of_events_rise_and_are_never_given_twice(filled: Engine) -> None:
    numbers = []
    for _ in range(3):
        with writing(filled) as connection:
            connection.execute(tables.finding_events.delete())
            numbers.append(
                connection.execute(insert(tables.finding_events).values(event_row())).inserted_primary_key[0]
            )
    assert sorted(set(numbers)) == numbers
    assert numbers[0] > 1
