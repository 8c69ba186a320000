"""Runs: what recording one stores, what it leaves alone, and judging it again."""

from __future__ import annotations

import datetime
import threading
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, func, insert, select, update

from tests.history.histories import START, Document, company, entry
from tests.service.service_runs import add_connection, add_waiver, at, events, record, small, states, stored
from validator.errors import BadInput
from validator.history.decisions import sides_digest
from validator.history.views import views_of
from validator.pipeline import judge
from validator.service import audit
from validator.service.connections import pack_overlay, set_overlay
from validator.service.failed_sync import note_failed_sync
from validator.service.faults import Gone, NotFound
from validator.service.replay import replay
from validator.service.runs import run_document
from validator.store.engine import reading, writing
from validator.store.snapshots import get
from validator.store.tables import (
    decisions,
    finding_owners,
    finding_teams,
    findings,
    metadata,
    runs,
    snapshots,
    waivers,
)

NEXT = START + datetime.timedelta(days=1)
LATER = START + datetime.timedelta(days=2)


@pytest.fixture
def acme(database: Engine) -> Engine:
    """A database with the connection `acme`."""
    add_connection(database)
    return database


def unowned() -> Document:
    document = company()
    entry(document, "S1")["owners"] = []
    return document


def _rows(engine: Engine) -> dict[str, int]:
    with reading(engine) as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
        }


def test_a_run_keeps_what_judged_it_and_the_very_bytes_of_the_report(acme: Engine, tmp_path: Path) -> None:
    loaded = small(tmp_path)
    result = record(acme, unowned(), loaded, notes=("Two rows were empty.",))
    with reading(acme) as connection:
        row = connection.execute(select(runs)).one()
        contents = [get(connection, digest) for digest in (row.document_digest, row.report_digest)]
        trail = [(one.actor, one.action, one.target_id) for one in audit.read(connection)]
    judged = judge(unowned(), loaded.ruleset, as_of=START, notes=["Two rows were empty."])
    assert contents == [orjson.dumps(unowned()), orjson.dumps(judged)]
    assert (row.number, row.asked_by, row.status, row.complete) == (1, "cli:ana", "pass", True)
    assert (row.ruleset, row.ruleset_version, row.input_digest) == ("small", "1", judged["input"]["digest"])
    assert row.counts == {
        "error": 0, "warning": 2, "info": 0, "shadow": 0, "states": {"new": 2}, "waived": 0, "settled": 0,
    }  # fmt: skip
    assert row.timings["total"] > 0
    assert trail == [("cli:ana", "record", result.run["id"])]


def test_what_is_returned_is_the_report_and_the_life_of_each_finding(acme: Engine, tmp_path: Path) -> None:
    first = record(acme, unowned(), small(tmp_path))
    second = record(acme, company(), small(tmp_path), NEXT)
    (conflict,) = second.report["findings"]
    (gone,) = second.report["missed"]
    assert conflict["life"]["state"] == "unchanged"
    assert conflict["life"]["first_seen"] == {"run": first.run["id"], "at": "2026-08-03T06:00:00+00:00"}
    assert (gone["rule"], gone["before"], gone["state"]) == ("unowned", "new", "resolved")
    assert second.report["run"]["number"] == 2
    assert {name: value for name, value in conflict.items() if name != "life"} in judge(
        company(), small(tmp_path).ruleset, as_of=NEXT
    )["findings"]


def test_the_same_set_again_stores_its_document_and_rules_once(acme: Engine, tmp_path: Path) -> None:
    for day in (START, START):
        record(acme, company(), small(tmp_path), day)
    assert _rows(acme)["okr_run"] == 2
    assert _rows(acme)["okr_snapshot"] == 3


def test_findings_are_kept_by_team_and_by_owner_and_follow_a_change_of_hands(acme: Engine, tmp_path: Path) -> None:
    def names(table: Any) -> set[str]:
        with reading(acme) as connection:
            return set(connection.scalars(select(table.c[2])))

    record(acme, company(), small(tmp_path))
    assert (names(finding_teams), names(finding_owners)) == ({"sales", "supply"}, {"bruno", "felix"})
    document = company()
    entry(document, "L1").update(team="board", owners=[{"person": "astrid", "primary": True}, {"person": "felix"}])
    record(acme, document, small(tmp_path), NEXT)
    assert (names(finding_teams), names(finding_owners)) == ({"sales", "board"}, {"bruno", "felix", "astrid"})


