"""The questions to OKR for Jira: objectives by date, their parents by id, updates by cursor."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from connectors.contract import Missing, Page, Progress, Reach
from connectors.http.answers import records as listed
from connectors.http.client import Answer, Client
from connectors.http.faults import HttpFault
from connectors.http.paging import pages
from connectors.reading.records import Record, records

_EXPORT = "/api/v2/api-export"
_EXPAND = "KEY_RESULTS,TEAMS,PERIODS,LABELS,TYPES"
_WIDEST, _NARROWEST = 92, 6
"""Days asked for at once."""
_TOO_MUCH = ("too_large", "timeout")
_IDS_AT_ONCE = 50
_UPDATES_AT_ONCE = 1000
_SECTIONS = ("teams", "periods", "labels", "krs", "okrs")
_GENERATIONS = 50
"""Levels read above the objectives within the dates."""


def read(client: Client, first: datetime.date, last: datetime.date, reach: Reach) -> Iterator[Page | Missing]:
    """Objectives with their key results by date, then those above them, then values of older updates. Raises HttpFault."""
    found = _Found(set(), set(), set())
    yield from _taken(_by_date(client, first, last), found, reach)
    asked: set[str] = set()
    for _ in range(_GENERATIONS):
        above = found.parents - found.objectives - asked
        if not above:
            break
        asked |= above
        yield from _taken(_by_ids(client, sorted(above)), found, reach)
    if found.wordy:
        yield from _older_values(client, first, found.wordy)


class _Found(NamedTuple):
    """Ids met so far."""

    objectives: set[str]
    parents: set[str]
    wordy: set[str]
    """Key results whose latest update has no value."""


def _taken(answers: Iterable[Answer | Missing], found: _Found, reach: Reach) -> Iterator[Page | Missing]:
    """The sections of the answers as pages, each objective once."""
    for answer in answers:
        if isinstance(answer, Missing):
            yield answer
            continue
        odd: Counter[str] = Counter()
        fresh = {
            okr.id("id"): okr for okr in records(answer.data["okrs"], odd, "") if okr.id("id") not in found.objectives
        }
        found.objectives.update(fresh)
        found.parents.update(filter(None, (okr.id("parentObjectiveId") for okr in fresh.values())))
        for section in _SECTIONS:
            inside = answer.data.get(section)
            if isinstance(inside, list):
                yield Page(section, [okr.data for okr in fresh.values()] if section == "okrs" else inside)
        key_results = Record(answer.data, odd).many("krs")
        last = ((kr.id("id"), kr.inner("latestUpdate")) for kr in key_results)
        found.wordy.update(id_ for id_, update in last if update.data and update.number("value") is None)
        reach.progress(Progress("objectives", len(found.objectives)))


def _older_values(client: Client, first: datetime.date, wordy: set[str]) -> Iterator[Page | Missing]:
    """Updates until each of these key results has had one with a value."""
    left = set(wordy)
    for part in updates(client, first, tuple(sorted(left))):
        if isinstance(part, Missing):
            yield part
        else:
            valued = [update for update in records(part, Counter(), "") if update.number("value") is not None]
            yield Page("updates", [update.data for update in valued if update.id("entityId") in left])
            left.difference_update(update.id("entityId") for update in valued)
        if not left:
            return


def _by_date(client: Client, first: datetime.date, last: datetime.date) -> Iterator[Answer | Missing]:
    """Objectives that begin or are due within the dates, window after window; narrower ones after one was too much.

    An objective may come in two windows. Raises HttpFault where the first window fails.
    """
    begin, days = first, _WIDEST
    while begin <= last:
        after = begin + datetime.timedelta(days=days)
        window = {"startDateEpochMilli": _milliseconds(begin), "deadlineEpochMilli": _milliseconds(after) - 1}
        try:
            answer = _objectives(client, "objectives/byDate", window)
        except HttpFault as fault:
            if fault.kind in _TOO_MUCH and days > _NARROWEST:
                days //= 2
                continue
            if begin == first:
                raise
            yield fault.missing(f"objectives dated from {begin} on")
            return
        yield answer
        begin = after


def _by_ids(client: Client, ids: list[str]) -> Iterator[Answer | Missing]:
    for begin in range(0, len(ids), _IDS_AT_ONCE):
        some = ids[begin : begin + _IDS_AT_ONCE]
        try:
            yield _objectives(client, "objectives/byIds", {"objectiveIds": some})
        except HttpFault as fault:
            yield fault.missing("parents outside the dates", tuple(ids[begin:]))
            return


def updates(client: Client, first: datetime.date, ids: tuple[str, ...]) -> Iterator[list[Any] | Missing]:
    """The updates since a day, newest first; the ids are of the key results they are read for."""
    what = "values of key results whose last update has none"
    asked = {"laterThan": _milliseconds(first), "pageSize": _UPDATES_AT_ONCE}

    def ask(cursor: str | None) -> Answer:
        return _checked(client.get(f"{_EXPORT}/updates", {**asked, "cursor": cursor}), "updates")

    def next_of(answer: Answer) -> str | None:
        return str(answer.data.get("nextCursor") or "") or None

    for part in pages(ask, next_of, what=what, needed=False):
        yield part._replace(scope=what, ids=ids) if isinstance(part, Missing) else part.data["updates"]


def _objectives(client: Client, what: str, asked: Mapping[str, Any]) -> Answer:
    return _checked(client.get(f"{_EXPORT}/{what}", {**asked, "expand": _EXPAND}), "okrs")


def _checked(answer: Answer, section: str) -> Answer:
    listed(answer, section)
    return answer


def _milliseconds(day: datetime.date) -> int:
    return int(datetime.datetime.combine(day, datetime.time(), datetime.UTC).timestamp()) * 1000
