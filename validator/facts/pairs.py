"""Facts about pairs: two items that may be about the same thing. Candidates come from groups, never from all pairs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from validator.facts import graph
from validator.facts.fact import Fact
from validator.facts.index import Index, cycle_of, known, team_of
from validator.facts.titles import same_title_key

NEAREST = 8
"""Earlier items of a group that an item is compared with."""


class _Titled(NamedTuple):
    kind: str
    id: str
    title: str
    objective: str | None
    team: str | None
    level: str | None
    cycle: str | None


def pair_facts(index: Index) -> Iterator[Fact]:
    """A fact for each item whose title another of its kind and cycle has too; whether they are related is said."""
    groups: dict[tuple[str, str, str | None], list[_Titled]] = defaultdict(list)
    for item in _titled(index):
        key = same_title_key(item.title)
        if key:
            groups[item.kind, key, item.cycle].append(item)
    for group in groups.values():
        if len(group) > 1:
            yield from _pairs(index, sorted(group, key=lambda item: item.id))


def _titled(index: Index) -> Iterator[_Titled]:
    for o in index.okrs.objectives:
        yield _Titled("objective", o.id, o.title, o.id, o.team, o.level, o.cycle)
    for kr in index.key_results.values():
        yield _Titled("key_result", kr.id, kr.title, kr.objective, team_of(index, kr), None, cycle_of(index, kr))
    for work in index.okrs.initiatives:
        yield _Titled("initiative", work.id, work.title, None, work.team, None, work.cycle)


def _pairs(index: Index, group: list[_Titled]) -> Iterator[Fact]:
    """Each item with the first before it that is no relation of it, or else with a relation: n give n - 1 pairs."""
    for place, item in enumerate(group[1:], 1):
        earlier = group[: min(place, NEAREST)]
        stranger = next((other for other in earlier if not _related(index, item, other)), None)
        yield _fact(index, stranger or earlier[0], item, related=stranger is None)


def _related(index: Index, one: _Titled, other: _Titled) -> bool:
    low, high = one.objective, other.objective
    if low is None or high is None:
        return False
    if low == high:
        return one.kind == "objective"
    return graph.related(low, high, index.above)


def _fact(index: Index, one: _Titled, other: _Titled, *, related: bool) -> Fact:
    values = known(
        title=one.title,
        other_title=other.title,
        kind=one.kind,
        team=one.team,
        level=one.level,
        cycle=one.cycle,
        cycle_name=index.okrs.cycles[one.cycle].name if one.cycle is not None else "the set",
        same_title=True,
        related=related,
        same_team=one.team == other.team if one.team and other.team else None,
    )
    return Fact(values, ((one.kind, one.id), (other.kind, other.id)))
