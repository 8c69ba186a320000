"""Events: what a run, a decision or the clock says that somebody outside wants to hear of.

Nothing is told twice and nobody is drowned: a conflict is told as one and not also as a finding, what a first run or a
change of rules brings or takes away comes in one digest, and so does what exceeds MOST_SINGLE in one run. What was known and
has become worse since is told there, too. What was told to have come is told to have gone, whoever waived it in between.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from validator.history.life import LIVE, Known, Life
from validator.history.parts import SEVERITIES, by_id, teams_of

OPENED, REOPENED, RESOLVED = "finding.opened", "finding.reopened", "finding.resolved"
CONFLICT, DECIDED, OVERDUE = "conflict.opened", "conflict.decided", "conflict.overdue"
DIGEST, FAILED, SILENT, PING = "findings.digest", "run.failed", "source.silent", "endpoint.ping"
TYPES = (OPENED, REOPENED, RESOLVED, CONFLICT, DECIDED, OVERDUE, DIGEST, FAILED, SILENT, PING)
USUAL = (OPENED, REOPENED, CONFLICT, OVERDUE, DIGEST)
"""What an endpoint hears of that does not choose: what is new."""
MOST_SINGLE = 100
"""Findings of one run that are told one by one, the worst; the others come in a digest."""
MOST_LISTED = 100
"""Findings that a digest lists, the worst: of those that came, and of those that went."""
MOST_OF_OWNER = 5
"""Findings of each owner that a digest lists beyond these."""
MOST_IN_ALL = 1_000
"""Findings that came which a digest lists, whosever they are."""
RAISED, TRIED = "severity_raised", "trial_ended"
"""Why a digest tells of a finding that was known before."""
WENT = frozenset({"resolved", "removed"})
"""States of a finding that is gone: mended, or its rule is no more."""
TOGETHER = frozenset({"first_run", "rule_changed", "rule_removed", "program_changed", RAISED, TRIED})
"""Causes that say nothing of the set's own change: what they bring, or take away, comes in a digest."""

Report = Mapping[str, Any]
People = tuple[Mapping[str, str | None], ...]
"""Persons: id, name, email."""


class Several(NamedTuple):
    """What an event is about that tells of more than one finding."""

    findings: frozenset[str]
    """Ids of all of them."""
    rules: frozenset[str]
    failures: frozenset[str]
    owned: Mapping[str, frozenset[str]]
    """Ids of those that a person is told of, by the id of the person."""


class Event(NamedTuple):
    """Something that happened, with all that a message about it says."""

    type: str
    """One of TYPES."""
    at: datetime.datetime
    connection: str
    data: dict[str, Any]
    """What happened, ready for JSON."""
    run: str | None = None
    finding: str | None = None
    severity: str | None = None
    """The worst that it tells of."""
    rule: str | None = None
    failure: str | None = None
    """Row of the failure table."""
    teams: frozenset[str] = frozenset()
    people: People = ()
    """Owners of its items."""
    stands_for: frozenset[str] = frozenset()
    """Types by any of which it is chosen; empty: by its own."""
    several: Several | None = None
    """What it is about where that is not one finding, with one rule and one row of the failure table."""

    @property
    def findings(self) -> frozenset[str]:
        """Ids of all the findings that it tells of."""
        return self.several.findings if self.several else _set_of(self.finding)

    @property
    def rules(self) -> frozenset[str]:
        """Rules of all that it tells of."""
        return self.several.rules if self.several else _set_of(self.rule)

    @property
    def failures(self) -> frozenset[str]:
        """Rows of the failure table of all that it tells of."""
        return self.several.failures if self.several else _set_of(self.failure)

    def findings_of(self, person: str | None) -> frozenset[str]:
        """Ids of the findings that it tells a person of; None: everybody else."""
        if self.several is None or person is None:
            return self.findings
        return self.several.owned.get(person, frozenset())


def _set_of(name: str | None) -> frozenset[str]:
    return frozenset() if name is None else frozenset({name})


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


class _News(NamedTuple):
    """A reported finding that somebody should hear of."""

    life: Life
    finding: Report
    cause: str
    """Why: a kind of cause, RAISED or TRIED."""
    people: People
    """Owners of its items."""


