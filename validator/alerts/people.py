"""What people read: the events of one occasion as one message, grouped by who owns what was found, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from validator.alerts.events import (
    CONFLICT,
    DECIDED,
    DIGEST,
    FAILED,
    OPENED,
    OVERDUE,
    PING,
    RAISED,
    REOPENED,
    RESOLVED,
    SILENT,
    TRIED,
)
from validator.history.parts import SEVERITIES

MOST_LINES = 20
"""Findings that one message tells of; the others are counted, with a link."""
LONGEST = 300
"""Characters of one text."""
NOBODY = "Without an owner"
MARKS = {"error": "🔴", "warning": "🟠", "info": "🔵"}
_WORDS = {
    OPENED: "New", REOPENED: "Back", RESOLVED: "Resolved", CONFLICT: "New conflict", DECIDED: "Decided",
    OVERDUE: "Overdue",
}  # fmt: skip
_WHY = {
    "first_run": "with the first look", "rule_changed": "with changed rules", "program_changed": "with a new version",
    TRIED: "with the end of a rule's trial", RAISED: "by becoming worse",
}  # fmt: skip
"""Why findings are told of together."""


class Line(NamedTuple):
    """One thing that a message tells of."""

    severity: str
    word: str
    """What happened: New, Back, Resolved, New conflict, Decided, Overdue."""
    text: str
    items: tuple[tuple[str, str | None], ...] = ()
    """Titles of the items, with their links into the source tool."""
    fix: str | None = None
    way: str | None = None
    """Who decides a conflict, by when, and by what."""


class Group(NamedTuple):
    """The lines of those who own what they are about."""

    owner: str
    lines: tuple[Line, ...]


class Letter(NamedTuple):
    """A message for people."""

    title: str
    summary: str
    groups: tuple[Group, ...]
    left_out: int
    """Findings that are not told of one by one."""
    more: str | None
    """Link to all of it."""


class Told(NamedTuple):
    """An event as the store keeps it."""

    type: str
    severity: str | None
    data: Mapping[str, Any]
    people: Sequence[Mapping[str, str | None]]


def letter_of(connection: str, told: Sequence[Told], more: str | None, *, person: str | None = None) -> Letter:
    """The letter on one occasion; `connection` is its name, `person` the id of whom it goes to, None: to all."""
    single = [(one, line) for one in told if (line := _line(one)) is not None]
    single.sort(key=lambda pair: SEVERITIES.index(pair[1].severity))
    groups: dict[str, list[Line]] = {}
    for one, line in single[:MOST_LINES]:
        groups.setdefault(_owner(one, person), []).append(line)
    beyond = len(single[MOST_LINES:]) + sum(one.data["count"] for one in told if one.type == DIGEST)
    title = f"{connection}: {_headline(told, single)}"
    listed = tuple(Group(owner, tuple(lines)) for owner, lines in groups.items())
    return Letter(short(title, 140), _summary(told), listed, beyond, more)


def short(text: str, longest: int = LONGEST) -> str:
    """A text on one line, cut where it is too long."""
    plain = " ".join(text.split())
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"


def web_link(url: object) -> str | None:
    """A link that a person may follow; None for what is none."""
    text = url if isinstance(url, str) and len(url) <= 2_000 else ""
    return text if text.startswith(("https://", "http://")) and not set(text) & set(" <>|\"'\n\r\t") else None


def _line(one: Told) -> Line | None:
    if one.type not in _WORDS:
        return None
    finding = one.data["finding"]
    items = tuple(
        (short(item.get("title") or item["id"] or item["kind"], 120), web_link(item.get("url")))
        for item in finding["items"][:4]
    )
    failure = finding.get("failure")
    fix = short(failure["fix"]) if isinstance(failure, Mapping) else None
    way = _way(one.data["decision"]) if one.type in (CONFLICT, OVERDUE) else _ruling(one)
    return Line(finding["severity"], _WORDS[one.type], short(finding["message"]), items, fix, way)


def _way(decision: Mapping[str, Any]) -> str:
    """Who decides, by when, by what, and where."""
    who = decision.get("decision_maker")
    parts = [
        f"{who} decides" if who else "nobody is named who decides",
        f"by {decision['respond_by']}" if decision.get("respond_by") else "",
        f"tie-breaker: {decision['tie_breaker']}" if decision.get("tie_breaker") else "",
        f"forum: {decision['forum']}" if decision.get("forum") else "",
    ]
    return short("; ".join(part for part in parts if part))


def _ruling(one: Told) -> str | None:
    if one.type != DECIDED:
        return None
    decision = one.data["decision"]
    return short(f"{decision['decider']} decided: {decision['gives_way']} gives way")


def _owner(one: Told, person: str | None) -> str:
    names = [who["name"] or who["id"] or "" for who in one.people if person is None or who["id"] == person]
    return ", ".join(names[:3]) or NOBODY


def _headline(told: Sequence[Told], single: Sequence[tuple[Told, Line]]) -> str:
    if not single:
        return _summary(told)
    counts: dict[str, int] = {}
    for _, line in single:
        counts[line.word] = counts.get(line.word, 0) + 1
    return ", ".join(f"{count} {word.lower()}" for word, count in counts.items())


def _summary(told: Iterable[Told]) -> str:
    return " ".join(_sentences(told)) or "Something changed."


def _together(digest: Mapping[str, Any]) -> Iterator[str]:
    """What a digest tells of, in sentences."""
    count, went = digest["count"], digest["resolved"]
    severities = ", ".join(f"{number} {name}" for name, number in digest["severities"].items())
    if count:
        why = " or ".join(word for cause, word in _WHY.items() if cause in digest["causes"]) or "with many others"
        yield f"{count:,} {'finding' if count == 1 else 'findings'} came {why} ({severities})."
    if went:
        yield f"{went:,} {'was' if went == 1 else 'were'} resolved."


def _sentences(told: Iterable[Told]) -> Iterator[str]:
    for one in told:
        if one.type == DIGEST:
            yield from _together(one.data)
        elif one.type == FAILED:
            yield f"The source could not be read: {short(str(one.data['sync'].get('problem') or 'no reason was given'))}"
        elif one.type == SILENT:
            yield f"The source has been silent since {one.data['source'].get('heard_at') or 'it was set up'}."
        elif one.type == PING:
            yield "This is a test: messages arrive."
