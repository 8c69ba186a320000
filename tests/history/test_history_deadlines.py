"""Deadlines and what the clock adds to a finding."""

from __future__ import annotations

import datetime

import pytest

from tests.history.histories import START, Document, company, entry, run
from validator.history.deadlines import Deadlines, Standing, cycle_start, days_overdue, deadlines, notices
from validator.history.views import views_of

Day = datetime.date
STANDING = Standing(since=START, by_first_run=False, settled=False)


def conflict(document: Document, day: Day = START) -> Document:
    """The one finding of a document that is a conflict."""
    found: Document = next(f for f in run(document, day=day).report["findings"] if f["rule"] == "open-conflict")
    return found


def after(days: int) -> Day:
    return START + datetime.timedelta(days=days)


def test_windows_are_counted_from_the_day_since_which_a_finding_stands() -> None:
    for later in (0, 1, 30):
        finding = conflict(company(), after(later))
        found = deadlines(finding["decision"], after(later), START)
        assert found == Deadlines(raise_by=after(2), respond_by=after(5), escalate_on=after(6), forum_next=None)


def test_a_window_that_nobody_has_set_gives_no_deadline() -> None:
    document = company()
    document["governance"] = {"forum": {"name": "Board", "next": "2026-08-20"}}
    finding = conflict(document)
    assert deadlines(finding["decision"], START, START) == Deadlines(None, None, None, Day(2026, 8, 20))
    assert deadlines(None, START, START) == Deadlines(None, None, None, None)


def test_a_window_that_leads_out_of_the_calendar_gives_no_deadline() -> None:
    document = company()
    document["governance"]["escalation"] = {"raise_within_days": 2_900_000}
    finding = conflict(document)
    assert deadlines(finding["decision"], START, Day(2100, 1, 1)).raise_by is None


CONFLICT_CASES = [
    pytest.param(STANDING, 0, ("late-conflict",), id="seen after the cycle began"),
    pytest.param(STANDING, 5, ("late-conflict",), id="on the last day of the window"),
    pytest.param(STANDING, 6, ("late-conflict", "conflict-overdue"), id="after the window"),
    pytest.param(STANDING._replace(settled=True), 6, ("late-conflict",), id="settled in time"),
    pytest.param(STANDING._replace(by_first_run=True), 6, ("conflict-overdue",), id="there since the first run"),
    pytest.param(
        STANDING._replace(since=Day(2026, 7, 1)), 0, ("conflict-overdue",), id="seen on the first day of the cycle"
    ),
]


@pytest.mark.parametrize(("standing", "days", "expected"), CONFLICT_CASES)
def test_a_conflict_is_late_or_overdue_by_the_clock(standing: Standing, days: int, expected: tuple[str, ...]) -> None:
    first = run(company())
    finding = first.report["findings"][0]
    limits = deadlines(finding["decision"], START, standing.since)
    assert notices(finding, limits, standing, first.views, after(days)) == expected


def test_a_finding_that_is_no_conflict_is_never_late_and_a_dependency_is_overdue_after_its_day() -> None:
    document = company()
    entry(document, "P1")["decision_date"] = "2026-08-01"
    judged = run(document)
    finding = next(f for f in judged.report["findings"] if f["rule"] == "waiting")
    limits = deadlines(finding["decision"], START, START)
    days = (Day(2026, 8, 1), Day(2026, 8, 2))
    assert [notices(finding, limits, STANDING, judged.views, day) for day in days] == [(), ("dependency-overdue",)]
    assert notices(finding, limits, STANDING._replace(settled=True), judged.views, days[1]) == ()


@pytest.mark.parametrize(
    ("fields", "days"),
    [
        ({"decision_date": "2026-08-01"}, 2),
        ({"decision_date": "2026-08-03"}, 0),
        ({"decision_date": "2026-08-01", "decided": True}, 0),
        ({"decision_date": "2026-08-01", "decided": False}, 2),
        ({"decision_date": "1/8/26"}, 0),
        ({}, 0),
    ],
)
def test_a_dependency_is_overdue_by_so_many_days(fields: dict[str, object], days: int) -> None:
    assert days_overdue(fields, START) == days


def test_a_conflict_is_held_against_the_later_cycle_and_a_key_result_has_its_objectives() -> None:
    document = company()
    document["cycles"].append({"id": "q4", "start": "2026-10-01", "end": "2026-12-31"})
    entry(document, "L1.1")["cycle"] = "q4"
    views = views_of(document)
    assert cycle_start([("key_result", "S1.1")], views) == Day(2026, 7, 1)
    assert cycle_start([("key_result", "S1.1"), ("key_result", "L1.1")], views) == Day(2026, 10, 1)
    assert cycle_start([("conflict", "F1"), ("team", "sales")], views) is None