def events_of_run(told: Told) -> Iterator[Event]:
    """The events of a run: single ones with the worst first, then a digest of the others."""
    news = sorted(_news(told), key=lambda one: _worst_first(one.life))
    over = sorted((life for life in told.lives if _is_over(told, life)), key=_worst_first)
    single = [one for one in news if one.cause not in TOGETHER]
    gone = [life for life in over if life.cause is None or life.cause.kind not in TOGETHER]
    yield from (_opened(told, one) for one in single[:MOST_SINGLE])
    yield from (_resolved(told, life) for life in gone[:MOST_SINGLE])
    alone = {one.life.known.id for one in single[:MOST_SINGLE]} | {life.known.id for life in gone[:MOST_SINGLE]}
    rest = [one for one in news if one.life.known.id not in alone]
    went = [life for life in over if life.known.id not in alone]
    if rest or went:
        yield _digest(told, rest, went)


def _news(told: Told) -> Iterator[_News]:
    """Reported findings that came, came back or became worse, and that nobody has answered."""
    reported = by_id(told.report)
    for life in told.lives:
        known = life.known
        answered = known.shadow or known.waiver is not None or known.decision is not None
        cause = None if answered or known.id not in reported else _cause(life, told.earlier.get(known.id))
        if cause is not None:
            finding = reported[known.id]
            yield _News(life, finding, cause, told.people_of(finding))


def _cause(life: Life, earlier: Known | None) -> str | None:
    """Why a finding is news; None where it is not."""
    if life.known.state in ("new", "reopened"):
        return life.cause.kind if life.cause else "unknown"
    if earlier is None:
        return None
    if earlier.shadow:
        return TRIED
    return RAISED if SEVERITIES.index(life.known.severity) < SEVERITIES.index(earlier.severity) else None


def _is_over(told: Told, life: Life) -> bool:
    """Whether a finding went of which somebody may have heard."""
    known = life.known
    heard_of = known.id in told.opened or not (known.shadow or known.waiver)
    return known.state in WENT and life.before in LIVE and heard_of


def _worst_first(life: Life) -> tuple[int, str, str]:
    return SEVERITIES.index(life.known.severity), life.known.rule, life.known.id


def _opened(told: Told, news: _News) -> Event:
    known, finding = news.life.known, news.finding
    conflict = finding["decision"] is not None
    kind = CONFLICT if conflict else REOPENED if known.state == "reopened" else OPENED
    data = {"run": dict(told.run), "finding": _finding(news)}
    if conflict:
        data["decision"] = {**finding["decision"], **told.limits_of(known.id)}
    return Event(
        type=kind,
        at=told.at,
        connection=told.connection,
        data=data,
        run=told.run["id"],
        finding=known.id,
        severity=known.severity,
        rule=known.rule,
        failure=_row_of(finding),
        teams=teams_of(finding),
        people=news.people,
    )


def _row_of(finding: Report) -> str | None:
    """The id of a finding's row of the failure table."""
    return finding["failure"]["id"] if finding["failure"] else None


def _finding(news: _News) -> dict[str, Any]:
    life, finding = news.life, news.finding
    names = ("id", "rule", "severity", "message", "items", "why", "failure", "confidence")
    owners = [{"id": who["id"], "name": who["name"]} for who in news.people]
    cause = life.cause.as_dict() if life.cause else None
    return {**{name: finding[name] for name in names}, "state": life.known.state, "cause": cause, "owners": owners}


def _resolved(told: Told, life: Life) -> Event:
    known, last = life.known, told.gone[life.known.id]
    finding = {
        "id": known.id,
        "rule": known.rule,
        "severity": known.severity,
        "message": last["message"],
        "items": last["items"],
        "state": known.state,
        "cause": life.cause.as_dict() if life.cause else None,
    }
    return Event(
        RESOLVED, told.at, told.connection, {"run": dict(told.run), "finding": finding}, told.run["id"],
        known.id, known.severity, known.rule, last["failure"], known.teams, last["people"],
    )  # fmt: skip