def test_a_set_at_fault_stores_nothing(acme: Engine, tmp_path: Path) -> None:
    before = _rows(acme)
    with pytest.raises(BadInput, match="surrogate"):
        record(acme, {"objectives": [{"id": "1", "title": "\ud800"}]}, small(tmp_path))
    with pytest.raises(BadInput):
        record(acme, {"objectives": [{"title": 1}]}, small(tmp_path))
    assert _rows(acme) == before


def test_a_run_of_no_connection_is_refused(acme: Engine, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="“other”"):
        run_document(acme, "other", company(), now=at(START), actor="ana", ruleset_loader=lambda *_: small(tmp_path))


def test_a_document_without_its_day_is_judged_as_of_the_day_of_the_run(acme: Engine, tmp_path: Path) -> None:
    undated = record(acme, company(), small(tmp_path), NEXT, as_of=None)
    document = company()
    document["source"]["exported_at"] = "2026-07-30"
    dated = record(acme, document, small(tmp_path), NEXT, as_of=None)
    assert [run.report["input"]["as_of"] for run in (undated, dated)] == [str(NEXT), "2026-07-30"]


def test_a_waived_finding_is_judged_and_shown_and_does_not_count_at_the_gate(acme: Engine, tmp_path: Path) -> None:
    with writing(acme) as connection:
        connection.execute(update(metadata.tables["okr_connection"]).values(fail_on="warning"))
    document = unowned()
    entry(document, "F1")["status"] = "agreed"
    assert record(acme, document, small(tmp_path)).run["status"] == "fail"
    add_waiver(acme, "W1", NEXT, finding_id=stored(acme)["unowned S1"].id)
    waived = record(acme, document, small(tmp_path), NEXT)
    assert (waived.run["status"], waived.report["status"], waived.run["counts"]["waived"]) == ("pass", "pass", 1)
    assert stored(acme)["unowned S1"].waived_by == "W1"
    ended = record(acme, document, small(tmp_path), LATER)
    assert (ended.run["status"], states(acme)["unowned S1"]) == ("fail", "new")
    assert stored(acme)["unowned S1"].cause == {"kind": "waiver_ended", "waiver": "W1"}


def test_a_waiver_that_waits_for_a_second_person_holds_only_where_none_is_asked_for(
    acme: Engine, tmp_path: Path
) -> None:
    record(acme, unowned(), small(tmp_path))
    add_waiver(acme, "W1", LATER, finding_id=stored(acme)["unowned S1"].id)
    record(acme, unowned(), small(tmp_path), NEXT, approval=True)
    assert stored(acme)["unowned S1"].waived_by is None
    record(acme, unowned(), small(tmp_path), NEXT)
    assert stored(acme)["unowned S1"].waived_by == "W1"


def test_a_part_of_a_baseline_ends_with_its_finding(acme: Engine, tmp_path: Path) -> None:
    record(acme, unowned(), small(tmp_path))
    for name in ("unowned S1", "open-conflict F1"):
        add_waiver(acme, name, LATER, finding_id=stored(acme)[name].id, kind="baseline")
    record(acme, company(), small(tmp_path), NEXT)
    with reading(acme) as connection:
        ended = {row.id: row.ended_by for row in connection.execute(select(waivers))}
        trail = [one.target_id for one in audit.read(connection, audit.Filters(target_kind="waiver"))]
    assert ended == {"unowned S1": "cli:ana", "open-conflict F1": None}
    assert trail == ["unowned S1"]


def _decide(engine: Engine, document: Document) -> str:
    """A decision on the open conflict, recorded as the service of decisions does."""
    row = stored(engine)["open-conflict F1"]
    items = [(item["kind"], item["id"]) for item in row._mapping["items"]]
    values = {"connection_id": "acme", "finding_id": row.id, "decider": "astrid", "gives_way": "L1", "rationale": "R"}
    made = {"decided_on": START, "recorded_by": "ana", "recorded_at": at(START, 8), "id": "D1"}
    with writing(engine) as connection:
        digest = sides_digest(items, views_of(document))
        connection.execute(insert(decisions).values(**values, **made, sides_digest=digest))
    return "D1"


