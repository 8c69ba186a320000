"""Deadlines of conflicts and dependencies: calendar days from the day since which a finding stands."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from validator.history.parts import Item
from validator.history.views import Fields, Views

Day = datetime.date
NOTICES = ("late-conflict", "conflict-overdue", "dependency-overdue")


class Deadlines(NamedTuple):
    """By when a conflict must move; None where nobody has set it."""

    raise_by: Day | None
    """Last day for the team that sees it to raise it."""
    respond_by: Day | None
    """Last day for a decision."""
    escalate_on: Day | None
    """First day without a decision in time."""
    forum_next: Day | None
    """Next meeting of the forum that settles trade-offs."""


class Standing(NamedTuple):
    """What the clock is held against."""

    since: Day
    """Day since which the finding stands: first seen, or reopened."""
    by_first_run: bool
    """Whether it was there when the connection was first looked at, so that nobody knows since when."""
    settled: bool
    """Whether a decision or a waiver answers it."""


def deadlines(decision: Mapping[str, Any] | None, as_of: Day, since: Day) -> Deadlines:
    """The deadlines of a finding from its `decision` block, which counts its windows from the day the set was judged as of."""
    if decision is None:
        return Deadlines(None, None, None, None)
    respond_by = _moved(decision["respond_by"], as_of, since)
    return Deadlines(
        raise_by=_moved(decision["raise_by"], as_of, since),
        respond_by=respond_by,
        escalate_on=_after(respond_by, 1) if respond_by else None,
        forum_next=_day(decision["forum_next"]),
    )


def notices(
    finding: Mapping[str, Any], limits: Deadlines, standing: Standing, views: Views, today: Day
) -> tuple[str, ...]:
    """Which of NOTICES the clock adds to a finding of a report today."""
    conflict = finding["decision"] is not None
    items = [(item["kind"], item["id"]) for item in finding["items"]]
    start = cycle_start(items, views)
    late = conflict and not standing.by_first_run and start is not None and standing.since > start
    overdue = conflict and not standing.settled and limits.escalate_on is not None and today >= limits.escalate_on
    waiting = not standing.settled and any(
        kind == "dependency" and days_overdue(views.fields.get((kind, id), {}), today) > 0 for kind, id in items
    )
    raised = zip(NOTICES, (late, overdue, waiting), strict=True)
    return tuple(name for name, holds in raised if holds)


def cycle_start(items: Iterable[Item], views: Views) -> Day | None:
    """The day on which the last of the items' cycles began; None where none is known. A key result has its objective's."""
    cycles = {cycle for item in items if (cycle := _cycle_of(views.fields.get(item, {}), views))}
    starts = (_day(views.fields.get(("cycle", cycle), {}).get("start")) for cycle in cycles)
    return max((start for start in starts if start), default=None)


def days_overdue(dependency: Fields, today: Day) -> int:
    """Days by which the view of a dependency is past its decision date and not decided; 0 where it is in time or has none."""
    due = _day(dependency.get("decision_date"))
    if due is None or dependency.get("decided") is True:
        return 0
    return max(0, (today - due).days)


def _cycle_of(fields: Fields, views: Views) -> str | None:
    upper = views.fields.get(("objective", fields.get("objective", "")), {})
    cycle: str | None = fields.get("cycle") or upper.get("cycle")
    return cycle


def _moved(counted: str | None, as_of: Day, since: Day) -> Day | None:
    """A day counted from `as_of`, counted from `since` instead."""
    day = _day(counted)
    return _after(since, (day - as_of).days) if day else None


def _after(day: Day, days: int) -> Day | None:
    try:
        return day + datetime.timedelta(days=days)
    except OverflowError:
        return None


def _day(text: Any) -> Day | None:
    """The day of an ISO text; None for what is none."""
    try:
        return Day.fromisoformat(text)
    except (TypeError, ValueError):
        return None
