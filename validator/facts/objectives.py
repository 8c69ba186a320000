"""Facts about objectives: ownership, sharing, alignment, reviews, time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from validator.detection.wording import IS_METRIC, VAGUE
from validator.document.model import Objective
from validator.facts.fact import Fact
from validator.facts.index import (
    ACCOUNTABLE,
    ENDED,
    RANK,
    RUNNING,
    Index,
    accountable,
    cycle_window,
    known,
    objective_of,
)
from validator.facts.reliance import Reliance
from validator.facts.reviews import Calendar, Window, count_all, count_mid
from validator.facts.texts import Texts

CROWD = 50
"""Teams under one parent up to which they count as one another's neighbours."""


def objective_facts(index: Index, texts: Texts) -> Iterator[Fact]:
    """One fact an objective."""
    dependencies = _dependency_counts(index)
    for objective in index.okrs.objectives:
        values = {
            **_named(index, objective),
            **_ownership(index, objective),
            **_sharing(index, objective),
            **_alignment(index, objective),
            **_reviewed(index, objective),
            **_timing(index, objective),
            **_worded(objective, texts),
            **_relying(index, texts.reliances.get(objective.id, ())),
            "key_result_count": len(objective.key_results),
            "dependency_count": dependencies.get(objective.id, 0),
        }
        yield Fact(values, (("objective", objective.id),))


def _named(index: Index, objective: Objective) -> dict[str, Any]:
    own = index.okrs.teams.get(objective.team) if objective.team is not None else None
    return known(
        title=objective.title,
        description=objective.description,
        team=objective.team,
        team_name=own.name if own else None,
        function=own.function if own else None,
        level=objective.level,
        level_rank=RANK.get(objective.level) if objective.level else None,
        cycle=objective.cycle,
        status=objective.status,
        running=objective.status in RUNNING if objective.status else None,
        ended=objective.status in ENDED if objective.status else None,
        has_strategic_brief=bool(objective.strategic_brief and objective.strategic_brief.strip()),
    )


def _ownership(index: Index, objective: Objective) -> dict[str, Any]:
    return {
        "owner_count": len(objective.owners),
        "primary_owner_count": sum(1 for owner in objective.owners if owner.primary),
        "accountable_owner_count": len(accountable(objective)),
        "owner_names": ", ".join(index.okrs.people[owner.person].name for owner in objective.owners),
    }


def teams_of(objective: Objective) -> list[str]:
    """The owning team and the contributing teams, each once."""
    own = [objective.team] if objective.team is not None else []
    return own + [contributor.team for contributor in objective.contributors]


def class_of(index: Index, objective: Objective) -> str:
    """single-team, shared (several teams) or cross-functional (several functions, so always also shared)."""
    teams = teams_of(objective)
    if len(teams) < 2:
        return "single-team"
    return "cross-functional" if len(_functions(index, teams)) > 1 else "shared"


def _functions(index: Index, teams: list[str]) -> set[str]:
    return {function.casefold() for team in teams if (function := index.okrs.teams[team].function)}


def _sharing(index: Index, objective: Objective) -> dict[str, Any]:
    teams = teams_of(objective)
    leads = sum(1 for contributor in objective.contributors if contributor.role in ACCOUNTABLE)
    functions = _functions(index, teams)
    return {"class": class_of(index, objective)} | known(
        shared=len(teams) > 1,
        team_count=len(teams),
        function_count=len(functions) if functions else None,
        contributor_count=len(objective.contributors),
        accountable_team_count=leads + (objective.team is not None),
        contributor_names=", ".join(index.okrs.teams[c.team].name for c in objective.contributors) or None,
    )


def _alignment(index: Index, objective: Objective) -> dict[str, Any]:
    id = objective.id
    exist = sum(1 for link in objective.parents if link.id in index.objectives or link.id in index.key_results)
    return {
        "parent_count": exist,
        "broken_parent_count": len(objective.parents) - exist,
        "child_count": len(index.below.get(id, ())),
        "in_alignment_cycle": id in index.circular,
        "delivery_owner_count": len(index.delivery_owners[id]),
        "delivery_team_count": len(index.delivery_teams[id]),
    }


def _reviewed(index: Index, objective: Objective) -> dict[str, Any]:
    calendars = list(_calendars(index, objective))
    window = window_of(index, objective)
    neighbours = _neighbours(index, objective)
    consulted = {c.team for c in objective.contributors if c.acknowledged}
    consulted |= index.reviews.teams_with.get(objective.id, frozenset()) & neighbours
    mid = sum(count_mid(calendar, window) for calendar in calendars)
    return known(
        review_count=sum(count_all(calendar, window) for calendar in calendars),
        mid_review_count=mid if mid or window else None,
        neighbour_count=len(neighbours),
        consulted_neighbour_count=len(consulted),
    )


def _calendars(index: Index, objective: Objective) -> Iterator[Calendar]:
    """Reviews that name the objective, those of its teams, and those that name nothing and so cover everything."""
    yield index.reviews.general
    if objective.id in index.reviews.of_objective:
        yield index.reviews.of_objective[objective.id]
    if objective.team is not None and objective.team in index.reviews.of_team:
        yield index.reviews.of_team[objective.team]


def window_of(index: Index, objective: Objective) -> Window | None:
    """The objective's cycle, or else its own first and last day."""
    window = cycle_window(index, objective.cycle)
    if window is None and objective.start and objective.end and objective.start <= objective.end:
        return Window(objective.start, objective.end)
    return window


def _neighbours(index: Index, objective: Objective) -> frozenset[str]:
    teams = {contributor.team for contributor in objective.contributors}
    for parent in index.above.get(objective.id, ()):
        beside = index.teams_under[parent]
        teams |= beside if len(beside) <= CROWD else frozenset()
    return frozenset(teams - {objective.team})


def _timing(index: Index, objective: Objective) -> dict[str, Any]:
    updated, end = objective.updated_at, objective.end
    return known(
        days_since_update=(index.as_of - updated).days if updated else None,
        days_past_end=(index.as_of - end).days if end else None,
    )


def _worded(objective: Objective, texts: Texts) -> dict[str, Any]:
    labels = texts.labels[objective.id]
    own = sum(1 for kr in objective.key_results if texts.wordings[kr.id].counts_own_activity)
    return {
        "title_is_metric": IS_METRIC in labels,
        "vague": VAGUE in labels,
        "own_activity_count": own,
        "measures_own_activity_only": 0 < own == len(objective.key_results),
    }


def _relying(index: Index, undeclared: Sequence[Reliance]) -> dict[str, Any]:
    return {"undeclared_dependency_count": len(undeclared)} | known(
        undeclared_team_names=", ".join(index.okrs.teams[reliance.team].name for reliance in undeclared) or None
    )


def _dependency_counts(index: Index) -> dict[str, int]:
    counts: dict[str, int] = {}
    for dependency in index.okrs.dependencies:
        id = objective_of(index, dependency.from_)
        if id is not None:
            counts[id] = counts.get(id, 0) + 1
    return counts
