"""Findings whose severity rises because its time has come: remembered, judged again, tried as a draft, and compared."""

from __future__ import annotations

import datetime
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Engine

from tests.history.histories import START, company, entry
from tests.service.service_runs import add_connection, at, record, small, states, stored
from tests.service.stored_rulesets import OURS, PATIENT, RULE, publish_text, save
from validator.service.past_runs import a_run
from validator.service.preview import preview
from validator.service.publishing import difference, publish
from validator.service.replay import replay
from validator.service.run_difference import RunDifference, difference_of_run
from validator.service.runs import RunResult, run_document
from validator.store.engine import reading

NEXT = START + datetime.timedelta(days=1)
BY_DAY = f"{{unowned: {{later: [{{severity: error, from: {NEXT}}}]}}}}"
BY_PHASE = "{unowned: {severity: info, later: [{severity: error, from_phase: second_half}], team: sales}}"
MIDDLE = datetime.date(2026, 8, 15)


@pytest.fixture
def acme(database: Engine) -> Engine:
    """A database with the connection `acme`."""
    add_connection(database)
    return database


def _runs(engine: Engine, folder: Path, overrides: str, *days: datetime.date) -> list[RunResult]:
    """Runs of one unchanged set in which nobody owns S1."""
    document = company()
    entry(document, "S1")["owners"] = []
    return [record(engine, document, small(folder, overrides=overrides), day) for day in days]


def _difference(engine: Engine, run: RunResult) -> RunDifference:
    with reading(engine) as connection:
        return difference_of_run(connection, a_run(connection, run.run["id"]))


def test_a_finding_that_turns_on_its_day_is_not_new_and_counts_at_the_gate(acme: Engine, tmp_path: Path) -> None:
    first, second = _runs(acme, tmp_path, BY_DAY, START, NEXT)
    assert [run.run["status"] for run in (first, second)] == ["pass", "fail"]
    assert [run.run["counts"]["error"] for run in (first, second)] == [0, 1]
    assert second.run["counts"]["states"] == {"unchanged": 2}
    row = stored(acme)["unowned S1"]
    assert (row.state, row.severity, row.first_seen_run) == ("unchanged", "error", first.run["id"])
    found = _difference(acme, second)
    assert (found.turned, found.compared) == ((), True)
    (changed,) = found.changed
    told = [(side["rule"], side["severity"]) for side in (changed.before, changed.after)]
    assert (told, changed.fields) == ([("unowned", "warning"), ("unowned", "error")], ("severity",))


def test_a_finding_that_turns_with_its_cycle_is_not_new_either(acme: Engine, tmp_path: Path) -> None:
    before = MIDDLE - datetime.timedelta(days=1)
    first, second = _runs(acme, tmp_path, BY_PHASE, before, MIDDLE)
    assert [run.run["status"] for run in (first, second)] == ["pass", "fail"]
    assert (states(acme)["unowned S1"], stored(acme)["unowned S1"].severity) == ("unchanged", "error")


def test_a_run_judged_again_on_a_later_day_gives_the_bytes_of_its_own(acme: Engine, tmp_path: Path) -> None:
    for run in _runs(acme, tmp_path, BY_DAY, START, NEXT):
        again = replay(acme, run.run["id"])
        assert again.same
        assert again.digest == run.run["report_digest"]


def _bare(exported: datetime.date) -> dict[str, object]:
    return {"source": {"exported_at": str(exported)}, "objectives": [{"id": "O1", "title": "Grow", "key_results": []}]}


LATER = RULE.replace("severity: warning", f"severity: warning\n    later: [{{severity: error, from: {NEXT}}}]")


def test_a_draft_is_tried_with_the_severity_of_the_day_of_each_set(database: Engine) -> None:
    publish_text(database, RULE)
    for id, day in (("early", START), ("late", NEXT)):
        add_connection(database, id, ruleset="ours")
        run_document(database, id, _bare(day), now=at(NEXT), actor="Ana")
    save(database, LATER, version=2)
    found = {one.connection: one for one in preview(database, "ours", ["early", "late"], limits=PATIENT).tried}
    assert (found["early"].difference, found["early"].status_after) == (((), (), ()), "pass")
    (changed,) = found["late"].difference.changed
    assert (changed.fields, found["late"].status_after) == (("severity",), "fail")


def test_versions_that_differ_in_their_later_severities_differ_in_that_field(database: Engine) -> None:
    publish_text(database, RULE)
    save(database, LATER + f"overrides: {{no-key-result: {BY_DAY.removeprefix('{unowned: ')[:-1]}}}\n", version=2)
    told = difference(database, OURS).rules
    assert told is not None
    assert (told["changed"], told["overrides"]) == ([{"id": "no-key-result", "fields": ["later"]}], ["no-key-result"])
    publish(database, at(START), "Ana", OURS, version=3, limits=PATIENT)
    assert orjson.dumps(difference(database, OURS, "1", "2").rules) == orjson.dumps(told)
