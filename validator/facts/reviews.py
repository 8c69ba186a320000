"""Which reviews cover what, and when in a cycle they fall. Counts come from sorted dates, never from pairs."""

from __future__ import annotations

import datetime
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from validator.document.model import Review

Day = datetime.date

EDGES = START, MID, END = "cycle_start", "mid_cycle", "cycle_end"
MARGIN = datetime.timedelta(days=28)
"""A start review may come four weeks before its cycle, an end review four weeks after it."""


class Window(NamedTuple):
    """First and last day of a period."""

    start: Day
    end: Day

    def at(self, share: float) -> Day:
        """The day at a share of the window, 0 to 1."""
        return self.start + (self.end - self.start) * share


class Calendar(NamedTuple):
    """Sorted days of reviews by their kind; undated ones of a known kind are counted apart."""

    days: Mapping[str, list[Day]]
    """By START, MID and END; any other kind under ""."""
    undated: Mapping[str, int]

    def within(self, kinds: Iterable[str] | None, first: Day, last: Day) -> int:
        """Reviews of some kinds (None: of any kind) from first to last day."""
        lists = self.days.values() if kinds is None else (self.days[kind] for kind in kinds if kind in self.days)
        return sum(bisect_right(days, last) - bisect_left(days, first) for days in lists)


class Coverage(NamedTuple):
    """Reviews by what they cover: named objectives, teams, or everything."""

    of_objective: Mapping[str, Calendar]
    of_team: Mapping[str, Calendar]
    general: Calendar
    everything: Calendar
    teams_with: Mapping[str, frozenset[str]]
    """Teams that take part in a review of an objective, by objective."""


def coverage(reviews: Iterable[Review]) -> Coverage:
    """All reviews, sorted by what they cover."""
    by_objective: dict[str, list[Review]] = defaultdict(list)
    by_team: dict[str, list[Review]] = defaultdict(list)
    general: list[Review] = []
    reviews = list(reviews)
    for review in reviews:
        for id in review.objectives:
            by_objective[id].append(review)
        for team in () if review.objectives else review.teams:
            by_team[team].append(review)
        if not review.objectives and not review.teams:
            general.append(review)
    return Coverage(
        {id: _calendar(listed) for id, listed in by_objective.items()},
        {id: _calendar(listed) for id, listed in by_team.items()},
        _calendar(general),
        _calendar(reviews),
        {id: frozenset(team for review in listed for team in review.teams) for id, listed in by_objective.items()},
    )


def _calendar(reviews: Iterable[Review]) -> Calendar:
    days: dict[str, list[Day]] = defaultdict(list)
    undated: dict[str, int] = defaultdict(int)
    for review in reviews:
        if review.date is not None:
            days[review.kind if review.kind in EDGES else ""].append(review.date)
        elif review.kind in EDGES:
            undated[review.kind] += 1
    return Calendar({kind: sorted(listed) for kind, listed in days.items()}, undated)


def count_all(calendar: Calendar, window: Window | None) -> int:
    """Reviews within a window; all of them where it is unknown."""
    if window is None:
        return sum(len(days) for days in calendar.days.values()) + sum(calendar.undated.values())
    return calendar.within(None, window.start, window.end) + sum(calendar.undated.values())


def count_mid(calendar: Calendar, window: Window | None) -> int:
    """Reviews in the middle of a window: between a quarter and three quarters of it, or of that kind anywhere in it."""
    if window is None:
        return len(calendar.days.get(MID, ())) + calendar.undated.get(MID, 0)
    first, last = window.at(0.25), window.at(0.75)
    of_kind = calendar.within([MID], window.start, window.end) - calendar.within([MID], first, last)
    return calendar.within(None, first, last) + of_kind + calendar.undated.get(MID, 0)


def count_start(calendar: Calendar, window: Window | None) -> int:
    """Reviews at the start of a window: of that kind, or dated from MARGIN before it to a tenth into it."""
    return _count_edge(calendar, window, START, lambda w: (_moved(w.start, -MARGIN), w.at(0.1)))


def count_end(calendar: Calendar, window: Window | None) -> int:
    """Reviews at the end of a window: of that kind, or dated from its last tenth to MARGIN after it."""
    return _count_edge(calendar, window, END, lambda w: (w.at(0.9), _moved(w.end, MARGIN)))


def _moved(day: Day, by: datetime.timedelta) -> Day:
    """A day some time later or earlier, or the last or first that there is."""
    try:
        return day + by
    except OverflowError:
        return Day.max if by > datetime.timedelta() else Day.min


def _count_edge(calendar: Calendar, window: Window | None, kind: str, edge: Callable[[Window], tuple[Day, Day]]) -> int:
    if window is None:
        return len(calendar.days.get(kind, ())) + calendar.undated.get(kind, 0)
    first, last = edge(window)
    return (
        calendar.within([""], first, last)
        + calendar.within([kind], min(first, window.start), max(last, window.end))
        + calendar.undated.get(kind, 0)
    )
