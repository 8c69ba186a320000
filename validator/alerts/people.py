"""What people read: the events of one occasion as one message, grouped by who owns what was found, worst first.

The title says what happened and, where somebody must act, who and by when. What is left out is counted.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
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
MOST_OF_DIGEST = 10
"""Findings of a digest that a message tells of."""
MOST_ITEMS = 4
"""Items of a finding that are named; the others are counted."""
LONGEST = 300
"""Characters of one text."""
LONGEST_MESSAGE = 800
"""Characters of what a finding says; a conflict says last what would settle it."""
NOBODY = "Without an owner"
TO_DO = "What to do"
MORE = "All of it (API)"
"""What the link to all of it is called: it leads to JSON, and asks for a key."""
DONE = "✅"
MARKS = {"error": "🔴", "warning": "🟠", "info": "🔵"}
_CONFLICTS = (OVERDUE, CONFLICT, DECIDED)
_WORDS = {
    OVERDUE: "overdue", CONFLICT: "new", OPENED: "new", REOPENED: "reopened", DECIDED: "decided", RESOLVED: "resolved",
}  # fmt: skip
"""What happened, the most urgent first."""
_OVER = ("decided", "resolved")
_WHY = {
    "first_run": "from the first look", "rule_changed": "because the rules changed",
    "program_changed": "because this program changed", TRIED: "because the trial of a rule ended",
    RAISED: "because they became worse",
}  # fmt: skip
"""Why findings are told of together."""
_SIDES = ("key_result", "objective", "initiative")
"""Kinds that can be a side of a conflict, the closest first."""
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Controls, and marks that turn the direction of the text that follows."""


class Piece(NamedTuple):
    """A text, most often the title of an item."""

    text: str
    url: str | None = None
    """Link into the source tool."""
    team: str | None = None


class Fact(NamedTuple):
    """What is good to know of a finding, under a name."""

    name: str
    pieces: tuple[Piece, ...]


class Line(NamedTuple):
    """One thing that a message tells of."""

    severity: str
    word: str
    """What happened: new, reopened, overdue, decided, resolved; empty where a digest says it."""
    noun: str
    """What it happened to: a conflict, or a finding of a severity."""
    text: str
    facts: tuple[Fact, ...] = ()
    turn: str = ""
    """Of a conflict: between whom it is, and whose turn it is until when."""

    @property
    def mark(self) -> str:
        return DONE if self.word in _OVER else MARKS[self.severity]

    @property
    def head(self) -> str:
        """What happened, in two words; of a conflict also how severe it is."""
        severity = f" ({self.severity})" if self.noun not in SEVERITIES else ""
        return f"{self.word} {self.noun}".strip().capitalize() + severity


class Group(NamedTuple):
    """The lines of those who own what they are about."""

    owner: str
    lines: tuple[Line, ...]


class Letter(NamedTuple):
    """A message for people."""

    title: str
    summary: str
    """What is about no single finding; may be empty where there are groups."""
    groups: tuple[Group, ...]
    left_out: int
    """Findings that are not told of one by one."""
    more: str | None
    """Link to all of it."""
    origin: str = ""
    """The run that found it."""
    notice: str = ""
    """What a notification shows; empty: the title."""


class Told(NamedTuple):
    """An event as the store keeps it."""

    type: str
    severity: str | None
    data: Mapping[str, Any]
    people: Sequence[Mapping[str, str | None]]


def letter_of(connection: str, told: Sequence[Told], more: str | None, *, person: str | None = None) -> Letter:
    """The letter on one occasion; `connection` is its name, `person` the id of whom it goes to, None: to all."""
    single = sorted(((one, _line(one)) for one in told if one.type in _WORDS), key=_urgency)
    digest = [line for one in told if one.type == DIGEST for line in _digest_lines(one.data)]
    rest = digest[: min(MOST_OF_DIGEST, max(0, MOST_LINES - len(single)))]
    count = len(single) + sum(one.data["count"] for one in told if one.type == DIGEST)
    groups: dict[str, list[Line]] = {}
    for one, line in single[:MOST_LINES]:
        groups.setdefault(_owner(one, person), []).append(line)
    listed = [Group(owner, tuple(_once(lines))) for owner, lines in groups.items()]
    listed += [Group("The worst of those that came together", tuple(rest))] if rest else []
    title = short(f"{short(connection, 40)}: {_headline(told, single, person)}", 140)
    summary = " ".join(_sentences(told))
    first = single[0][1].text if single else summary
    return Letter(
        title, summary, tuple(listed), count - sum(len(group.lines) for group in listed), more, _origin(told),
        short(f"{title}. {first}", 150) if first else title,
    )  # fmt: skip


def without_last(letter: Letter) -> Letter:
    """The letter without its last line, which it counts instead."""
    *groups, last = letter.groups
    kept = [last._replace(lines=last.lines[:-1])] if len(last.lines) > 1 else []
    return letter._replace(groups=(*groups, *kept), left_out=letter.left_out + 1)


def left_out(letter: Letter) -> str:
    """How many findings it does not show; empty where it shows all, or says so in its summary."""
    return f"… and {letter.left_out:,} more that this message does not show." if letter.left_out else ""


def short(text: str, longest: int = LONGEST) -> str:
    """A text on one line without what nobody sees, cut where it is too long."""
    plain = " ".join(_UNSEEN.sub("", text).split())
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"


