"""Facts about key results: measure, ownership, time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from validator.document.model import KeyResult
from validator.facts.fact import Fact
from validator.facts.index import ENDED, Index, cycle_of, cycle_window, known, team_name, team_of

_NUMBER = re.compile(r"(?<![\w.,/-])[£$€]?\d[\d.,]*\d?(?:\s?%|[kKmMx]|bn)?(?![\w/])")
_YEAR = re.compile(r"(?:19|20)\d\d")


def key_result_facts(index: Index) -> Iterator[Fact]:
    """One fact a key result."""
    for objective in index.okrs.objectives:
        upper = {
            "level": objective.level,
            "objective_title": objective.title,
            "parent_ended": objective.status in ENDED,
        }
        for kr in objective.key_results:
            yield _fact(index, kr, upper)
    for kr in index.okrs.loose_key_results:
        yield _fact(index, kr, {})


def _fact(index: Index, kr: KeyResult, upper: dict[str, Any]) -> Fact:
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
        **_measure(kr),
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


def _measure(kr: KeyResult) -> dict[str, Any]:
    """What the fields say of the measure; a title's numbers count as given, so that nothing is called missing in error."""
    in_title = numbers_in(kr.title) if kr.start is None or kr.target is None else 0
    return {
        "metric": kr.metric,
        "unit": kr.unit,
        "direction": kr.direction,
        "start": kr.start,
        "target": kr.target,
        "current": kr.current,
        "has_baseline": kr.start is not None or in_title >= 2,
        "has_target": kr.target is not None or in_title >= 1,
    }


def numbers_in(title: str) -> int:
    """Numbers in a title that can be values: not years, nor numbers that are part of a name such as Q4 or M365."""
    return sum(1 for found in _NUMBER.finditer(title[:1_000]) if not _YEAR.fullmatch(found[0]))
