"""Waivers, acknowledgements and the baseline: who accepts what until when, and what a run makes of it."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select

from tests.history.histories import START, Document, company, entry
from tests.service.service_runs import add_connection, at, record, small, stored
from validator.errors import BadInput
from validator.service import audit, baseline, waivers
from validator.service.acknowledge import acknowledge, withdraw
from validator.service.faults import NotFound, Outdated
from validator.service.lookups import NotAllowed
from validator.service.rules import Loaded
from validator.service.waiver_rows import ALL, Filters, listed, status
from validator.service.waivers import Proposal, approve, end, propose
from validator.store.engine import reading, writing
from validator.store.tables import finding_events, findings

DAY = datetime.timedelta(days=1)


@pytest.fixture
def rules(tmp_path: Path) -> Loaded:
    return small(tmp_path)


@pytest.fixture
def engine(database: Engine, rules: Loaded) -> Engine:
    """A store in which C1 and S1 have no owner."""
    add_connection(database)
    record(database, _unowned(), rules)
    return database


def _unowned(*more: str) -> Document:
    document = company()
    for id in ("C1", "S1", *more):
        entry(document, id)["owners"] = []
    return document


def _finding(engine: Engine, name: str = "unowned S1") -> str:
    return str(stored(engine)[name].id)


def _proposal(finding: str | None = None, **changes: Any) -> Proposal:
    fields = {"scope": "finding", "reason": "Ben starts in May.", "owner": "ana", "last_day": START + DAY}
    return Proposal(**(fields | {"finding": finding} | changes))


def _waive(engine: Engine, proposal: Proposal, hour: int = 9, **more: Any) -> waivers.Made:
    with writing(engine) as connection:
        return propose(connection, at(START, hour), "ana", "acme", proposal, **more)


def _waived(engine: Engine) -> set[str]:
    return {name for name, row in stored(engine).items() if row.waived_by is not None}


@pytest.mark.parametrize(
    ("proposal", "covered"),
    [
        pytest.param({"scope": "item", "rule": "unowned", "item_kind": "objective", "item_id": "S1"}, {"unowned S1"}, id="rule and item"),
        pytest.param({"scope": "team", "rule": "unowned", "team": "sales"}, {"unowned S1"}, id="rule and team"),
        pytest.param({"scope": "team", "rule": "unowned", "team": "nobody"}, set(), id="a team without such a finding"),
    ],
)  # fmt: skip
def test_a_waiver_marks_the_findings_that_it_covers_at_once(
    engine: Engine, proposal: dict[str, Any], covered: set[str]
) -> None:
    made = _waive(engine, _proposal(**proposal))
    assert made.covers == len(covered)
    assert _waived(engine) == covered


def test_a_waiver_of_one_finding_holds_and_is_told_of(engine: Engine) -> None:
    id = _finding(engine)
    made = _waive(engine, _proposal(id))
    assert stored(engine)["unowned S1"].waived_by == made.row.id
    with reading(engine) as connection:
        event = connection.execute(select(finding_events).order_by(finding_events.c.id.desc()).limit(1)).one()
        (told,) = audit.read(connection, audit.Filters(target_kind="waiver"))
    assert (event.finding_id, event.event, event.actor, event.cause) == (
        id,
        "waiver-made",
        "ana",
        {"waiver": made.row.id},
    )
    assert (told.actor, told.action, told.target_id, told.before) == ("ana", "waive", made.row.id, None)
    assert told.after is not None
    assert (told.after["last_day"], told.after["reason"]) == (str(START + DAY), "Ben starts in May.")


def test_a_waiver_holds_on_its_last_day_and_the_run_after_it_brings_the_finding_back(
    engine: Engine, rules: Loaded
) -> None:
    made = _waive(engine, _proposal(_finding(engine)))
    record(engine, _unowned(), rules, START + DAY)
    assert _waived(engine) == {"unowned S1"}
    record(engine, _unowned(), rules, START + 2 * DAY)
    row = stored(engine)["unowned S1"]
    assert (row.state, row.waived_by, row.cause) == ("new", None, {"kind": "waiver_ended", "waiver": made.row.id})


def test_a_waiver_that_is_ended_brings_its_finding_back_with_the_next_run(engine: Engine, rules: Loaded) -> None:
    made = _waive(engine, _proposal(_finding(engine)))
    record(engine, _unowned(), rules, now=at(START, 9))
    with writing(engine) as connection:
        ended = end(connection, at(START, 10), "ben", made.row.id)
    assert (ended.row.ended_by, ended.row.version, ended.covers) == ("ben", 2, 0)
    record(engine, _unowned(), rules, START + DAY)
    row = stored(engine)["unowned S1"]
    assert (row.state, row.waived_by, row.cause["kind"]) == ("new", None, "waiver_ended")


def test_a_waiver_that_no_run_has_seen_ends_without_a_word(engine: Engine, rules: Loaded) -> None:
    made = _waive(engine, _proposal(_finding(engine)))
    with writing(engine) as connection:
        end(connection, at(START, 10), "ben", made.row.id)
    record(engine, _unowned(), rules, START + DAY)
    row = stored(engine)["unowned S1"]
    assert (row.state, row.waived_by, row.cause["kind"]) == ("unchanged", None, "first_run")


def test_a_finding_that_leaves_the_team_of_its_waiver_is_new_for_what_changed(engine: Engine, rules: Loaded) -> None:
    _waive(engine, Proposal("team", "Known.", "ana", START + 300 * DAY, rule="unowned", team="sales"))
    record(engine, _unowned(), rules, START + DAY)
    moved = _unowned()
    entry(moved, "S1")["team"] = "supply"
    record(engine, moved, rules, START + 2 * DAY)
    row = stored(engine)["unowned S1"]
    assert (row.state, row.waived_by, row.cause["kind"]) == ("new", None, "data_changed")
    assert [change["field"] for change in row.cause["changes"]] == ["team"]


def test_where_a_second_person_must_approve_a_waiver_waits_for_one(engine: Engine, rules: Loaded) -> None:
    made = _waive(engine, _proposal(_finding(engine)), approval=True)
    assert (made.covers, _waived(engine)) == (0, set())
    with writing(engine) as connection, pytest.raises(NotAllowed, match="cannot approve it"):
        approve(connection, at(START, 10), "ana", made.row.id, approval=True)
    with writing(engine) as connection:
        approved = approve(connection, at(START, 10), "ben", made.row.id, approval=True)
    assert (approved.row.approved_by, approved.covers, _waived(engine)) == ("ben", 1, {"unowned S1"})
    with writing(engine) as connection, pytest.raises(NotAllowed, match="approved by ben"):
        approve(connection, at(START, 11), "cem", made.row.id, approval=True)
    record(engine, _unowned(), rules, START + DAY, approval=True)
    assert stored(engine)["unowned S1"].state == "unchanged"


def test_a_waiver_that_is_over_cannot_be_approved_or_ended_again(engine: Engine) -> None:
    made = _waive(engine, _proposal(_finding(engine)))
    with writing(engine) as connection, pytest.raises(NotAllowed, match="holds no longer"):
        approve(connection, at(START + 2 * DAY), "ben", made.row.id, approval=True)
    with writing(engine) as connection:
        end(connection, at(START, 10), "ana", made.row.id)
    with writing(engine) as connection, pytest.raises(NotAllowed, match="ended by ana"):
        end(connection, at(START, 11), "ana", made.row.id)


def test_who_read_an_older_version_is_told_so(engine: Engine) -> None:
    made = _waive(engine, _proposal(_finding(engine)), approval=True)
    with writing(engine) as connection:
        approve(connection, at(START, 10), "ben", made.row.id, approval=True, version=1)
    with writing(engine) as connection, pytest.raises(Outdated):
        end(connection, at(START, 11), "ana", made.row.id, version=1)


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        pytest.param({"scope": "world"}, ["/scope"], id="an unknown scope"),
        pytest.param({"finding": None}, ["/finding"], id="no finding"),
        pytest.param({"rule": "unowned"}, ["/rule"], id="more than the scope names"),
        pytest.param(
            {"scope": "item"}, ["/finding", "/rule", "/item_kind", "/item_id"], id="an item without its parts"
        ),
        pytest.param({"reason": "  ", "owner": ""}, ["/reason", "/owner"], id="no reason and no owner"),
        pytest.param({"reason": "x" * 2_001}, ["/reason"], id="a reason that is too long"),
        pytest.param({"last_day": START - DAY}, ["/last_day"], id="a day that is past"),
    ],
)
def test_every_fault_of_a_proposal_is_told_at_once(
    engine: Engine, changes: dict[str, Any], pointers: list[str]
) -> None:
    with pytest.raises(BadInput) as caught:
        _waive(engine, _proposal("f1")._replace(**changes))
    assert [fault.pointer for fault in caught.value.faults] == pointers
    with reading(engine) as connection:
        assert listed(connection, ALL, START, approval=False) == []


@pytest.mark.parametrize(("connection_id", "finding"), [("acme", "nothing"), ("other", "f1")])
def test_only_what_is_there_can_be_waived(engine: Engine, connection_id: str, finding: str) -> None:
    with writing(engine) as connection, pytest.raises(NotFound):
        propose(connection, at(START), "ana", connection_id, _proposal(finding))


def test_waivers_are_listed_by_what_has_become_of_them_in_pages(engine: Engine) -> None:
    id = _finding(engine)
    made = [
        _waive(engine, _proposal(id, last_day=START + days * DAY), hour, approval=True).row.id
        for hour, days in enumerate((1, 5, 9))
    ]
    with writing(engine) as connection:
        approve(connection, at(START, 10), "ben", made[1], approval=True)
        end(connection, at(START, 10), "ben", made[2], approval=True)

    def found(connection: Connection, word: str | None, **more: Any) -> list[str]:
        rows = listed(connection, Filters("acme", status=word), START + 2 * DAY, approval=True, **more)
        assert word is None or {status(row, START + 2 * DAY, approval=True) for row in rows} <= {word}
        return [row.id for row in rows]

    with reading(engine) as connection:
        assert [found(connection, word) for word in ("expired", "active", "ended", "proposed")] == [
            [made[0]], [made[1]], [made[2]], [],
        ]  # fmt: skip
        assert found(connection, None, limit=2) + found(connection, None, after=made[1]) == made
        assert listed(connection, Filters(connections=()), START, approval=False) == []


def test_a_baseline_accepts_what_stands_and_only_newer_findings_count(engine: Engine, rules: Loaded) -> None:
    settled = _waive(engine, _proposal(_finding(engine))).row.id
    with writing(engine) as connection:
        made = baseline.adopt(
            connection, at(START, 9), "ana", "acme", START + 30 * DAY, reason="From before.", owner="ana"
        )
    rows = stored(engine)
    assert (made.accepted, made.left, made.burn_down) == (len(rows) - 1, len(rows) - 1, START + 30 * DAY)
    assert len({row.waived_by for row in rows.values()}) == len(rows)
    assert rows["unowned S1"].waived_by == settled
    assert record(engine, _unowned(), rules, START + DAY).run["status"] == "pass"
    broken = _unowned()
    entry(broken, "D1")["parents"].append({"id": "X9"})
    result = record(engine, broken, rules, START + DAY)
    assert result.run["status"] == "fail"
    assert {name for name, row in stored(engine).items() if row.waived_by is None} == {"broken-link D1"}


def test_a_baseline_is_worked_off_and_what_was_mended_counts_if_it_comes_back(engine: Engine, rules: Loaded) -> None:
    with writing(engine) as connection:
        made = baseline.adopt(connection, at(START, 9), "ana", "acme", START + 30 * DAY, reason="Old.", owner="ana")
    mended = _unowned()
    entry(mended, "C1")["owners"] = [{"person": "astrid"}]
    record(engine, mended, rules, START + DAY)
    with reading(engine) as connection:
        left = baseline.progress(connection, "acme", START + DAY)
    assert (left.accepted, left.left) == (made.accepted, made.left - 1)
    record(engine, _unowned(), rules, START + 2 * DAY)
    row = stored(engine)["unowned C1"]
    assert (row.state, row.waived_by) == ("reopened", None)


def test_a_baseline_waits_for_a_second_person_where_one_must_approve(engine: Engine) -> None:
    with writing(engine) as connection:
        made = baseline.adopt(
            connection, at(START, 9), "ana", "acme", START + DAY, reason="Old.", owner="ana", approval=True
        )
    assert (made.waiting, _waived(engine)) == (made.left, set())
    with writing(engine) as connection, pytest.raises(NotAllowed):
        baseline.approve(connection, at(START, 10), "ana", "acme")
    with writing(engine) as connection:
        assert baseline.approve(connection, at(START, 10), "ben", "acme").waiting == 0
    assert len(_waived(engine)) == made.accepted


def test_a_baseline_that_ended_or_expired_can_be_followed_by_another(engine: Engine, rules: Loaded) -> None:
    with writing(engine) as connection:
        first = baseline.adopt(connection, at(START, 9), "ana", "acme", START + DAY, reason="Old.", owner="ana")
        baseline.end(connection, at(START, 10), "ana", "acme")
        with pytest.raises(NotFound):
            baseline.end(connection, at(START, 10), "ana", "acme")
        again = baseline.adopt(connection, at(START, 11), "ana", "acme", START + DAY, reason="Old.", owner="ana")
        assert (again.accepted, again.left) == (first.accepted, first.left)
    record(engine, _unowned(), rules, START + DAY)
    assert {row.state for row in stored(engine).values()} == {"unchanged"}
    record(engine, _unowned(), rules, START + 2 * DAY)
    assert {row.state for row in stored(engine).values()} == {"new"}
    with writing(engine) as connection:
        later = baseline.adopt(
            connection, at(START + 2 * DAY, 9), "ana", "acme", START + 9 * DAY, reason="Old.", owner="ana"
        )
    assert (later.accepted, later.left) == (first.accepted, first.accepted)


def test_who_has_seen_a_finding_first_is_kept_until_it_comes_back(engine: Engine, rules: Loaded) -> None:
    id = _finding(engine)
    with writing(engine) as connection:
        acknowledge(connection, at(START, 9), "ana", "acme", id)
        again = acknowledge(connection, at(START, 10), "ben", "acme", id)
    assert (again.acknowledged_by, again.acknowledged_at) == ("ana", at(START, 9))
    record(engine, _unowned(), rules, START + DAY)
    assert stored(engine)["unowned S1"].acknowledged_by == "ana"
    record(engine, company(), rules, START + 2 * DAY)
    with writing(engine) as connection, pytest.raises(NotAllowed, match="resolved"):
        acknowledge(connection, at(START + 2 * DAY), "ben", "acme", id)
    record(engine, _unowned(), rules, START + 3 * DAY)
    row = stored(engine)["unowned S1"]
    assert (row.state, row.acknowledged_by) == ("reopened", None)


def test_an_acknowledgement_can_be_taken_back(engine: Engine) -> None:
    id = _finding(engine)
    with writing(engine) as connection:
        acknowledge(connection, at(START, 9), "ana", "acme", id)
        assert withdraw(connection, at(START, 10), "ben", "acme", id).acknowledged_by is None
        withdraw(connection, at(START, 11), "ben", "acme", id)
    with reading(engine) as connection:
        told = audit.read(connection, audit.Filters(target_id=f"acme/{id}"))
        events = connection.scalars(select(finding_events.c.event).where(finding_events.c.actor.is_not(None))).all()
        assert connection.scalar(select(findings.c.acknowledged_at).where(findings.c.id == id)) is None
    assert [(entry.actor, entry.action) for entry in told] == [("ben", "withdraw"), ("ana", "acknowledge")]
    assert list(events) == ["acknowledged", "unacknowledged"]