def web_link(url: object) -> str | None:
    """A link that a person may follow; None for what is none."""
    text = url if isinstance(url, str) and len(url) <= 2_000 and url.isprintable() else ""
    return text if text.startswith(("https://", "http://")) and not set(text) & set(" <>|\"'\\") else None


def _urgency(pair: tuple[Told, Line]) -> tuple[bool, int, int]:
    """What still asks for something first, then the worst, then the most urgent."""
    one, line = pair
    return line.word in _OVER, SEVERITIES.index(line.severity), list(_WORDS).index(one.type)


def _line(one: Told) -> Line:
    finding, conflict = one.data["finding"], one.type in _CONFLICTS
    word = "reopened" if one.type == CONFLICT and finding.get("state") == "reopened" else _WORDS[one.type]
    sides = _sides(finding["items"])[:MOST_ITEMS] if conflict else []
    return Line(
        severity=finding["severity"],
        word=word,
        noun="conflict" if conflict else finding["severity"],
        text=short(finding["message"], LONGEST_MESSAGE),
        facts=(*_side_facts(sides), *_facts(one, [item for item in finding["items"] if item not in sides])),
        turn=f"{_between(sides)}: {_turn(one)}" if conflict else "",
    )


def _digest_lines(digest: Mapping[str, Any]) -> Iterator[Line]:
    for finding in digest.get("findings", ()):
        severity = finding["severity"]
        yield Line(severity, "", severity, short(finding["message"], LONGEST_MESSAGE))


def _once(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, with what is to do under the first of those that ask for the same."""
    told: set[Fact] = set()
    for line in lines:
        yield line._replace(facts=tuple(fact for fact in line.facts if fact not in told))
        told.update(fact for fact in line.facts if fact.name == TO_DO)


# Facts


def _side_facts(sides: Sequence[Mapping[str, Any]]) -> Iterator[Fact]:
    names = ("One side", "Other side") if len(sides) == 2 else [f"Side {number}" for number in range(1, MOST_ITEMS + 1)]
    yield from (Fact(name, (_piece(item),)) for name, item in zip(names, sides, strict=False))


def _facts(one: Told, items: Sequence[Mapping[str, Any]]) -> Iterator[Fact]:
    finding = one.data["finding"]
    where = [piece for item in items if (piece := _piece(item)).url or piece.text not in finding["message"]]
    if where:
        beyond = [Piece(f"{len(where) - MOST_ITEMS} more")] if len(where) > MOST_ITEMS else []
        yield Fact("Where", (*where[:MOST_ITEMS], *beyond))
    named = [("Why now", _why_now(one)), *_way(one), (TO_DO, _fix(one))]
    yield from (Fact(name, (Piece(text),)) for name, text in named if text)


def _way(one: Told) -> list[tuple[str, str]]:
    """Of a conflict: who decides, by when, by what and where; or who decided what."""
    way = one.data.get("decision") or {}
    said = {name: short(value) for name, value in way.items() if isinstance(value, str)}
    decides = ("Decides", said.get("decision_maker") or "nobody is named")
    if one.type == CONFLICT:
        forum = said.get("forum") or "none is named"
        held = f", next on {_day(said['forum_next'])}" if said.get("forum_next") else ""
        return [
            decides,
            ("Decide by", _day(said.get("respond_by")) or "no day is set"),
            ("Tie-breaker", said.get("tie_breaker") or "none is agreed"),
            ("Forum", f"{forum}{held}"),
        ]
    if one.type == OVERDUE:
        return [decides, ("Was due by", _day(said.get("respond_by"))), ("Open since", _day(said.get("since")))]
    if one.type == DECIDED:
        names = {"Decided by": "decider", "Gives way": "gives_way", "Because": "rationale", "Tie-breaker": "tie_breaker",
                 "Forum": "forum"}  # fmt: skip
        rows = [(name, said.get(field, "")) for name, field in names.items()]
        return [*rows, ("Decided on", _day(said.get("decided_on")))]
    return []


def _fix(one: Told) -> str:
    """What mends it; of a conflict only where the way to a decision is not all there: else the way is what to do."""
    failure = one.data["finding"].get("failure")
    known = one.type == CONFLICT and not one.data["decision"].get("unnamed")
    return short(failure["fix"]) if isinstance(failure, Mapping) and not known else ""


def _why_now(one: Told) -> str:
    """What changed, where that was in its own items."""
    finding = one.data["finding"]
    cause = finding.get("cause") or {}
    titles = {(item["kind"], item["id"]): f"“{_piece(item)._replace(url=None).text}”" for item in finding["items"]}
    if cause.get("kind") == "item_added":
        added = [titles[key] for item in cause.get("items", ()) if (key := (item["kind"], item["id"])) in titles]
        return f"{', '.join(added)} was added" if len(added) == 1 else f"{', '.join(added)} were added" if added else ""
    names = {who["id"]: who["name"] for who in one.people}
    changes = [(titles.get((c["item"]["kind"], c["item"]["id"])), c) for c in cause.get("changes", ())]
    told = [
        f"{change['field'].replace('_', ' ')} of {title}: {_value(change['from'], names)} → {_value(change['to'], names)}"
        for title, change in changes
        if title and change["field"] != "id"
    ]
    return short("; ".join(told[:2]))


def _value(value: Any, names: Mapping[str | None, str | None]) -> str:
    listed = value if isinstance(value, (list, tuple)) else [] if value is None else [value]
    return short(", ".join(str(names.get(part) or part) if isinstance(part, str) else str(part) for part in listed), 80) or "none"
