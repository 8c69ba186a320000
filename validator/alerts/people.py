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

MOST_LINES = 12
"""Findings that one message tells of; the others are counted, with a link."""
MOST_OF_DIGEST = 10
"""Findings of a digest that a message tells of."""
MOST_OWNERS = 3
"""Owners of a finding that are named; the others are counted."""
MOST_ITEMS = 4
"""Items of a finding that are named; the others are counted."""
MOST_CHANGES = 2
"""Changes that are named as the reason why a finding came."""
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
    "first_run": "this was the first look", "rule_changed": "the rules changed",
    "program_changed": "this program changed", TRIED: "the trial of a rule ended", RAISED: "they became worse",
}  # fmt: skip
"""Why findings are told of together."""
_SIDES = ("key_result", "objective", "initiative")
"""Kinds that can be a side of a conflict, the closest first."""
_REFERENCES = frozenset(
    "team teams cycle owner owners contributors parent parents created_by lead lead_team shared_with on_team from objective "
    "objectives decision_maker forum.members forum.teams".split()
)
"""Fields that name other things by id."""
_NEEDED = ("decision_maker", "respond_by", "tie_breaker", "forum")
"""What a way to a decision needs."""
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


def letter_of(connection: str, told: Sequence[Told], more: str | None, *, person: str | None = None) -> Letter:
    """The letter on one occasion; `connection` is its name, `person` the id of whom it goes to, None: to all."""
    told = [one._replace(data=_theirs(one.data, person)) if one.type == DIGEST else one for one in told]
    single = sorted(((one, _line(one)) for one in told if one.type in _WORDS), key=_urgency)
    together = [one.data for one in told if one.type == DIGEST]
    listed = [*_by_owner(single[:MOST_LINES], person), *_worst(together, person, MOST_LINES - len(single))]
    count = len(single) + sum(digest["count"] for digest in together)
    title = short(f"{short(connection, 40)}: {_headline(told, single, person)}", 140)
    summary = " ".join(_sentences(told, alone=not single))
    return Letter(
        title=title,
        summary=summary,
        groups=tuple(listed),
        left_out=count - sum(len(group.lines) for group in listed),
        more=more,
        origin=_origin(told),
        notice=_notice(title, summary, [line for _, line in single]),
    )


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


def _urgency(pair: tuple[Told, Line]) -> tuple[bool, int, int]:
    """What still asks for something first, then the worst, then the most urgent."""
    one, line = pair
    return line.word in _OVER, SEVERITIES.index(line.severity), list(_WORDS).index(one.type)


def _line(one: Told) -> Line:
    finding, conflict = one.data["finding"], one.type in _CONFLICTS
    items = finding["items"]
    sides = _sides(items)[:MOST_ITEMS] if conflict else []
    return Line(
        severity=finding["severity"],
        word="reopened" if conflict and finding.get("state") == "reopened" else _WORDS[one.type],
        noun="conflict" if conflict else finding["severity"],
        text=short(finding["message"], LONGEST_MESSAGE),
        facts=(*_named_sides(sides), *_facts(one, [item for item in items if item not in sides])),
        turn=f"{_between(sides)}: {_turn(one)}" if conflict else "",
    )


def _by_owner(single: Iterable[tuple[Told, Line]], person: str | None) -> Iterator[Group]:
    groups: dict[str, list[Line]] = {}
    for one, line in single:
        groups.setdefault(_names(one.people, person), []).append(line)
    yield from (Group(owner, tuple(_once(lines))) for owner, lines in groups.items())


def _theirs(digest: Mapping[str, Any], person: str | None) -> Mapping[str, Any]:
    """What a digest tells one person: what came of their own; None: all of it."""
    if person is None or "owners" not in digest:
        return digest
    none = {"count": 0, "severities": {}, "causes": {}}
    numbers = next((owner for owner in digest["owners"] if owner["id"] == person), none)
    found = [finding for finding in digest["findings"] if person in finding["owners"]]
    return {**digest, **{name: numbers[name] for name in none}, "resolved": 0, "findings": found}


