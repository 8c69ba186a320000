"""Facts about dependencies: entries of the dependency map, and contributing teams, which are dependencies too."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from validator.document.model import Contributor, Dependency, KeyResult, Objective
from validator.facts import graph
from validator.facts.fact import Fact, Item
from validator.facts.index import Index, cycle_window, known, team_name, team_of

SHOWN = 12
"""Teams of one circle named in a message."""


class _Needer(NamedTuple):
    """The objective or key result that needs something."""

    item: Item
    title: str
    objective: Objective | None
    due: datetime.date | None


def dependency_facts(index: Index) -> Iterator[Fact]:
    """One fact an entry of the dependency map, and one a contributing team."""
    circles = _circles(index)
    declared = any(team.declared for team in index.okrs.teams.values())
    for dependency in index.okrs.dependencies:
        yield _map_fact(index, dependency, circles.get(dependency.id), declared)
    if index.okrs.provides & {"contributors"}:
        yield from _contributor_facts(index)


def _needer(index: Index, id: str) -> _Needer | None:
    objective = index.objectives.get(id)
    if objective is not None:
        return _Needer(("objective", id), objective.title, objective, objective.end)
    kr: KeyResult | None = index.key_results.get(id)
    if kr is None:
        return None
    upper = index.objectives.get(kr.objective or "")
    return _Needer(("key_result", id), kr.title, upper, kr.due or (upper.end if upper else None))


def _map_fact(index: Index, dependency: Dependency, circle: tuple[str, ...] | None, declared: bool) -> Fact:
    needer = _needer(index, dependency.from_)
    parts = _missing_parts(dependency)
    day = dependency.decision_date
    values = known(
        form="map",
        declared=True,
        kind=dependency.kind,
        need=dependency.need or "for what is not said",
        on_team=dependency.on_team,
        team_name=team_name(index, dependency.on_team),
        team_known=index.okrs.teams[dependency.on_team].declared if declared else None,
        from_known=needer is not None,
        acknowledged=dependency.acknowledged is True,
        decided=dependency.decided is True,
        missing_part_count=len(parts),
        missing_parts=", ".join(parts) or None,
        decision_day=str(day) if day else None,
        days_past_decision=(index.as_of - day).days if day else None,
        days_decided_after_due=_late(index, needer, day),
        closes_cycle=circle is not None,
        cycle_teams=", ".join(team_name(index, team) or team for team in circle[:SHOWN]) if circle else None,
        **_placed(needer),
    )
    items = [needer.item] if needer else []
    items += [("dependency", dependency.id), ("team", dependency.on_team)]
    also = tuple(("team", team) for team in (circle or ()) if team != dependency.on_team)
    return Fact(values, tuple(items), also=also)


def _placed(needer: _Needer | None) -> dict[str, Any]:
    if needer is None:
        return {"from_title": "an item that does not exist"}
    objective = needer.objective
    return {
        "from_title": needer.title,
        "team": objective.team if objective else None,
        "level": objective.level if objective else None,
        "cycle": objective.cycle if objective else None,
    }


def _missing_parts(dependency: Dependency) -> list[str]:
    parts = {
        "upstream need": dependency.need,
        "downstream impact": dependency.impact,
        "decision date": dependency.decision_date,
        "failure trigger": dependency.failure_trigger,
    }
    return [name for name, part in parts.items() if part is None or (isinstance(part, str) and not part.strip())]


def _late(index: Index, needer: _Needer | None, day: datetime.date | None) -> int | None:
    if needer is None or day is None:
        return None
    window = cycle_window(index, needer.objective.cycle) if needer.objective else None
    due = needer.due or (window.end if window else None)
    return (day - due).days if due else None


def _contributor_facts(index: Index) -> Iterator[Fact]:
    acknowledging = "acknowledgements" in index.okrs.source.provides or any(
        c.acknowledged is not None for objective in index.okrs.objectives for c in objective.contributors
    )
    supporting, needed = _supporting(index), _needed(index)
    for objective in index.okrs.objectives:
        measuring = _measuring(objective) if objective.contributors else frozenset()
        for contributor in objective.contributors:
            pair = (contributor.team, objective.id)
            backed = pair in supporting or pair in needed or contributor.team in measuring
            yield _contributor_fact(index, objective, contributor, backed, acknowledging)


def _contributor_fact(
    index: Index, objective: Objective, contributor: Contributor, backed: bool, acknowledging: bool
) -> Fact:
    values = known(
        form="contributor",
        declared=True,
        need="its contribution",
        from_title=objective.title,
        on_team=contributor.team,
        team_name=team_name(index, contributor.team),
        acknowledged=contributor.acknowledged is True if acknowledging else None,
        backed=backed,
        team=objective.team,
        level=objective.level,
        cycle=objective.cycle,
    )
    return Fact(values, (("objective", objective.id), ("team", contributor.team)))


def _supporting(index: Index) -> frozenset[tuple[str, str]]:
    """Team and objective where an objective, key result or initiative of the team serves the objective directly."""
    by_objectives = {(index.objectives[low].team, up) for low, ups in index.above.items() for up in ups}
    by_key_results = {
        (team_of(index, kr), _objective_of(index, link.id)) for kr in index.key_results.values() for link in kr.parents
    }
    by_initiatives = {
        (initiative.team, _objective_of(index, id))
        for initiative in index.okrs.initiatives
        for id in initiative.objectives
    }
    pairs = by_objectives | by_key_results | by_initiatives
    return frozenset((team, id) for team, id in pairs if team is not None and id is not None)


def _objective_of(index: Index, id: str) -> str | None:
    """The objective of an id that names it or a key result of it."""
    needer = _needer(index, id)
    return needer.objective.id if needer and needer.objective else None


def _needed(index: Index) -> frozenset[tuple[str, str]]:
    """Team and objective where a dependency of the objective rests on the team."""
    pairs = set()
    for dependency in index.okrs.dependencies:
        needer = _needer(index, dependency.from_)
        if needer is not None and needer.objective is not None:
            pairs.add((dependency.on_team, needer.objective.id))
    return frozenset(pairs)


def _measuring(objective: Objective) -> frozenset[str | None]:
    """Teams that lead or share a key result of the objective."""
    return frozenset(team for kr in objective.key_results for team in (kr.lead_team, *kr.shared_with))


def _circles(index: Index) -> dict[str, tuple[str, ...]]:
    """The first dependency, by id, of each group of teams that wait for one another, with the teams."""
    edges: dict[str, dict[str, None]] = defaultdict(dict)
    by_edge: dict[tuple[str, str], str] = {}
    for dependency in index.okrs.dependencies:
        needer = _needer(index, dependency.from_)
        team = needer.objective.team if needer and needer.objective else None
        if team is None or team == dependency.on_team or dependency.decided:
            continue
        edges[team][dependency.on_team] = None
        by_edge[team, dependency.on_team] = min(dependency.id, by_edge.get((team, dependency.on_team), dependency.id))
    down = {team: tuple(on) for team, on in edges.items()}
    nodes = dict.fromkeys([*down, *(team for on in down.values() for team in on)])
    part_of = {team: number for number, part in enumerate(graph.components(nodes, down)) for team in part}
    first: dict[int, str] = {}
    teams: dict[int, set[str]] = defaultdict(set)
    for (team, on), id in by_edge.items():
        if part_of[team] == part_of[on]:
            number = part_of[team]
            first[number] = min(id, first.get(number, id))
            teams[number] |= {team, on}
    return {id: tuple(sorted(teams[number])) for number, id in first.items()}
