"""Facts about key results: measure, ownership, time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from validator.document.model import KeyResult
from validator.facts.fact import Fact
from validator.facts.index import ENDED, Index, cycle_of, cycle_window, known, team_name, team_of
from validator.facts.wording import Wording


def key_result_facts(index: Index, wordings: Mapping[str, Wording]) -> Iterator[Fact]:
    """One fact a key result; `wordings` says by its id what its wording tells."""
    for objective in index.okrs.objectives:
        upper = {
            "level": objective.level,
            "objective_title": objective.title,
            "parent_ended": objective.status in ENDED,
        }
        for kr in objective.key_results:
            yield _fact(index, kr, upper, wordings[kr.id])
    for kr in index.okrs.loose_key_results:
        yield _fact(index, kr, {}, wordings[kr.id])


def _fact(index: Index, kr: KeyResult, upper: dict[str, Any], wording: Wording) -> Fact:
    team, cycle = team_of(index, kr), cycle_of(index, kr)
    ended = kr.status in ENDED or upper.get("parent_ended", False)
    values = known(
        title=kr.title,
        description=kr.description,
        objective_title=upper.get("objective_title"),
        level=upper.get("level"),
        team=team,
        team_name=team_name(index, team),
        cycle=cycle,
        status=kr.status,
        ended=ended if kr.status or ended else None,
        has_objective=kr.objective is not None,
        owned=kr.owner is not None,
        shared=len({*kr.shared_with, team} - {None}) > 1,
        led=kr.lead_team is not None or kr.owner is not None,
        progress=kr.progress,
        **_timing(index, kr, cycle),
        **_measure(kr, wording),
    )
    return Fact(values, (("key_result", kr.id), *_objective(kr)))


def _objective(kr: KeyResult) -> tuple[tuple[str, str], ...]:
    return (("objective", kr.objective),) if kr.objective is not None else ()


def _timing(index: Index, kr: KeyResult, cycle: str | None) -> dict[str, Any]:
    window = cycle_window(index, cycle)
    return {
        "in_running_cycle": window.start <= index.as_of <= window.end if window else None,
        "days_past_due": (index.as_of - kr.due).days if kr.due else None,
        "days_since_update": (index.as_of - kr.updated_at).days if kr.updated_at else None,
    }


def _measure(kr: KeyResult, wording: Wording) -> dict[str, Any]:
    """What fields and title say of the measure."""
    return {
        "metric": kr.metric,
        "unit": kr.unit,
        "direction": kr.direction,
        "start": kr.start,
        "target": kr.target,
        "current": kr.current,
        "has_baseline": wording.has_baseline,
        "has_target": wording.has_target,
        "measurable": wording.has_baseline or wording.has_target or bool(kr.metric and kr.metric.strip()),
        "is_task": wording.is_task,
        "counts_own_activity": wording.counts_own_activity,
    }
