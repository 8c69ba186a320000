"""A message for people as its parts, which each shape lays out in its own way, and words that all of them use."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from validator.history.parts import SEVERITIES

MOST_OWNERS = 3
"""Owners of a finding that are named; the others are counted."""
LONGEST = 300
"""Characters of one text."""
NOBODY = "Without an owner"
TO_DO = "What to do"
MORE = "All of it (API)"
"""What the link to all of it is called: it leads to JSON, and asks for a key."""
DONE = "✅"
MARKS = {"error": "🔴", "warning": "🟠", "info": "🔵"}
OVER = ("decided", "resolved")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Controls, and marks that turn the direction of the text that follows."""


class Piece(NamedTuple):
    """A text, most often the title of an item."""

    text: str
    url: str | None = None
    """Link into the source tool."""
    team: str = ""

    @property
    def whose(self) -> str:
        """Its team, in brackets."""
        return f" ({self.team})" if self.team else ""


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
        return DONE if self.word in OVER else MARKS[self.severity]

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

    @property
    def rest(self) -> str:
        """What is left out, in a sentence; empty where nothing is."""
        return f"… and {self.left_out:,} more that this message does not show." if self.left_out else ""


class Told(NamedTuple):
    """An event as the store keeps it."""

    type: str
    severity: str | None
    data: Mapping[str, Any]
    people: Sequence[Mapping[str, str | None]]


def without_last(letter: Letter) -> Letter:
    """The letter without its last line, which it counts instead."""
    *groups, last = letter.groups
    kept = [last._replace(lines=last.lines[:-1])] if len(last.lines) > 1 else []
    return letter._replace(groups=(*groups, *kept), left_out=letter.left_out + 1)


def short(text: str, longest: int = LONGEST) -> str:
    """A text on one line without what nobody sees, cut where it is too long."""
    plain = " ".join(_UNSEEN.sub("", text).split())
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"


def web_link(url: object) -> str | None:
    """A link that a person may follow; None for what is none."""
    text = url if isinstance(url, str) and len(url) <= 2_000 and url.isprintable() else ""
    return text if text.startswith(("https://", "http://")) and not set(text) & set(" <>|\"'\\") else None


def names_of(people: Iterable[Mapping[str, Any]], person: str | None) -> str:
    """Owners by name, the first of them; or the person whom a letter goes to."""
    named = [short(who["name"] or who["id"] or "", 60) for who in people if person is None or who["id"] == person]
    names = [name for name in named if name]
    beyond = [f"{len(names) - MOST_OWNERS} more"] if len(names) > MOST_OWNERS else []
    return ", ".join([*names[:MOST_OWNERS], *beyond]) or NOBODY


def plural(noun: str, count: int) -> str:
    """A noun for so many."""
    return noun if count == 1 or noun == "info" else f"{noun}s"


def day_of(text: object) -> str:
    """A day with its weekday; empty for what is none."""
    try:
        day = datetime.date.fromisoformat(str(text))
    except ValueError:
        return ""
    return f"{_DAYS[day.weekday()]} {day}"


def moment_of(text: object) -> str:
    """A moment to the minute in UTC; empty for what is none."""
    try:
        at = datetime.datetime.fromisoformat(str(text)).astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        return ""
    return f"{day_of(at.date())} {at:%H:%M} UTC"
