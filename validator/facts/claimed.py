"""Facts about pairs of key results that claim one measure, for whichever reason: shared, doubled, or pulled two ways."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from validator.detection.candidates import candidates
from validator.detection.catalogue import Catalogue, load_catalogue
from validator.detection.claims import Claim, Place, Said, claim_of
from validator.detection.compare import one_baseline, valued
from validator.detection.features import read_pair
from validator.detection.meaning import Meanings, meaning_features, read_meanings
from validator.detection.measure import Measure
from validator.detection.model import PLAIN, SEMANTIC, Model, chances, load_model
from validator.detection.semantic.encoder import Encoder
from validator.detection.verdict import Verdict, verdict
from validator.document.model import KeyResult, Objective
from validator.facts import graph
from validator.facts.fact import Fact
from validator.facts.index import Index, cycle_of, known, team_name, team_of
from validator.facts.wording import Wording

LEAST = 0.1
"""Confidence from which a pair is a fact; rules ask for more."""


def claimed_pair_facts(
    index: Index, wordings: Mapping[str, Wording], encoder: Encoder | None = None, catalogue: Catalogue | None = None
) -> Iterator[Fact]:
    """One fact a pair of key results of different objectives that at one time have to do with each other.

    An encoder adds likeness of meaning to what the pairs are judged by; `catalogue` None: the one shipped.
    """
    if len(index.key_results) < 2:
        return
    catalogue = catalogue or load_catalogue()
    claims = _claims(index, wordings, catalogue)
    meanings = _meanings(index, encoder) if encoder is not None else None
    model = load_model(PLAIN if meanings is None else SEMANTIC)
    for one, other in candidates(claims, catalogue, meanings):
        if not _at_one_time(index, one, other):
            continue
        found = _found(one, other, catalogue, model, meanings)
        if found:
            values = known(**found, **_sides(index, one, other))
            yield Fact(values, (("key_result", one.id), ("key_result", other.id),
                                ("objective", one.objective), ("objective", other.objective)), "claim")  # fmt: skip


def _found(one: Claim, other: Claim, catalogue: Catalogue, model: Model, meanings: Meanings | None) -> dict[str, Any]:
    """What two claims have to do with each other; nothing where they have not."""
    pair = read_pair(one, other)
    if meanings is not None:
        pair = pair._replace(values={**pair.values, **meaning_features(one.id, other.id, meanings, pair.values)})
    likely = chances(pair.values, model)
    judged = verdict(pair, likely, catalogue)
    if max(likely[:3]) < LEAST and (judged is None or judged.confidence < LEAST):
        return {}
    return {
        **({"confidence": round(judged.confidence, 2), **_argued(judged)} if judged is not None else {}),
        "same_baseline": one_baseline(one, other),
        "duplicate_chance": round(likely.duplicate, 3),
        "conflict_chance": round(likely.conflict, 3),
        "support_chance": round(likely.supports, 3),
    }


def _argued(judged: Verdict) -> dict[str, Any]:
    return {"ways": judged.ways, "basis": judged.basis, "settle": judged.settle or None}


def _meanings(index: Index, encoder: Encoder) -> Meanings:
    listed = ((o, kr) for o in index.okrs.objectives for kr in o.key_results)
    return read_meanings({kr.id: _said(index, objective, kr) for objective, kr in listed}, encoder)


def _said(index: Index, objective: Objective, kr: KeyResult) -> Said:
    return Said(kr.title, kr.metric, objective.title, team_name(index, team_of(index, kr)) or "", kr.segment)


def _claims(index: Index, wordings: Mapping[str, Wording], catalogue: Catalogue) -> list[Claim]:
    """The claims of a set's key results, in the order of the document."""
    return [
        _claim(index, objective, kr, wordings[kr.id].measure, catalogue)
        for objective in index.okrs.objectives
        for kr in objective.key_results
    ]


def _claim(index: Index, objective: Objective, kr: KeyResult, measure: Measure, catalogue: Catalogue) -> Claim:
    place = Place(kr.id, objective.id, team_of(index, kr), objective.level, cycle_of(index, kr))
    return claim_of(place, _said(index, objective, kr), measure, catalogue)


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
    return (one.team is not None and one.team == other.team) or bool(above) or bool(one.whole.roots & other.whole.roots)


def _declared(index: Index, one: Claim, other: Claim) -> bool:
    """Whether the two sides say that they share it: by contribution or by a shared key result."""
    return _shares(index, one, other.team) or _shares(index, other, one.team)


def _shares(index: Index, claim: Claim, team: str | None) -> bool:
    kr, objective = index.key_results[claim.id], index.objectives[claim.objective]
    return team in kr.shared_with or any(contributor.team == team for contributor in objective.contributors)