def _worst(together: Iterable[Mapping[str, Any]], person: str | None, most: int) -> Iterator[Group]:
    """The worst of what digests tell of, as far as there is room."""
    found = [(digest, finding) for digest in together for finding in digest.get("findings", ())]
    groups: dict[str, list[Line]] = {}
    for digest, finding in found[: min(MOST_OF_DIGEST, max(0, most))]:
        line = Line(finding["severity"], "", finding["severity"], short(finding["message"], LONGEST_MESSAGE))
        people = [who for who in digest.get("owners", ()) if who["id"] in finding.get("owners", ())]
        owner = _names(people, person) if "owners" in finding else "Worst first"
        groups.setdefault(owner, []).append(line)
    yield from (Group(owner, tuple(lines)) for owner, lines in groups.items())


def _once(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, with what is to do under the first of those that ask for the same."""
    told: set[Fact] = set()
    for line in lines:
        yield line._replace(facts=tuple(fact for fact in line.facts if fact not in told))
        told.update(fact for fact in line.facts if fact.name == TO_DO)


# What is good to know


def _sides(items: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The sides among the items of a conflict: of a pair of key results the objectives are not the sides."""
    pairs = ([item for item in items if item["kind"] == kind] for kind in _SIDES)
    return next((found for found in pairs if len(found) > 1), [])


def _named_sides(sides: Sequence[Mapping[str, Any]]) -> Iterator[Fact]:
    for number, item in enumerate(sides):
        name = ("One side", "Other side")[number] if len(sides) == 2 else f"Side {number + 1}"
        yield Fact(name, (_piece(item),))


def _piece(item: Mapping[str, Any]) -> Piece:
    team = short(item.get("team_name") or "", 60) if item["kind"] != "team" else ""
    title = short(item.get("title") or "", 120) or short(item["id"] or "", 120) or item["kind"]
    return Piece(title, web_link(item.get("url")), team)


def _facts(one: Told, items: Sequence[Mapping[str, Any]]) -> Iterator[Fact]:
    """What there is to know; an item without a link is left out where the message names it."""
    message = short(one.data["finding"]["message"], LONGEST_MESSAGE)
    where = [piece for piece in map(_piece, items) if piece.url or piece.text not in message]
    if where:
        yield Fact("Where", tuple(_where(where)))
    why = "Because" if one.type == RESOLVED else "Why now"
    for name, text in ((why, _why_now(one)), *_way(one), (TO_DO, _fix(one))):
        if text:
            yield Fact(name, (Piece(text),))


def _where(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """The first of them; a team after the last of its own."""
    shown = pieces[:MOST_ITEMS]
    for piece, following in zip(shown, (*shown[1:], None), strict=True):
        yield piece._replace(team="") if following and following.team == piece.team else piece
    if len(pieces) > MOST_ITEMS:
        yield Piece(f"{len(pieces) - MOST_ITEMS} more")


def _way(one: Told) -> Iterator[tuple[str, str]]:
    """Of a conflict: who decides, by when, by what and where; or who decided what."""
    decision = one.data.get("decision") or {}
    said = {name: short(value) for name, value in decision.items() if isinstance(value, str)}
    if one.type in (CONFLICT, OVERDUE):
        yield "Decides", said.get("decision_maker") or "nobody is named"
    if one.type == CONFLICT:
        held = f", next on {_day(said['forum_next'])}" if "forum_next" in said else ""
        yield "Decide by", _day(said.get("respond_by")) or "no day is set"
        yield "Tie-breaker", said.get("tie_breaker") or "none is agreed"
        yield "Forum", f"{said['forum']}{held}" if said.get("forum") else "none is named"
    elif one.type == OVERDUE:
        yield "Was due by", _day(said.get("respond_by"))
        yield "Open since", _day(said.get("since"))
    elif one.type == DECIDED:
        yield "Decided by", ", ".join(filter(None, (said.get("decider"), _day(said.get("decided_on")))))
        named = {"Gives way": "gives_way", "Because": "rationale", "Tie-breaker": "tie_breaker", "Forum": "forum"}
        yield from ((name, said.get(field, "")) for name, field in named.items())


def _fix(one: Told) -> str:
    """What mends it; of a conflict only where its way to a decision lacks something: else to go that way is what to do."""
    failure = one.data["finding"].get("failure")
    known = one.type == CONFLICT and all(one.data["decision"].get(name) for name in _NEEDED)
    return short(failure["fix"]) if isinstance(failure, Mapping) and not known else ""


def _why_now(one: Told) -> str:
    """What changed since the last run, where its own items did."""
    finding = one.data["finding"]
    cause, alone = finding.get("cause") or {}, len(finding["items"]) == 1
    titles = {(item["kind"], item["id"]): "" if alone else f"“{_piece(item).text}”" for item in finding["items"]}
    come = "was removed" if cause.get("kind") == "item_removed" else "was added"
    told = [
        f"{titles[key] or 'it'} {come}"
        for item in cause.get("items", ())
        if (key := (item["kind"], item["id"])) in titles
    ]
    for change in cause.get("changes", ()):
        key = change["item"]["kind"], change["item"]["id"]
        if key in titles and change["field"] != "id":
            field = change["field"].replace("_", " ").replace(".", " ")
            told.append(f"{f'{field} of {titles[key]}' if titles[key] else f'its {field}'}{_changed(change)}")
    beyond = [f"{len(told) - MOST_CHANGES} more"] if len(told) > MOST_CHANGES else []
    return short("; ".join([*told[:MOST_CHANGES], *beyond]))


def _changed(change: Mapping[str, Any]) -> str:
    """From what to what; of fields that name others by id only whether there are any: few people know ids."""
    before, after = change["from"], change["to"]
    if change["field"] in _REFERENCES:
        return " added" if not before else " removed" if not after else " changed"
    return f": {_value(before)} → {_value(after)}"


def _value(value: object) -> str:
    """A value of a field as people write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    parts = value if isinstance(value, list) else [] if value is None else [value]
    return short(", ".join(map(str, parts)), 80) or "none"


# The first line


def _headline(told: Sequence[Told], single: Sequence[tuple[Told, Line]], person: str | None) -> str:
    whose = " in what you own" if person else ""
    if not single:
        return "; ".join(f"{occasion}{whose}" for one in told if (occasion := _occasion(one))) or "something changed"
    (one, line), *others = single
    if others:
        return f"{_counts(line for _, line in single)}{whose}"
    if line.turn:
        return f"{line.word} conflict{line.turn}"
    owner = _names(one.people, None)
    return f"{line.word} {line.noun}{whose or (f' for {owner}' if owner != NOBODY else ' without an owner')}"


def _notice(title: str, summary: str, lines: Sequence[Line]) -> str:
    """The title, with how the message begins where the title alone does not say what it is about."""
    told = len(lines) == 1 and lines[0].turn
    begin = lines[0].text if lines and not told else "" if told else summary
    return short(f"{title}. {begin}", 150) if begin else title


def _counts(lines: Iterable[Line]) -> str:
    counts = Counter((line.word, line.noun) for line in lines)
    return ", ".join(f"{count:,} {word} {_plural(noun, count)}" for (word, noun), count in counts.items())


def _plural(noun: str, count: int) -> str:
    return noun if count == 1 or noun == "info" else f"{noun}s"


def _between(sides: Sequence[Mapping[str, Any]]) -> str:
    teams = list(dict.fromkeys(piece.team for item in sides if (piece := _piece(item)).team))
    return f" between {short(str(teams[0]), 30)} and {short(str(teams[1]), 30)}" if len(teams) == 2 else ""


def _turn(one: Told) -> str:
    """Whose turn it is in a conflict, and until when; or what came of it."""
    decision = one.data["decision"]
    if one.type == DECIDED:
        return f"“{short(decision['gives_way'], 60)}” gives way"
    who, day = short(decision.get("decision_maker") or "", 40), _day(decision.get("respond_by"))
    if one.type == OVERDUE:
        asked = f"{who} was to decide" if who else "nobody is named to decide"
        return f"{asked} by {day}" if who and day else asked
    return f"{who} decides{f' by {day}' if day else ''}" if who else "nobody is named to decide it"


def _occasion(one: Told) -> str:
    """What is about no single finding, in a few words."""
    if one.type == DIGEST:
        return _at_once(one.data)
    words = {FAILED: "its source could not be read", SILENT: "its source is silent", PING: "a test"}
    return words.get(one.type, "something changed")


def _at_once(digest: Mapping[str, Any]) -> str:
    count, went, counts = digest["count"], digest["resolved"], digest["severities"]
    severities = ", ".join(f"{counts[name]:,} {_plural(name, counts[name])}" for name in SEVERITIES if counts.get(name))
    came = [f"{count:,} {_plural('finding', count)} at once ({severities})"] if count else []
    return ", ".join([*came, *([f"{went:,} gone at once"] if went else [])])


# Sentences


def _sentences(told: Sequence[Told], *, alone: bool) -> Iterator[str]:
    """What is about no single finding; `alone` where there is nothing else, so that the title has said it."""
    for one in told:
        if one.type == DIGEST:
            if not alone:
                yield f"Also {_at_once(one.data)}."
            yield from _reasons(one.data)
        elif one.type == FAILED:
            yield from _failure(one.data["sync"])
        elif one.type == SILENT:
            yield from _silence(one.data["source"])
        elif one.type == PING:
            yield "This is a test: messages arrive. There is nothing to do."


def _reasons(digest: Mapping[str, Any]) -> Iterator[str]:
    """Why a digest tells of its findings at once."""
    causes = digest["causes"]
    found = [(causes[cause], words) for cause, words in _WHY.items() if causes.get(cause)]
    others = digest["count"] - sum(number for number, _ in found)
    found += [(others, "there are too many to tell one by one")] if others else []
    reasons = [f"{words} ({number:,})" if len(found) > 1 else words for number, words in found]
    if reasons:
        yield f"They are told at once because {' and '.join(reasons)}."


def _failure(sync: Mapping[str, Any]) -> Iterator[str]:
    yield f"{short(str(sync.get('problem') or 'No reason was given')).rstrip('.')}."
    stale = sync.get("stale") or 0
    if stale:
        stand = "1 finding still stands" if stale == 1 else f"{stale:,} findings still stand"
        yield f"Until it is read again, nobody knows whether {stand}."
    yield f"{TO_DO}: test the connection and its credential."


def _silence(source: Mapping[str, Any]) -> Iterator[str]:
    heard, due = _moment(source.get("heard_at")), _moment(source.get("silent_since"))
    yield f"Nothing has come since {heard}." if heard else "Nothing has ever come."
    if due:
        yield f"It was due by {due}."
    yield f"{TO_DO}: see whether its schedule runs, and test the connection."


def _origin(told: Sequence[Told]) -> str:
    """The run that found it."""
    run = next((one.data["run"] for one in told if one.data.get("run", {}).get("as_of")), None)
    if run is None:
        return ""
    ruleset = run.get("ruleset") or {}
    by = f", ruleset {ruleset['name']} {ruleset['version']}" if ruleset else ""
    return short(f"Run {run['number']}, as of {_day(run['as_of'])}{by}")


def _names(people: Iterable[Mapping[str, Any]], person: str | None) -> str:
    """Owners by name, the first of them; or the person whom a letter goes to."""
    named = [short(who["name"] or who["id"] or "", 60) for who in people if person is None or who["id"] == person]
    names = [name for name in named if name]
    beyond = [f"{len(names) - MOST_OWNERS} more"] if len(names) > MOST_OWNERS else []
    return ", ".join([*names[:MOST_OWNERS], *beyond]) or NOBODY


def _day(text: object) -> str:
    """A day with its weekday; empty for what is none."""
    try:
        day = datetime.date.fromisoformat(str(text))
    except ValueError:
        return ""
    return f"{_DAYS[day.weekday()]} {day}"


def _moment(text: object) -> str:
    """A moment to the minute in UTC; empty for what is none."""
    try:
        at = datetime.datetime.fromisoformat(str(text)).astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        return ""
    return f"{_day(at.date())} {at:%H:%M} UTC"
