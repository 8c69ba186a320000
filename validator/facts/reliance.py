"""Facts about dependencies that only a text names: an objective says that it relies on a team, and nothing declares it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from validator.detection.reliance import Names, names_of, relied_on
from validator.document.model import Objective
from validator.facts.fact import Fact
from validator.facts.index import Index, known, objective_of, team_name


class Reliance(NamedTuple):
    """A team that an objective relies on by its text alone."""

    team: str
    quote: str
    """The words that say so."""


def undeclared_reliances(index: Index) -> Mapping[str, tuple[Reliance, ...]]:
    """Undeclared reliances by the id of the objective that has them."""
    names = names_of((team.id, team.name) for team in index.okrs.teams.values())
    if not names.teams:
        return {}
    declared = _declared(index)
    found = ((o.id, _of(index, o, names, declared.get(o.id, frozenset()))) for o in index.okrs.objectives)
    return {id: listed for id, listed in found if listed}


def _of(index: Index, objective: Objective, names: Names, declared: frozenset[str]) -> tuple[Reliance, ...]:
    found: dict[str, Reliance] = {}
    for text in _texts(objective):
        for team, quote in relied_on(text, names):
            if team not in declared and not _is_kin(index, objective.team, team):
                found.setdefault(team, Reliance(team, quote))
    return tuple(found.values())


def _texts(objective: Objective) -> Iterator[str]:
    """Titles and descriptions of an objective and its key results."""
    for text in (objective.title, objective.description):
        if text:
            yield text
    for kr in objective.key_results:
        yield from (text for text in (kr.title, kr.description) if text)


def _is_kin(index: Index, own: str | None, other: str) -> bool:
    """Whether two teams are the same, or one is the parent of the other: what they do for one another needs no map."""
    teams = index.okrs.teams
    if own is None or own not in teams:
        return False
    return own == other or teams[own].parent == other or teams[other].parent == own


def _declared(index: Index) -> Mapping[str, frozenset[str]]:
    """Teams by objective that it names as contributing, depends on, or shares a key result with."""
    found: dict[str, set[str]] = {}
    for objective in index.okrs.objectives:
        named = {contributor.team for contributor in objective.contributors}
        for kr in objective.key_results:
            named.update((*kr.shared_with, *([kr.lead_team] if kr.lead_team else ())))
        if named:
            found[objective.id] = named
    for dependency in index.okrs.dependencies:
        id = objective_of(index, dependency.from_)
        if id is not None:
            found.setdefault(id, set()).add(dependency.on_team)
    return {id: frozenset(teams) for id, teams in found.items()}


def reliance_facts(index: Index, undeclared: Mapping[str, Sequence[Reliance]]) -> Iterator[Fact]:
    """One fact a team that a text relies on and nothing declares; nobody can have acknowledged it."""
    for id, reliances in undeclared.items():
        objective = index.objectives[id]
        for reliance in reliances:
            values = known(
                form="text",
                declared=False,
                need=f"“{reliance.quote}”",
                from_title=objective.title,
                on_team=reliance.team,
                team_name=team_name(index, reliance.team),
                acknowledged=False,
                team=objective.team,
                level=objective.level,
                cycle=objective.cycle,
            )
            yield Fact(values, (("objective", id), ("team", reliance.team)), "text")
