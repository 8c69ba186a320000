"""One event of many findings: what came at once with a first run, changed rules or too much to tell one by one, and what went."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from validator.alerts.events import CONFLICT, DIGEST, OPENED, REOPENED, RESOLVED, Event, People, Several
from validator.history.life import Known, Life
from validator.history.parts import SEVERITIES

MOST_LISTED = 100
"""Findings that a digest lists, the worst: of those that came, and of those that went."""
MOST_OF_OWNER = 5
"""Findings of each owner that a digest lists beyond these."""
MOST_IN_ALL = 1_000
"""Findings that came which a digest lists, whosever they are."""
Report = Mapping[str, Any]


class Told(NamedTuple):
    """A run with what became of its findings."""

    at: datetime.datetime
    connection: str
    run: Mapping[str, Any]
    """What messages say of the run: id, number, as_of, ruleset."""
    report: Report
    lives: Sequence[Life]
    limits_of: Callable[[str], Mapping[str, str | None]]
    """Deadlines of a reported finding by its id: raise_by, respond_by, escalate_on, forum_next."""
    people_of: Callable[[Report], People]
    """Owners of the items of a reported finding."""
    earlier: Mapping[str, Known]
    """The findings as the runs before left them, by id."""
    gone: Mapping[str, Mapping[str, Any]]
    """What was last said of findings that went, by id: message, items, failure (a row's id) and people."""
    opened: frozenset[str]
    """Ids of findings that went, of which it was told one by one that they stand, and not since that they went."""


class News(NamedTuple):
    """A reported finding that somebody should hear of."""

    life: Life
    finding: Report
    cause: str
    """Why: a kind of cause, RAISED or TRIED."""
    people: People
    """Owners of its items."""


def digest_of(told: Told, news: Sequence[News], went: Sequence[Life]) -> Event:
    """The digest of what came and what went in a run, each with the worst first."""
    theirs = _by_owner(news)
    people = {who["id"] or "": who for one in news for who in one.people}
    data = {
        "run": dict(told.run),
        **_numbers(news),
        "resolved": len(went),
        "rules": _counts(one.life.known.rule for one in news),
        "owners": [{"id": id, "name": people[id]["name"], **_numbers(owned)} for id, owned in theirs.items()],
        "findings": [_brief(one) for one in _listed(news, theirs)],
        "gone": [_brief_of_gone(told, life) for life in went[:MOST_LISTED]],
    }
    known = [*(one.life.known for one in news), *(life.known for life in went)]
    return Event(
        type=DIGEST,
        at=told.at,
        connection=told.connection,
        data=data,
        run=told.run["id"],
        severity=min((one.severity for one in known), key=SEVERITIES.index),
        teams=frozenset(team for one in known for team in one.teams),
        people=tuple(people.values()),
        stands_for=_stands_for(news, went),
        several=Several(
            findings=frozenset(one.id for one in known),
            rules=frozenset(one.rule for one in known),
            failures=_rows_of(told, news, went),
            owned={id: frozenset(one.life.known.id for one in owned) for id, owned in theirs.items()},
        ),
    )


def _stands_for(news: Sequence[News], went: Sequence[Life]) -> frozenset[str]:
    """The types of event that a digest takes the place of; its own where something came."""
    came = (DIGEST, OPENED, REOPENED, CONFLICT) if news else ()
    return frozenset({*came, *((RESOLVED,) if went else ())})


def _rows_of(told: Told, news: Iterable[News], went: Iterable[Life]) -> frozenset[str]:
    rows = [*(row_of(one.finding) for one in news), *(told.gone[life.known.id]["failure"] for life in went)]
    return frozenset(row for row in rows if row is not None)


def row_of(finding: Report) -> str | None:
    """The id of a finding's row of the failure table."""
    return finding["failure"]["id"] if finding["failure"] else None


def _by_owner(news: Iterable[News]) -> dict[str, list[News]]:
    """The news of each owner by the owner's id; who has most first."""
    found: dict[str, list[News]] = {}
    for one in news:
        for who in one.people:
            found.setdefault(who["id"] or "", []).append(one)
    return dict(sorted(found.items(), key=lambda entry: (-len(entry[1]), entry[0])))


def _listed(news: Sequence[News], theirs: Mapping[str, Sequence[News]]) -> list[News]:
    """The worst, and of each owner some that are not among them: the worst of everybody before the second of anybody."""
    places = {one.life.known.id: place for place, one in enumerate(news)}
    ranks: dict[str, int] = {}
    for owned in theirs.values():
        beyond = [id for one in owned if places[id := one.life.known.id] >= MOST_LISTED]
        for rank, id in enumerate(beyond[:MOST_OF_OWNER]):
            ranks[id] = min(rank, ranks.get(id, rank))
    further = sorted(ranks, key=lambda id: (ranks[id], places[id]))[: MOST_IN_ALL - MOST_LISTED]
    return [*news[:MOST_LISTED], *(news[place] for place in sorted(places[id] for id in further))]


def _brief(one: News) -> dict[str, Any]:
    names = ("id", "rule", "severity", "message")
    return {**{name: one.finding[name] for name in names}, "owners": [who["id"] for who in one.people]}


def _brief_of_gone(told: Told, life: Life) -> dict[str, Any]:
    known, message = life.known, told.gone[life.known.id]["message"]
    return {"id": known.id, "rule": known.rule, "severity": known.severity, "message": message, "state": known.state}


def _numbers(news: Sequence[News]) -> dict[str, Any]:
    """How many they are, of each severity and each cause."""
    severities = _counts(one.life.known.severity for one in news)
    return {"count": len(news), "severities": severities, "causes": _counts(one.cause for one in news)}


def _counts(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items(), key=lambda entry: (-entry[1], entry[0])))