def test_a_decision_settles_its_conflict_until_a_side_changes(acme: Engine, tmp_path: Path) -> None:
    record(acme, company(), small(tmp_path))
    _decide(acme, company())
    settled = record(acme, company(), small(tmp_path), NEXT)
    assert (stored(acme)["open-conflict F1"].decision_id, settled.run["counts"]["settled"]) == ("D1", 1)
    document = company()
    entry(document, "S1.1")["target"] = 90
    broken = record(acme, document, small(tmp_path), LATER)
    row = stored(acme)["open-conflict F1"]
    assert (row.state, row.decision_id, row.cause["decision"]) == ("new", None, "D1")
    assert [(c["item"]["id"], c["field"], c["from"], c["to"]) for c in row.cause["changes"]] == [
        ("S1.1", "target", 30, 90)
    ]
    with reading(acme) as connection:
        assert connection.scalar(select(decisions.c.void_since_run)) == broken.run["id"]
    record(acme, document, small(tmp_path), LATER)
    assert states(acme)["open-conflict F1"] == "unchanged"


def test_the_clock_of_a_conflict_runs_from_the_day_it_came_and_says_when_it_is_overdue(
    acme: Engine, tmp_path: Path
) -> None:
    record(acme, company(), small(tmp_path))
    days = [START + datetime.timedelta(days=number) for number in (2, 6)]
    told = [record(acme, company(), small(tmp_path), day).report["findings"][0]["life"] for day in days]
    assert [(life["respond_by"], life["escalate_on"]) for life in told] == [("2026-08-08", "2026-08-09")] * 2
    assert [life["notices"] for life in told] == [[], ["conflict-overdue"]]
    assert stored(acme)["open-conflict F1"].escalate_on == datetime.date(2026, 8, 9)


def test_who_has_seen_a_finding_is_forgotten_when_it_comes_back(acme: Engine, tmp_path: Path) -> None:
    record(acme, unowned(), small(tmp_path))
    with writing(acme) as connection:
        connection.execute(update(findings).values(acknowledged_by="ana", acknowledged_at=at(START, 7)))
    record(acme, unowned(), small(tmp_path), NEXT)
    assert stored(acme)["unowned S1"].acknowledged_by == "ana"
    record(acme, company(), small(tmp_path), NEXT)
    record(acme, unowned(), small(tmp_path), NEXT)
    row = stored(acme)["unowned S1"]
    assert (row.state, row.acknowledged_by, row.acknowledged_at) == ("reopened", None, None)


@pytest.mark.parametrize("said", [{"complete": False}, {"absent": frozenset({"supply"})}, {"absent": None}])
def test_a_run_of_a_part_finds_nothing_that_the_rest_of_the_set_would_take_back(
    acme: Engine, tmp_path: Path, said: dict[str, Any]
) -> None:
    loaded, read = small(tmp_path), company()
    read["objectives"] = [entry(read, id) for id in ("C1", "S1")]
    first = record(acme, read, loaded, **said)
    missing = {rule["id"]: rule["missing"] for rule in first.report["rules"] if rule["missing"]}
    assert states(acme) == {}
    assert missing["undelivered"] == missing["broken-link"] == ["source.complete"]
    assert first.report["input"]["complete"] is False
    assert replay(acme, first.run["id"]).same


def test_what_the_whole_set_shows_after_a_part_of_it_says_that_it_was_not_whole(acme: Engine, tmp_path: Path) -> None:
    loaded, document = small(tmp_path), company()
    for id in ("S1", "L1"):
        entry(document, id)["owners"] = []
    record(acme, document, loaded, complete=False)
    second = record(acme, document, loaded, NEXT)
    with reading(acme) as connection:
        causes = {name: cause for name, _, cause in events(connection, second.run["id"])}
    (change,) = (causes["undelivered C1"] or {})["changes"]
    assert (change["item"]["id"], change["field"], change["to"]) == ("complete", "source.complete", True)


def test_a_run_that_could_not_read_a_team_makes_its_findings_stale_and_those_of_the_whole_set(
    acme: Engine, tmp_path: Path
) -> None:
    document = unowned()
    entry(document, "L1")["owners"] = []
    record(acme, document, small(tmp_path))
    read = company()
    read["objectives"] = [entry(read, id) for id in ("C1", "D1", "S1")]
    read["conflicts"] = []
    second = record(acme, read, small(tmp_path), NEXT, absent=frozenset({"supply"}))
    stale = {"unowned L1": "stale", "open-conflict F1": "stale", "undelivered C1": "stale"}
    assert states(acme) == {"unowned S1": "resolved", **stale}
    assert second.run["complete"] is False


