"""The difference of two reports, such as those of one set under a ruleset and under its draft."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from validator.history.parts import SEVERITIES, by_id, teams_of

Finding = Mapping[str, Any]
COMPARED = ("severity", "message", "shadow")


class Changed(NamedTuple):
    """A finding that both reports hold and show differently."""

    before: Finding
    after: Finding
    fields: tuple[str, ...]
    """Which of COMPARED differ."""


class Count(NamedTuple):
    """How many findings of one severity concern one team."""

    team: str | None
    """None for findings that concern no team."""
    severity: str
    appeared: int
    vanished: int
    changed: int


class Difference(NamedTuple):
    """What appears, vanishes and changes; findings in the order of their reports."""

    appeared: tuple[Finding, ...]
    vanished: tuple[Finding, ...]
    changed: tuple[Changed, ...]


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> Difference:
    """The difference from one report to another, by fingerprint."""
    old, new = by_id(before), by_id(after)
    return Difference(
        appeared=tuple(finding for id, finding in new.items() if id not in old),
        vanished=tuple(finding for id, finding in old.items() if id not in new),
        changed=tuple(_changed(old[id], new[id]) for id in new if id in old and _fields(old[id], new[id])),
    )


def counts(*differences: Difference) -> tuple[Count, ...]:
    """Differences counted by team and severity, worst first within a team.

    A finding that concerns two teams counts for both; one that changes counts under its severity afterwards.
    """
    counted: dict[tuple[str | None, str], Counter[str]] = {}
    for key, column in (pair for found in differences for pair in _placed(found)):
        counted.setdefault(key, Counter())[column] += 1
    return tuple(
        Count(team, severity, *(counted[team, severity][column] for column in Difference._fields))
        for team, severity in sorted(counted, key=_place)
    )


def by_severity(found: Difference) -> dict[str, dict[str, int]]:
    """Findings of a difference by severity and column, each counted once."""
    columns = {
        "appeared": found.appeared,
        "vanished": found.vanished,
        "changed": [pair.after for pair in found.changed],
    }
    counted = {column: Counter(finding["severity"] for finding in listed) for column, listed in columns.items()}
    return {severity: {column: counted[column][severity] for column in columns} for severity in SEVERITIES}


def _changed(before: Finding, after: Finding) -> Changed:
    return Changed(before, after, _fields(before, after))


def _fields(before: Finding, after: Finding) -> tuple[str, ...]:
    return tuple(field for field in COMPARED if before[field] != after[field])


def _placed(found: Difference) -> Iterator[tuple[tuple[str | None, str], str]]:
    yield from _keys(found.appeared, "appeared")
    yield from _keys(found.vanished, "vanished")
    yield from _keys((pair.after for pair in found.changed), "changed")


def _keys(listed: Iterable[Finding], column: str) -> Iterator[tuple[tuple[str | None, str], str]]:
    for finding in listed:
        for team in teams_of(finding) or (None,):
            yield (team, finding["severity"]), column


def _place(key: tuple[str | None, str]) -> tuple[bool, str, int]:
    team, severity = key
    return team is None, team or "", SEVERITIES.index(severity)
