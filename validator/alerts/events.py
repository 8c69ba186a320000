"""Events: what a run, a decision or the clock says that somebody outside wants to hear of.

Nothing is told twice and nobody is drowned: a conflict is told as one and not also as a finding, what a first run or a
change of rules brings or takes away comes in one digest, and so does what exceeds MOST_SINGLE in one run. What was known and
has become worse since is told there, too.
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
"""Findings that a digest lists."""
RAISED, TRIED = "severity_raised", "trial_ended"
"""Why a digest tells of a finding that was known before."""
TOGETHER = frozenset({"first_run", "rule_changed", "program_changed", RAISED, TRIED})
"""Causes that say nothing of the set's own change: what they bring, or take away, comes in a digest."""

Report = Mapping[str, Any]
People = tuple[Mapping[str, str | None], ...]
"""Persons: id, name, email."""


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
    """What was last said of findings that were resolved, by id: message, items, failure (a row's id) and people."""


class _News(NamedTuple):
    """A reported finding that somebody should hear of."""

    life: Life
    finding: Report
    cause: str
    """Why: a kind of cause, RAISED or TRIED."""


def events_of_run(told: Told) -> Iterator[Event]:
    """The events of a run: single ones with the worst first, then a digest of the others."""
    news = sorted(_news(told), key=lambda one: _worst_first(one.life))
    over = sorted((life for life in told.lives if _is_over(life)), key=_worst_first)
    single = [one for one in news if one.cause not in TOGETHER]
    gone = [life for life in over if life.cause is None or life.cause.kind not in TOGETHER]
    yield from (_opened(told, one.life, one.finding) for one in single[:MOST_SINGLE])
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
            yield _News(life, reported[known.id], cause)


def _cause(life: Life, earlier: Known | None) -> str | None:
    """Why a finding is news; None where it is not."""
    if life.known.state in ("new", "reopened"):
        return life.cause.kind if life.cause else "unknown"
    if earlier is None:
        return None
    if earlier.shadow:
        return TRIED
    return RAISED if SEVERITIES.index(life.known.severity) < SEVERITIES.index(earlier.severity) else None


def _is_over(life: Life) -> bool:
    known = life.known
    return known.state == "resolved" and life.before in LIVE and not known.shadow and not known.waiver


def _worst_first(life: Life) -> tuple[int, str, str]:
    return SEVERITIES.index(life.known.severity), life.known.rule, life.known.id


def _opened(told: Told, life: Life, finding: Report) -> Event:
    known = life.known
    conflict, people = finding["decision"] is not None, told.people_of(finding)
    kind = CONFLICT if conflict else REOPENED if known.state == "reopened" else OPENED
    data = {"run": dict(told.run), "finding": _finding(life, finding, people)}
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
        failure=finding["failure"]["id"] if finding["failure"] else None,
        teams=teams_of(finding),
        people=people,
    )


def _finding(life: Life, finding: Report, people: People) -> dict[str, Any]:
    names = ("id", "rule", "severity", "message", "items", "why", "failure", "confidence")
    owners = [{"id": who["id"], "name": who["name"]} for who in people]
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
    listed = news[:MOST_LISTED]
    data = {
        "run": dict(told.run),
        "count": len(news),
        "resolved": len(went),
        "severities": _counts(one.life.known.severity for one in news),
        "rules": _counts(one.life.known.rule for one in news),
        "causes": _counts(one.cause for one in news),
        "findings": [{name: one.finding[name] for name in ("id", "rule", "severity", "message")} for one in listed],
    }
    lives = [*(one.life for one in news), *went]
    teams = frozenset(team for life in lives for team in life.known.teams)
    return Event(
        DIGEST, told.at, told.connection, data, told.run["id"], severity=lives[0].known.severity, teams=teams
    )  # fmt: skip


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