def test_the_overlay_of_a_connection_is_laid_over_what_it_judges(acme: Engine, tmp_path: Path) -> None:
    overlay = {"conflicts": [{"id": "F1", "status": "agreed"}], "governance": {"tie_breaker": "Revenue first"}}
    with writing(acme) as connection:
        set_overlay(connection, at(START), "ana", "acme", pack_overlay(overlay), version=1)
    result = record(acme, company(), small(tmp_path), notes=("One sheet.",))
    assert result.report["findings"] == []
    assert result.report["input"]["notes"][0] == "One sheet."
    assert replay(acme, result.run["id"]).same


def test_two_runs_at_once_are_told_apart_and_miss_nothing(acme: Engine, tmp_path: Path) -> None:
    loaded, sets = small(tmp_path), [company(), unowned(), company(), unowned()]
    threads = [threading.Thread(target=record, args=(acme, document, loaded)) for document in sets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(acme) as connection:
        recorded = connection.execute(select(runs).order_by(runs.c.number)).all()
        told = [list(events(connection, run.id)) for run in recorded]
    assert [run.number for run in recorded] == [1, 2, 3, 4]
    state = {name: event for listed in told for name, event, _ in listed}
    last = "warning", 2 if state["unowned S1"] in {"new", "reopened"} else 1
    assert recorded[-1].counts[last[0]] == last[1]


@pytest.mark.parametrize(
    "notes", [(), ("Two rows were empty.", "Sheet “OKRs”.")], ids=["no notes", "notes of a reader"]
)
def test_a_stored_run_judged_again_gives_the_same_bytes(acme: Engine, tmp_path: Path, notes: tuple[str, ...]) -> None:
    document = unowned()
    document["source"]["notes"] = ["The tool said so."]
    result = record(acme, document, small(tmp_path), NEXT, notes=notes)
    (tmp_path / "small-1.yaml").unlink()
    found = replay(acme, result.run["id"])
    assert (found.same, found.digest) == (True, result.run["report_digest"])
    assert found.report["input"]["notes"] == ["The tool said so.", *notes]


def test_a_run_whose_stored_document_was_changed_does_not_come_out_the_same(acme: Engine, tmp_path: Path) -> None:
    one, two = record(acme, company(), small(tmp_path)), record(acme, unowned(), small(tmp_path))
    with writing(acme) as connection:
        other = two.run["document_digest"]
        connection.execute(update(runs).where(runs.c.id == one.run["id"]).values(document_digest=other))
    assert replay(acme, one.run["id"]).same is False


def test_a_run_whose_document_is_gone_says_so(acme: Engine, tmp_path: Path) -> None:
    result = record(acme, company(), small(tmp_path))
    with writing(acme) as connection:
        connection.execute(snapshots.delete().where(snapshots.c.digest == result.run["document_digest"]))
    with pytest.raises(Gone, match="its document"):
        replay(acme, result.run["id"])
    with pytest.raises(NotFound):
        replay(acme, "no-run")


def test_a_run_goes_on_where_the_earlier_documents_are_gone(acme: Engine, tmp_path: Path) -> None:
    record(acme, company(), small(tmp_path))
    with writing(acme) as connection:
        connection.execute(snapshots.delete())
    record(acme, unowned(), small(tmp_path), NEXT)
    assert states(acme) == {"unowned S1": "new", "open-conflict F1": "unchanged"}


def test_a_sync_that_failed_makes_what_stands_stale_and_resolves_nothing(acme: Engine, tmp_path: Path) -> None:
    record(acme, unowned(), small(tmp_path))
    document = unowned()
    entry(document, "F1")["status"] = "agreed"
    record(acme, document, small(tmp_path), NEXT)
    with writing(acme) as connection:
        count = note_failed_sync(connection, at(LATER), "cli:ana", "acme", "The tool answered 502.")
        again = note_failed_sync(connection, at(LATER), "cli:ana", "acme", "The tool answered 502.")
    assert (count, again) == (1, 0)
    assert states(acme) == {"unowned S1": "stale", "open-conflict F1": "resolved"}
    assert stored(acme)["unowned S1"].cause == {"kind": "partial_run"}
    record(acme, document, small(tmp_path), LATER)
    assert states(acme) == {"unowned S1": "unchanged", "open-conflict F1": "resolved"}
