"""Facts about pairs of key results that claim one measure, for whichever reason: shared, doubled, or pulled two ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from validator.detection.candidates import candidates
from validator.detection.catalogue import Catalogue, content, load_catalogue
from validator.detection.claims import ROOT, Claim, concepts_of, metrics_of, names_of, roots, roots_of_name
from validator.detection.compare import BY_CATALOGUE, Weights, compare, valued, weights
from validator.detection.measure import Measure
from validator.detection.trade_offs import trade_off
from validator.document.model import KeyResult, Objective
from validator.facts import graph
from validator.facts.fact import Fact
from validator.facts.index import Index, cycle_of, known, team_name, team_of
from validator.facts.wording import Wording

LEAST = 0.5
"""Likeness from which a pair is a fact; rules ask for more."""
_WAYS = {1: "same", -1: "opposite", 0: "unknown"}


def claimed_pair_facts(index: Index, wordings: Mapping[str, Wording]) -> Iterator[Fact]:
    """One fact a pair of key results of different objectives that at one time claim one measure, or pull against it."""
    if len(index.key_results) < 2:
        return
    catalogue = load_catalogue()
    claims = [
        _claim(index, o, kr, wordings[kr.id].measure, catalogue) for o in index.okrs.objectives for kr in o.key_results
    ]
    weight = weights(claims)
    for one, other in candidates(claims, catalogue):
        found = _found(one, other, weight, catalogue) if _at_one_time(index, one, other) else {}
        if found:
            values = known(**found, **_sides(index, one, other))
            yield Fact(values, (("key_result", one.id), ("key_result", other.id),
                                ("objective", one.objective), ("objective", other.objective)), "claim")  # fmt: skip


def _found(one: Claim, other: Claim, weight: Weights, catalogue: Catalogue) -> dict[str, Any]:
    """What two claims have to do with each other; nothing where they have not."""
    evidence = compare(one, other, weight)
    if evidence is not None and evidence.likeness >= LEAST:
        return {
            "confidence": round(evidence.likeness, 2),
            "ways": _WAYS[evidence.ways],
            "same_baseline": evidence.same_baseline,
            "basis": evidence.basis,
        }
    against = trade_off(one, other, catalogue)
    if against is None:
        return {}
    return {"confidence": BY_CATALOGUE, "ways": "trade-off", "basis": against.reason, "settle": against.settle}


def _claim(index: Index, objective: Objective, kr: KeyResult, measure: Measure, catalogue: Catalogue) -> Claim:
    team = team_of(index, kr)
    own = f"{kr.title} {kr.metric or ''}"
    concepts = concepts_of(content(own), catalogue)
    return Claim(
        id=kr.id,
        objective=objective.id,
        team=team,
        level=objective.level,
        cycle=cycle_of(index, kr),
        measure=measure,
        phrase=frozenset(stem[:ROOT] for stem in measure.phrase),
        around=roots(own) | roots_of_name(objective.title) | roots_of_name(team_name(index, team) or ""),
        names=names_of(kr.title, measure) | (roots(kr.segment) if kr.segment else frozenset()),
        concepts=concepts,
        metrics=metrics_of(concepts, measure.direction, catalogue),
    )


def _at_one_time(index: Index, one: Claim, other: Claim) -> bool:
    """Whether the cycles are one, or overlap, or are not known."""
    if one.cycle == other.cycle or one.cycle is None or other.cycle is None:
        return True
    a, b = index.windows.get(one.cycle), index.windows.get(other.cycle)
    return a is None or b is None or (a.start <= b.end and b.start <= a.end)


def _sides(index: Index, one: Claim, other: Claim) -> dict[str, Any]:
    first, second = index.key_results[one.id], index.key_results[other.id]
    return {
        "kind": "key_result",
        "title": first.title,
        "other_title": second.title,
        "numbers": _numbers(one.measure),
        "other_numbers": _numbers(other.measure),
        "team_name": team_name(index, one.team),
        "other_team_name": team_name(index, other.team),
        "team": one.team,
        "level": one.level,
        "cycle": one.cycle,
        "same_team": one.team == other.team if one.team and other.team else None,
        "related": graph.related(one.objective, other.objective, index.above),
        "one_context": _one_context(index, one, other),
        "declared": _declared(index, one, other),
        "agreed": bool(index.agreed.get(one.objective, frozenset()) & index.agreed.get(other.objective, frozenset())),
    }


def _numbers(measure: Measure) -> str:
    values = [valued(value, measure.unit) for value in (measure.baseline, measure.target) if value is not None]
    return " to ".join(values) or "no number"


def _one_context(index: Index, one: Claim, other: Claim) -> bool:
    """Whether the two meet: one team, one parent, or words in common about what is measured."""
    above = set(index.above.get(one.objective, ())) & set(index.above.get(other.objective, ()))
    return (one.team is not None and one.team == other.team) or bool(above) or bool(one.phrase & other.phrase)


def _declared(index: Index, one: Claim, other: Claim) -> bool:
    """Whether the two sides say that they share it: by contribution or by a shared key result."""
    return _shares(index, one, other.team) or _shares(index, other, one.team)


def _shares(index: Index, claim: Claim, team: str | None) -> bool:
    kr, objective = index.key_results[claim.id], index.objectives[claim.objective]
    return team in kr.shared_with or any(contributor.team == team for contributor in objective.contributors)
