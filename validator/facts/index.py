"""What all facts are worked out from: the set with its graph, computed once."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from validator.document.model import Conflict, Initiative, KeyResult, Objective, OkrSet
from validator.document.schema import LEVELS
from validator.facts import graph
from validator.facts.reviews import Coverage, Window, coverage
from validator.facts.titles import same_title

RANK = {level: rank for rank, level in enumerate(LEVELS, 1)}
RUNNING = frozenset(
    "committed active running in_progress on_track at_risk off_track behind ahead open started live published ongoing "
    "needs_attention action_required progressing".split()
)
ENDED = frozenset(
    "closed done complete completed achieved partial missed dropped cancelled canceled abandoned archived finished "
    "success failed missed_target ended accomplished superseded".split()
)
ACCOUNTABLE = frozenset("accountable owner lead leader primary primary_owner dri".split())


class Index(NamedTuple):
    """An OKR set with everything that several facts ask of it."""

    okrs: OkrSet
    as_of: datetime.date
    objectives: Mapping[str, Objective]
    key_results: Mapping[str, KeyResult]
    initiatives: Mapping[str, Initiative]
    conflicts: Mapping[str, Conflict]
    above: Mapping[str, tuple[str, ...]]
    """Objectives that an objective serves; a link to a key result leads to its objective."""
    below: Mapping[str, tuple[str, ...]]
    circular: frozenset[str]
    delivery_owners: Mapping[str, frozenset[str]]
    delivery_teams: Mapping[str, frozenset[str]]
    agreed: Mapping[str, frozenset[str]]
    """Conflicts that people have settled, by objective."""
    windows: Mapping[str, Window]
    """Cycles of which both days are known."""
    reviews: Coverage
    teams_under: Mapping[str, frozenset[str]]
    """Teams with an objective under an objective."""
    pure_cascades: frozenset[str]
    """Teams whose every objective repeats the title of one that it serves."""


def build_index(okrs: OkrSet, as_of: datetime.date) -> Index:
    """The index of a set, as of a day."""
    objectives = {objective.id: objective for objective in okrs.objectives}
    key_results = {kr.id: kr for objective in okrs.objectives for kr in objective.key_results}
    key_results.update((kr.id, kr) for kr in okrs.loose_key_results)
    above = {o.id: _above(o, objectives, key_results) for o in okrs.objectives if o.parents}
    below: dict[str, list[str]] = defaultdict(list)
    for id, parents in above.items():
        for parent in parents:
            below[parent].append(id)
    down = {id: tuple(children) for id, children in below.items()}
    parts = list(graph.components(objectives, down))
    return Index(
        okrs=okrs,
        as_of=as_of,
        objectives=objectives,
        key_results=key_results,
        initiatives={initiative.id: initiative for initiative in okrs.initiatives},
        conflicts={conflict.id: conflict for conflict in okrs.conflicts},
        above=above,
        below=down,
        circular=graph.circular(parts, down),
        delivery_owners=graph.gathered(parts, down, lambda id: _delivery_owners(objectives[id])),
        delivery_teams=graph.gathered(parts, down, lambda id: _delivery_teams(objectives[id])),
        agreed=_agreed(okrs),
        windows={c.id: Window(c.start, c.end) for c in okrs.cycles.values() if c.start and c.end},
        reviews=coverage(okrs.reviews),
        teams_under={id: frozenset(_teams_of(children, objectives)) for id, children in down.items()},
        pure_cascades=_pure_cascades(objectives, above),
    )


def _pure_cascades(objectives: Mapping[str, Objective], above: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    copies = {
        id
        for id, parents in above.items()
        if any(same_title(objectives[id].title, objectives[parent].title) for parent in parents if parent != id)
    }
    own = {objective.team for id, objective in objectives.items() if id not in copies}
    return frozenset(team for id in copies if (team := objectives[id].team) is not None and team not in own)


def _agreed(okrs: OkrSet) -> dict[str, frozenset[str]]:
    settled: dict[str, set[str]] = defaultdict(set)
    for conflict in okrs.conflicts:
        for id in conflict.objectives if conflict.status == "agreed" else ():
            settled[id].add(conflict.id)
    return {id: frozenset(conflicts) for id, conflicts in settled.items()}


def _above(
    objective: Objective, objectives: Mapping[str, Objective], key_results: Mapping[str, KeyResult]
) -> tuple[str, ...]:
    found = dict.fromkeys(served for link in objective.parents if (served := _served(link.id, objectives, key_results)))
    return tuple(found)


def _served(id: str, objectives: Mapping[str, Objective], key_results: Mapping[str, KeyResult]) -> str | None:
    if id in objectives:
        return id
    return key_results[id].objective if id in key_results else None


def _teams_of(ids: tuple[str, ...], objectives: Mapping[str, Objective]) -> Iterator[str]:
    return (team for id in ids if (team := objectives[id].team) is not None)


def accountable(objective: Objective) -> frozenset[str]:
    """The people accountable for an objective: those marked primary, or else its only owner."""
    primary = frozenset(owner.person for owner in objective.owners if owner.primary)
    if primary or len(objective.owners) != 1:
        return primary
    return frozenset(owner.person for owner in objective.owners)


def _delivery_owners(objective: Objective) -> frozenset[str]:
    return accountable(objective) if objective.level == "team" else frozenset()


def _delivery_teams(objective: Objective) -> frozenset[str]:
    return frozenset([objective.team]) if objective.level == "team" and objective.team else frozenset()


def objective_of(index: Index, id: str) -> str | None:
    """The objective of an id, or the one that the key result of that id lies in; None where there is neither."""
    return _served(id, index.objectives, index.key_results)


def cycle_window(index: Index, cycle: str | None) -> Window | None:
    """First and last day of a cycle, where both are known."""
    return index.windows.get(cycle) if cycle is not None else None


def cycle_of(index: Index, kr: KeyResult) -> str | None:
    """A key result's own cycle, or its objective's."""
    if kr.cycle is not None or kr.objective is None:
        return kr.cycle
    return index.objectives[kr.objective].cycle


def team_of(index: Index, kr: KeyResult) -> str | None:
    """The team that leads a key result, or its objective's."""
    if kr.lead_team is not None or kr.objective is None:
        return kr.lead_team
    return index.objectives[kr.objective].team


def team_name(index: Index, team: str | None) -> str | None:
    """The name of a team."""
    return index.okrs.teams[team].name if team is not None and team in index.okrs.teams else team


def known(**values: object) -> dict[str, object]:
    """The values that are not None: what is unknown is left off a fact."""
    return {name: value for name, value in values.items() if value is not None}
