"""What people read: the events of one occasion as one message, grouped by who owns what was found, worst first.

The title says what happened and, where somebody must act, who and by when. What is left out is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from validator.alerts.events import DIGEST
from validator.alerts.headlines import headline, notice, origin, sentences
from validator.alerts.letter import OVER, TO_DO, Fact, Group, Letter, Line, Told, names_of, short
from validator.alerts.lines import LONGEST_MESSAGE, WORDS, line_of
from validator.history.parts import SEVERITIES

MOST_LINES = 12
"""Findings that one message tells of; the others are counted, with a link."""
MOST_OF_DIGEST = 10
"""Findings of a digest that a message tells of."""


def letter_of(connection: str, told: Sequence[Told], more: str | None, *, person: str | None = None) -> Letter:
    """The letter on one occasion; `connection` is its name, `person` the id of whom it goes to, None: to all."""
    told = [one._replace(data=_theirs(one.data, person)) if one.type == DIGEST else one for one in told]
    single = sorted(((one, line_of(one)) for one in told if one.type in WORDS), key=_urgency)
    together = [one.data for one in told if one.type == DIGEST]
    listed = [*_by_owner(single[:MOST_LINES], person), *_worst(together, person, MOST_LINES - len(single))]
    count = len(single) + sum(digest["count"] for digest in together)
    title = short(f"{short(connection, 40)}: {headline(told, single, person)}", 140)
    summary = " ".join(sentences(told, alone=not single))
    return Letter(
        title=title,
        summary=summary,
        groups=tuple(listed),
        left_out=count - sum(len(group.lines) for group in listed),
        more=more,
        origin=origin(told),
        notice=notice(title, summary, [line for _, line in single]),
    )


def _urgency(pair: tuple[Told, Line]) -> tuple[bool, int, int]:
    """What still asks for something first, then the worst, then the most urgent."""
    one, line = pair
    return line.word in OVER, SEVERITIES.index(line.severity), list(WORDS).index(one.type)


def _by_owner(single: Iterable[tuple[Told, Line]], person: str | None) -> Iterator[Group]:
    groups: dict[str, list[Line]] = {}
    for one, line in single:
        groups.setdefault(names_of(one.people, person), []).append(line)
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
        owner = names_of(people, person) if "owners" in finding else "Worst first"
        groups.setdefault(owner, []).append(line)
    yield from (Group(owner, tuple(lines)) for owner, lines in groups.items())


def _once(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, with what is to do under the first of those that ask for the same."""
    told: set[Fact] = set()
    for line in lines:
        yield line._replace(facts=tuple(fact for fact in line.facts if fact not in told))
        told.update(fact for fact in line.facts if fact.name == TO_DO)