def _digest(told: Told, news: Sequence[_News], went: Sequence[Life]) -> Event:
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


def _stands_for(news: Sequence[_News], went: Sequence[Life]) -> frozenset[str]:
    """The types of event that a digest takes the place of; its own where something came."""
    came = (DIGEST, OPENED, REOPENED, CONFLICT) if news else ()
    return frozenset({*came, *((RESOLVED,) if went else ())})


def _rows_of(told: Told, news: Iterable[_News], went: Iterable[Life]) -> frozenset[str]:
    rows = [*(_row_of(one.finding) for one in news), *(told.gone[life.known.id]["failure"] for life in went)]
    return frozenset(row for row in rows if row is not None)


def _by_owner(news: Iterable[_News]) -> dict[str, list[_News]]:
    """The news of each owner by the owner's id; who has most first."""
    found: dict[str, list[_News]] = {}
    for one in news:
        for who in one.people:
            found.setdefault(who["id"] or "", []).append(one)
    return dict(sorted(found.items(), key=lambda entry: (-len(entry[1]), entry[0])))


def _listed(news: Sequence[_News], theirs: Mapping[str, Sequence[_News]]) -> list[_News]:
    """The worst, and of each owner some that are not among them: the worst of everybody before the second of anybody."""
    places = {one.life.known.id: place for place, one in enumerate(news)}
    ranks: dict[str, int] = {}
    for owned in theirs.values():
        beyond = [id for one in owned if places[id := one.life.known.id] >= MOST_LISTED]
        for rank, id in enumerate(beyond[:MOST_OF_OWNER]):
            ranks[id] = min(rank, ranks.get(id, rank))
    further = sorted(ranks, key=lambda id: (ranks[id], places[id]))[: MOST_IN_ALL - MOST_LISTED]
    return [*news[:MOST_LISTED], *(news[place] for place in sorted(places[id] for id in further))]


def _brief(one: _News) -> dict[str, Any]:
    names = ("id", "rule", "severity", "message")
    return {**{name: one.finding[name] for name in names}, "owners": [who["id"] for who in one.people]}


def _brief_of_gone(told: Told, life: Life) -> dict[str, Any]:
    known, message = life.known, told.gone[life.known.id]["message"]
    return {"id": known.id, "rule": known.rule, "severity": known.severity, "message": message, "state": known.state}


def _numbers(news: Sequence[_News]) -> dict[str, Any]:
    """How many they are, of each severity and each cause."""
    severities = _counts(one.life.known.severity for one in news)
    return {"count": len(news), "severities": severities, "causes": _counts(one.cause for one in news)}


def _counts(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items(), key=lambda entry: (-entry[1], entry[0])))


def decided(
    at: datetime.datetime,
    connection: str,
    decision: Mapping[str, Any],
    finding: Mapping[str, Any],
    people: People = (),
) -> Event:
    """A decision was recorded on a conflict; `finding` has id, rule, severity, message, items and failure (a row's id)."""
    told = {name: finding[name] for name in ("id", "rule", "severity", "message", "items")}
    return Event(
        DECIDED, at, connection, {"finding": told, "decision": dict(decision)}, None, finding["id"],
        finding["severity"], finding["rule"], finding["failure"], teams_of(finding), people,
    )  # fmt: skip


def overdue(
    at: datetime.datetime,
    connection: str,
    notice: Mapping[str, Any],
    finding: Mapping[str, Any],
    people: People = (),
) -> Event:
    """A conflict has no decision in time; `notice` has since, respond_by, escalate_on and decision_maker."""
    return decided(at, connection, notice, finding, people)._replace(type=OVERDUE)


def failed(at: datetime.datetime, connection: str, sync: Mapping[str, Any]) -> Event:
    """A sync ended in an error; `sync` says which, and the problem without any credential."""
    return Event(FAILED, at, connection, {"sync": dict(sync)})


def silent(at: datetime.datetime, connection: str, last: Mapping[str, Any]) -> Event:
    """A source has given nothing for its schedule and a grace time; `last` says when it last did, and by when it should have."""
    return Event(SILENT, at, connection, {"source": dict(last)})
