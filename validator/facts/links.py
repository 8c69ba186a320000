"""Facts about links: does what an item serves exist, is it above it, in its cycle and around its dates."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any, NamedTuple

from validator.document.model import Initiative, KeyResult, Objective
from validator.facts.fact import Fact, Item
from validator.facts.index import RANK, Index, cycle_of, cycle_window, known, team_of
from validator.facts.titles import same_title

Day = datetime.date


class _End(NamedTuple):
    """One end of a link."""

    item: Item
    title: str
    team: str | None
    cycle: str | None
    level: str | None
    start: Day | None
    end: Day | None
    created_by: str | None
    owners: frozenset[str]


def link_facts(index: Index) -> Iterator[Fact]:
    """One fact a link: of every objective, and of those key results and initiatives that have a place in time."""
    for objective in index.okrs.objectives:
        for link in objective.parents:
            yield _fact(index, _objective(objective), link.id, link.kind)
        for kr in objective.key_results:
            yield from _of_key_result(index, kr, objective.id)
    for kr in index.okrs.loose_key_results:
        for link in kr.parents:
            yield _fact(index, _key_result(index, kr), link.id, link.kind)
    for initiative in index.okrs.initiatives:
        for id in initiative.objectives:
            yield _fact(index, _initiative(initiative), id, "parent")


def _of_key_result(index: Index, kr: KeyResult, objective: str) -> Iterator[Fact]:
    if kr.start_date or kr.due or kr.cycle:
        yield _fact(index, _key_result(index, kr), objective, "parent")
    for link in kr.parents:
        if (link.id, link.kind) != (objective, "parent"):
            yield _fact(index, _key_result(index, kr), link.id, link.kind)


def _objective(objective: Objective) -> _End:
    return _End(
        ("objective", objective.id), objective.title, objective.team, objective.cycle, objective.level, objective.start,
        objective.end, objective.created_by, frozenset(owner.person for owner in objective.owners),
    )  # fmt: skip


def _key_result(index: Index, kr: KeyResult) -> _End:
    return _End(
        ("key_result", kr.id), kr.title, team_of(index, kr), cycle_of(index, kr), None, kr.start_date, kr.due, kr.created_by,
        frozenset([kr.owner] if kr.owner else ()),
    )  # fmt: skip


def _initiative(initiative: Initiative) -> _End:
    return _End(
        ("initiative", initiative.id), initiative.title, initiative.team, initiative.cycle, None, initiative.start,
        initiative.end, None, frozenset(),
    )  # fmt: skip


def _served(index: Index, id: str) -> _End | None:
    if id in index.objectives:
        return _objective(index.objectives[id])
    return _key_result(index, index.key_results[id]) if id in index.key_results else None


def _fact(index: Index, low: _End, target: str, relation: str) -> Fact:
    high = _served(index, target)
    values = known(
        title=low.title,
        parent_id=target,
        kind=low.item[0],
        relation=relation,
        team=low.team,
        level=low.level,
        cycle=low.cycle,
        cycle_name=_cycle_name(index, low.cycle),
        found=high is not None,
        **(_compared(index, low, high) if high else {}),
    )
    items = (low.item, *([high.item] if high else []))
    pure = low.team in index.pure_cascades and values.get("same_title")
    return Fact(values, items, f"{relation} {target}", (("team", str(low.team)),) if pure else ())


def _compared(index: Index, low: _End, high: _End) -> dict[str, Any]:
    return {
        "parent_title": high.title,
        "levels_up": RANK[low.level] - RANK[high.level] if low.level and high.level else None,
        "same_title": same_title(low.title, high.title) if low.item[0] == "objective" else None,
        "same_team": low.team == high.team if low.team and high.team else None,
        "written_by_parent_owner": _handed_down(low, high),
        **_in_time(index, low, high),
    }


def _handed_down(low: _End, high: _End) -> bool | None:
    """Written by an owner of what it serves who does not own it too: somebody else's objective to fulfil."""
    if not low.created_by or not high.owners or not low.owners:
        return None
    return low.created_by in high.owners and low.created_by not in low.owners


def _in_time(index: Index, low: _End, high: _End) -> dict[str, Any]:
    """How the two lie in time. Only days that the item itself states count: a cycle is compared as a cycle."""
    own, upper = cycle_window(index, low.cycle), cycle_window(index, high.cycle)
    first, last = high.start or (upper.start if upper else None), high.end or (upper.end if upper else None)
    return {
        "parent_cycle_name": _cycle_name(index, high.cycle),
        "same_cycle": low.cycle == high.cycle if low.cycle and high.cycle else None,
        "cycle_inside": upper.start <= own.start and own.end <= upper.end if own and upper else None,
        **_around(low, first, last),
    }


def _around(low: _End, first: Day | None, last: Day | None) -> dict[str, Any]:
    before = (first - low.start).days if first and low.start else None
    after = (low.end - last).days if last and low.end else None
    days = {"days_before_parent": before, "days_after_parent": after}
    if (before or 0) <= 0 and (after or 0) <= 0:
        return days
    return {**days, "dates": _dates(low.start, low.end), "parent_dates": _dates(first, last)}


def _cycle_name(index: Index, cycle: str | None) -> str | None:
    return index.okrs.cycles[cycle].name if cycle is not None else None


def _dates(first: Day | None, last: Day | None) -> str | None:
    return f"{first or '…'} to {last or '…'}" if first or last else None
