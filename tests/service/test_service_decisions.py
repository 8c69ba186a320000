"""Decisions on conflicts, and what the clock says of them."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select

from tests.history.histories import START, Document, company, entry
from tests.service.service_runs import add_connection, add_waiver, at, record, small, stored
from validator.errors import BadInput
from validator.service import audit, decisions
from validator.service.deadlines import Notice, open_notices
from validator.service.decisions import Filters, Ruling, listed
from validator.service.faults import Gone, NotFound
from validator.service.lookups import NotAllowed
from validator.service.rules import Loaded
from validator.store.engine import reading, writing
from validator.store.tables import finding_events, snapshots

DAY = datetime.timedelta(days=1)
RULING = Ruling("Astrid", "Sales", "The regulation comes first.", START, "Regulation before growth", "Steering round")
CONFLICT = "open-conflict F1"


@pytest.fixture
def rules(tmp_path: Path) -> Loaded:
    return small(tmp_path)


@pytest.fixture
def engine(database: Engine, rules: Loaded) -> Engine:
    """A store in which Sales and Supply are in conflict."""
    add_connection(database)
    record(database, company(), rules)
    return database


def _decide(engine: Engine, name: str = CONFLICT, ruling: Ruling = RULING, hour: int = 9, **more: Any) -> str:
    with writing(engine) as connection:
        return str(decisions.record(connection, at(START, hour), "ana", "acme", stored(engine)[name].id, ruling).id)


def _edited(**changes: Any) -> Document:
    document = company()
    entry(document, "S1.1").update(changes)
    return document


def _notices(engine: Engine, day: datetime.date) -> list[Notice]:
    with reading(engine) as connection:
        return open_notices(connection, "acme", day)


def test_a_decision_says_who_decided_what_and_settles_its_finding_at_once(engine: Engine) -> None:
    id = _decide(engine)
    assert stored(engine)[CONFLICT].decision_id == id
    with reading(engine) as connection:
        (row,) = listed(connection, Filters("acme"))
        event = connection.execute(select(finding_events).order_by(finding_events.c.id.desc()).limit(1)).one()
        (told,) = audit.read(connection, audit.Filters(action="decide"))
    assert {name: getattr(row, name) for name in Ruling._fields} == RULING._asdict()
    assert (row.recorded_by, row.recorded_at, row.void_since_run) == ("ana", at(START, 9), None)
    assert (event.event, event.actor, event.cause) == ("decided", "ana", {"decision": id})
    assert told.after is not None
    assert (told.target_id, told.after["gives_way"]) == (id, "Sales")


def test_a_decision_holds_while_neither_side_changes(engine: Engine, rules: Loaded) -> None:
    id = _decide(engine)
    record(engine, _edited(current=12, updated_at="2026-08-04"), rules, START + DAY)
    row = stored(engine)[CONFLICT]
    assert (row.state, row.decision_id) == ("unchanged", id)


def test_a_decision_ends_with_the_run_that_sees_a_side_change(engine: Engine, rules: Loaded) -> None:
    id = _decide(engine)
    result = record(engine, _edited(target=99), rules, START + DAY)
    row = stored(engine)[CONFLICT]
    assert (row.state, row.decision_id, row.cause["decision"]) == ("new", None, id)
    assert [(change["field"], change["from"], change["to"]) for change in row.cause["changes"]] == [("target", 30, 99)]
    with reading(engine) as connection:
        assert [row.void_since_run for row in listed(connection, Filters(holds=False))] == [result.run["id"]]


def test_a_decision_outlives_a_partial_run_that_did_not_read_its_sides(engine: Engine, rules: Loaded) -> None:
    partial = company()
    partial["objectives"] = partial["objectives"][:2]
    partial |= {"conflicts": [], "source": {"tool": "test", "complete": False}}
    record(engine, partial, rules, START + DAY)
    assert stored(engine)[CONFLICT].state == "stale"
    id = _decide(engine)
    record(engine, company(), rules, START + 2 * DAY)
    row = stored(engine)[CONFLICT]
    assert (row.state, row.decision_id) == ("unchanged", id)


def test_a_later_decision_takes_the_place_of_the_one_before_whatever_its_day(engine: Engine, rules: Loaded) -> None:
    first = _decide(engine)
    second = _decide(engine, ruling=RULING._replace(gives_way="Supply", decided_on=START - 9 * DAY), hour=10)
    with reading(engine) as connection:
        assert [row.id for row in listed(connection, Filters("acme", holds=True))] == [second]
        assert [row.id for row in listed(connection, after=first)] == [second]
        assert [row.id for row in listed(connection, limit=1)] == [first]
    record(engine, company(), rules, START + DAY)
    assert stored(engine)[CONFLICT].decision_id == second


def test_only_a_conflict_that_stands_can_be_decided(engine: Engine, rules: Loaded) -> None:
    document = company()
    entry(document, "S1")["owners"] = []
    record(engine, document, rules, START + DAY)
    with pytest.raises(NotAllowed, match="no conflict"):
        _decide(engine, "unowned S1")
    entry(document, "F1")["status"] = "agreed"
    record(engine, document, rules, START + 2 * DAY)
    with pytest.raises(NotAllowed, match="resolved"):
        _decide(engine)


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        pytest.param({"decider": " ", "rationale": ""}, ["/decider", "/rationale"], id="texts that say nothing"),
        pytest.param({"forum": ""}, ["/forum"], id="a forum without a name"),
        pytest.param({"gives_way": "x" * 501}, ["/gives_way"], id="a text that is too long"),
        pytest.param({"decided_on": START + 2 * DAY}, ["/decided_on"], id="a day to come"),
    ],
)
def test_every_fault_of_a_decision_is_told_at_once(
    engine: Engine, changes: dict[str, Any], pointers: list[str]
) -> None:
    with pytest.raises(BadInput) as caught:
        _decide(engine, ruling=RULING._replace(**changes))
    assert [fault.pointer for fault in caught.value.faults] == pointers
    assert stored(engine)[CONFLICT].decision_id is None


def test_what_is_not_there_cannot_be_decided(engine: Engine) -> None:
    with writing(engine) as connection, pytest.raises(NotFound):
        decisions.record(connection, at(START), "ana", "acme", "nothing", RULING)


def test_without_the_document_nobody_could_tell_when_a_side_changes(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(delete(snapshots))
    with pytest.raises(Gone, match="document of the last run"):
        _decide(engine)


def test_a_conflict_is_overdue_from_the_day_after_its_last_day_for_a_decision(engine: Engine) -> None:
    last = START + 5 * DAY
    assert [notice.notice for notice in _notices(engine, last)] == []
    (notice,) = _notices(engine, last + DAY)
    assert (notice.notice, notice.rule, notice.teams) == ("conflict-overdue", "open-conflict", ("sales", "supply"))
    assert (notice.since, notice.respond_by, notice.escalate_on) == (START, last, last + DAY)
    assert notice.decision_maker == "Astrid"


def test_later_runs_do_not_put_a_deadline_off(engine: Engine, rules: Loaded) -> None:
    record(engine, company(), rules, START + 4 * DAY)
    assert [notice.notice for notice in _notices(engine, START + 6 * DAY)] == ["conflict-overdue"]


def test_a_decided_conflict_is_not_overdue(engine: Engine) -> None:
    _decide(engine)
    assert _notices(engine, START + 60 * DAY) == []


def test_a_dependency_is_overdue_once_its_decision_date_has_passed(engine: Engine, rules: Loaded) -> None:
    due = datetime.date(2026, 8, 20)
    record(engine, company(), rules, due + DAY)
    found = [notice for notice in _notices(engine, due + DAY) if notice.notice == "dependency-overdue"]
    assert [(notice.rule, notice.since) for notice in found] == [("waiting", due + DAY)]


def test_a_conflict_that_came_after_the_cycle_began_is_late_unless_the_first_run_found_it(
    engine: Engine, rules: Loaded
) -> None:
    document = company()
    document["conflicts"].append({"id": "F2", "objectives": ["C1", "L1"], "summary": "Stock"})
    record(engine, document, rules, START + DAY)
    late = [notice.finding for notice in _notices(engine, START + DAY) if notice.notice == "late-conflict"]
    assert late == [stored(engine)["open-conflict F2"].id]


def test_a_connection_without_runs_has_no_notice_and_one_that_is_not_there_is_refused(database: Engine) -> None:
    add_connection(database)
    assert _notices(database, START) == []
    with reading(database) as connection, pytest.raises(NotFound):
        open_notices(connection, "other", START)


def _without(document: Document, *ids: str) -> Document:
    """What is read where these objectives and conflicts are not."""
    for kind in ("objectives", "conflicts"):
        document[kind] = [one for one in document[kind] if one["id"] not in ids]
    return document


def test_a_side_that_changed_while_the_conflict_was_not_read_brings_it_back_as_new(
    engine: Engine, rules: Loaded
) -> None:
    id = _decide(engine)
    changed = _edited(target=99)
    record(engine, _without(_edited(target=99), "F1"), rules, START + DAY, complete=False)
    row = stored(engine)[CONFLICT]
    assert (row.state, row.decision_id) == ("stale", id)
    record(engine, changed, rules, START + 2 * DAY)
    row = stored(engine)[CONFLICT]
    assert (row.state, row.decision_id, row.cause["kind"]) == ("new", None, "data_changed")
    assert row.cause["decision"] == id


def test_what_an_earlier_partial_run_saw_is_known_for_as_long_as_no_other_sees_it(
    engine: Engine, rules: Loaded
) -> None:
    record(engine, _edited(target=99), rules, START, now=at(START, 8), complete=False)
    id = _decide(engine)
    for number in (1, 2, 3):
        record(engine, _without(company(), "S1", "F1"), rules, START + number * DAY, complete=False)
    with reading(engine) as connection:
        (row,) = listed(connection, Filters("acme"))
    assert (row.id, row.void_since_run) == (id, None)


def test_a_finding_that_is_settled_is_not_new_when_its_waiver_ends(engine: Engine, rules: Loaded) -> None:
    add_waiver(engine, "W1", START + DAY, finding_id=stored(engine)[CONFLICT].id)
    id = _decide(engine)
    record(engine, company(), rules, START + DAY)
    record(engine, company(), rules, START + 3 * DAY)
    row = stored(engine)[CONFLICT]
    assert (row.state, row.waived_by, row.decision_id) == ("unchanged", None, id)


def test_a_conflict_is_overdue_once_its_waiver_is_over_though_no_run_has_come(engine: Engine, rules: Loaded) -> None:
    add_waiver(engine, "W1", START + DAY, finding_id=stored(engine)[CONFLICT].id)
    record(engine, company(), rules, START + DAY)
    assert [one.notice for one in _notices(engine, START + DAY)] == []
    assert "conflict-overdue" in [one.notice for one in _notices(engine, START + 60 * DAY)]


def test_a_finding_seen_again_stands_since_it_came_and_for_the_reason_it_had(engine: Engine, rules: Loaded) -> None:
    record(engine, _without(company(), "F1"), rules, START, now=at(START, 8))
    record(engine, company(), rules, START + DAY)
    came = stored(engine)[CONFLICT]
    record(engine, _without(company(), "F1"), rules, START + 2 * DAY, complete=False)
    assert stored(engine)[CONFLICT].state == "stale"
    record(engine, company(), rules, START + 3 * DAY)
    row = stored(engine)[CONFLICT]
    assert (row.state, row.cause, row.state_since_at) == ("unchanged", came.cause, came.state_since_at)
