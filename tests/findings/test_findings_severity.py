"""The phase of the cycle of a finding's items: which cycle that is, when a phase begins, and what is not known."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from tests.okr_sets import Document, small
from tests.rules.test_rules_faults import rule, text
from validator.facts.phases import PHASES
from validator.pipeline import judge
from validator.rules.catalogue import load_ruleset

Write = Callable[..., str]
Day = datetime.date

Q3 = {"id": "q3", "name": "Q3", "start": "2026-07-01", "end": "2026-09-30"}
Q4 = {"id": "q4", "name": "Q4", "start": "2026-10-01", "end": "2026-12-31"}
YEAR = {"id": "year", "name": "2026", "start": "2026-01-01", "end": "2026-12-31"}
OPEN = {"id": "open", "name": "Some day", "start": "2026-07-01"}
MIDDLE = Day(2026, 8, 15)


def turning(write: Write, **changes: str) -> str:
    """A ruleset whose rule turns from info to error with the second half of a cycle."""
    later = "[{severity: error, from_phase: second_half}]"
    return write(text(rule(severity="info", later=later, **{"needs": "[]", "message": "m", **changes})))


def severity(document: Document, path: str, day: Day = MIDDLE) -> str:
    report = judge(document, load_ruleset(path), as_of=day)
    (found,) = {finding["severity"] for finding in report["findings"]}
    return str(found)


def objective(cycle: str | None, **more: Any) -> Document:
    return {"id": "O", "title": "Goal", "cycle": cycle, "owners": [], **more}


BEGINS = {
    "first_half": Day(2026, 7, 1),
    "second_half": Day(2026, 8, 15),
    "cycle_end": Day(2026, 9, 20),
    "after_end": Day(2026, 10, 1),
}


def test_there_is_a_day_for_every_phase() -> None:
    assert list(BEGINS) == list(PHASES)
    assert sorted(BEGINS.values()) == list(BEGINS.values())


@pytest.mark.parametrize(("phase", "begins"), BEGINS.items())
def test_a_phase_begins_on_its_day_and_does_not_end(ruleset_file: Write, phase: str, begins: Day) -> None:
    path = ruleset_file(text(rule(severity="info", later=f"[{{severity: error, from_phase: {phase}}}]")))
    document = small(objective("q3"), cycles=[Q3])
    days = [begins - datetime.timedelta(days=1), begins, Day(2026, 9, 30), Day(2027, 6, 1)]
    late = phase == "after_end"
    assert [severity(document, path, day) for day in days] == ["info", "error", "info" if late else "error", "error"]


def test_a_cycle_of_one_day_and_one_at_the_end_of_time_have_phases_too(ruleset_file: Write) -> None:
    path = turning(ruleset_file)
    day = {"id": "c", "name": "C", "start": "2026-08-15", "end": "2026-08-15"}
    assert severity(small(objective("c"), cycles=[day]), path) == "error"
    last = {"id": "c", "name": "C", "start": "2026-01-01", "end": "9999-12-31"}
    assert severity(small(objective("c"), cycles=[last]), path) == "info"


UNKNOWN: dict[str, Document] = {
    "no cycle": small(objective(None), cycles=[Q3]),
    "a cycle without its end": small(objective("open"), cycles=[OPEN]),
    "a cycle that nothing declares": small(objective("Q3 2026")),
    "a key result in a cycle without its end, under an objective in one with both": small(
        objective("q3", key_results=[{"id": "K", "title": "k", "cycle": "open"}]), cycles=[Q3, OPEN]
    ),
}


@pytest.mark.parametrize("document", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_where_the_cycle_is_not_known_the_severity_stays(ruleset_file: Write, document: Document) -> None:
    kind = "key_result" if document["objectives"][0].get("key_results") else "objective"
    when = "{has_target: {is: false}}" if kind == "key_result" else "{owner_count: {below: 1}}"
    assert severity(document, turning(ruleset_file, for_=kind, when=when), Day(2028, 1, 1)) == "info"


def _two(low: str, high: str) -> Document:
    lower = {"id": "L", "title": "Low", "cycle": low, "parents": [{"id": "H"}]}
    return small(lower, {"id": "H", "title": "High", "cycle": high}, cycles=[Q3, Q4, YEAR])


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [("q3", "q3", "error"), ("q3", "year", "error"), ("year", "q3", "error"), ("q4", "year", "info"), ("q3", "q4", "info"), ("year", "year", "error")],
)  # fmt: skip
def test_of_several_cycles_the_one_that_begins_last_counts(
    ruleset_file: Write, low: str, high: str, expected: str
) -> None:
    path = turning(ruleset_file, for_="link", when="{found: {is: true}}")
    assert severity(_two(low, high), path) == expected


def test_of_cycles_that_begin_together_the_one_that_ends_first_counts(ruleset_file: Write) -> None:
    path = turning(ruleset_file, for_="link", when="{found: {is: true}}")
    half = {"id": "q4", "name": "H2", "start": "2026-07-01", "end": "2026-12-31"}
    document = {**_two("q3", "q4"), "cycles": [Q3, half]}
    assert severity(document, path) == severity({**_two("q4", "q3"), "cycles": [half, Q3]}, path) == "error"


KINDS: dict[str, tuple[str, Document]] = {
    "cycle": ("{objective_count: {above: 0}}", {}),
    "objective": ("{owner_count: {below: 1}}", {}),
    "key_result": ("{has_target: {is: false}}", {"key_results": [{"id": "K", "title": "k"}]}),
    "dependency": ("{form: {is: map}}", {}),
    "conflict": ("{found: {is: false}}", {}),
    "pair": ("{same_title: {is: true}}", {}),
    "link": ("{kind: {is: initiative}}", {}),
}


@pytest.mark.parametrize(("kind", "when"), [(kind, when) for kind, (when, _) in KINDS.items()])
def test_every_kind_that_lies_in_a_cycle_turns_with_it(ruleset_file: Write, kind: str, when: str) -> None:
    document = small(
        objective("q3", **KINDS[kind][1]),
        {**objective("q3"), "id": "P"},
        cycles=[Q3],
        dependencies=[{"id": "D", "from": "O", "on_team": "core"}],
        conflicts=[{"id": "F", "objectives": ["O", "P"]}],
        initiatives=[{"id": "I", "title": "i", "cycle": "q3", "objectives": ["O"]}],
    )
    path = turning(ruleset_file, for_=kind, when=when)
    assert [severity(document, path, day) for day in (Day(2026, 8, 14), MIDDLE)] == ["info", "error"]


def test_the_phase_is_that_of_the_day_of_the_export_where_no_other_is_given(ruleset_file: Write) -> None:
    ruleset = load_ruleset(turning(ruleset_file))
    days = ("2026-08-14", "2026-08-15")
    sets = (small(objective("q3"), cycles=[Q3], source={"exported_at": day}) for day in days)
    assert [judge(document, ruleset)["findings"][0]["severity"] for document in sets] == ["info", "error"]
