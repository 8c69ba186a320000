"""What a run has to tell.

Nothing is told twice and nobody is drowned: a conflict is told as one and not also as a finding, what a first run or a
change of rules brings or takes away comes in one digest, and so does what exceeds MOST_SINGLE in one run. What was known and
has become worse since is told there, too. What was told to have come is told to have gone, whoever waived it in between.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from validator.alerts.digests import News, Told, digest_of, row_of
from validator.alerts.events import CONFLICT, OPENED, RAISED, REOPENED, RESOLVED, TRIED, Event
from validator.history.life import LIVE, Known, Life
from validator.history.parts import SEVERITIES, by_id, teams_of

MOST_SINGLE = 100
"""Findings of one run that are told one by one, the worst; the others come in a digest."""
WENT = frozenset({"resolved", "removed"})
"""States of a finding that is gone: mended, or its rule is no more."""
TOGETHER = frozenset({"first_run", "rule_changed", "rule_removed", "program_changed", RAISED, TRIED})
"""Causes that say nothing of the set's own change: what they bring, or take away, comes in a digest."""


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
        yield digest_of(told, rest, went)


def _news(told: Told) -> Iterator[News]:
    """Reported findings that came, came back or became worse, and that nobody has answered."""
    reported = by_id(told.report)
    for life in told.lives:
        known = life.known
        answered = known.shadow or known.waiver is not None or known.decision is not None
        cause = None if answered or known.id not in reported else _cause(life, told.earlier.get(known.id))
        if cause is not None:
            finding = reported[known.id]
            yield News(life, finding, cause, told.people_of(finding))


def _cause(life: Life, earlier: Known | None) -> str | None:
    """Why a finding is news; None where it is not."""
    if earlier is not None and earlier.shadow:
        return TRIED
    if life.known.state in ("new", "reopened"):
        return life.cause.kind if life.cause else "unknown"
    if earlier is None:
        return None
    return RAISED if SEVERITIES.index(life.known.severity) < SEVERITIES.index(earlier.severity) else None


def _is_over(told: Told, life: Life) -> bool:
    """Whether a finding went of which somebody may have heard."""
    known = life.known
    heard_of = known.id in told.opened or not (known.shadow or known.waiver)
    return known.state in WENT and life.before in LIVE and heard_of


def _worst_first(life: Life) -> tuple[int, str, str]:
    return SEVERITIES.index(life.known.severity), life.known.rule, life.known.id


def _opened(told: Told, news: News) -> Event:
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
        failure=row_of(finding),
        teams=teams_of(finding),
        people=news.people,
    )


def _finding(news: News) -> dict[str, Any]:
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
