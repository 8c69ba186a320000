"""Two claims compared: do they measure one thing, and do they pull it one way or against each other."""

from __future__ import annotations

from typing import NamedTuple

from validator.detection.bags import weigh
from validator.detection.claims import Claim
from validator.detection.moves import way
from validator.detection.rarity import rarity
from validator.detection.text import ROOT

COMMON_BASELINES = frozenset((0.0, 1.0, 10.0, 50.0, 100.0))
"""Starting values that many measures share by chance."""
SAME_BASELINE = 0.3
"""Share of words in common from which one baseline in one unit says that it is one measure."""
BY_CATALOGUE = 0.85
BY_BASELINE = 0.95
"""Confidence that two claims measure one thing, by what it rests on."""

_GENERAL = frozenset(
    word[:ROOT]
    for word in "rat rate ratio percentag percent averag median mean total number count shar share score index level tim "
    "new overall current per day week month quarter year hour minut second annual monthly weekly daily yearly within end "
    "start first last all only one two three team company customer user client".split()
)
"""Roots that part no two measures."""


class Evidence(NamedTuple):
    """What a pair of claims rests on."""

    likeness: float
    """How sure it is that both measure one thing, 0 to 1."""
    ways: int
    """1 for one way, -1 for opposite ways, 0 where it is not known."""
    basis: str
    """Why, in words."""


def compare(one: Claim, other: Claim) -> Evidence | None:
    """What speaks for one measure under two claims; None where scope, level or unit parts them, or nothing speaks."""
    if (one.level == "company") != (other.level == "company") or both_left(one.names, other.names, one, other):
        return None
    if one.measure.unit and other.measure.unit and one.measure.unit != other.measure.unit:
        return None
    likeness, basis, runs = _likeness(one, other)
    if likeness <= 0:
        return None
    return Evidence(likeness, way(one, other) * way(other, one) * runs, basis)


def both_left(mine: frozenset[str], theirs: frozenset[str], one: Claim, other: Claim) -> bool:
    """Whether each says something that the other does not: two regions, two products, two kinds of case."""
    return bool(mine - other.around - _GENERAL) and bool(theirs - one.around - _GENERAL)


def _likeness(one: Claim, other: Claim) -> tuple[float, str, int]:
    """How sure it is that both measure one thing, why, and 1 or -1 for how their measures run to one another."""
    concept = _concept(one, other)
    if concept is not None:
        runs = one.concepts[concept].runs * other.concepts[concept].runs
        return BY_CATALOGUE, f"both measure {concept.replace('-', ' ')}", runs
    if both_left(one.phrase, other.phrase, one, other):
        return 0.0, "", 1
    common = weigh(one.phrase & other.phrase, rarity())
    smaller = min(weigh(one.phrase, rarity()), weigh(other.phrase, rarity()))
    if one_baseline(one, other) and smaller > 0 and common / smaller >= SAME_BASELINE:
        return BY_BASELINE, f"both start from {_baseline(one)} and speak of the same thing", 1
    whole = weigh(one.phrase | other.phrase, rarity())
    return (common / whole, "both name the same measure", 1) if whole > 0 else (0.0, "", 1)


def one_baseline(one: Claim, other: Claim) -> bool:
    """Whether both start from one telling value in one unit."""
    a, b = one.measure, other.measure
    return (
        a.baseline is not None and (a.baseline, a.unit) == (b.baseline, b.unit) and a.baseline not in COMMON_BASELINES
    )


def _baseline(claim: Claim) -> str:
    return valued(claim.measure.baseline or 0.0, claim.measure.unit)


def valued(value: float, unit: str | None) -> str:
    """A value with its unit as people write it: 12%, £3.1, 14 days."""
    number = f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:g}"
    if unit is None or unit == "%":
        return f"{number}{unit or ''}"
    return f"{unit}{number}" if len(unit) == 1 and not unit.isalnum() else f"{number} {unit}"


def _concept(one: Claim, other: Claim) -> str | None:
    """A catalogue metric that both name, and beside which they say nothing that parts them."""
    for id in sorted(one.concepts.keys() & other.concepts.keys()):
        mine, theirs = one.phrase - one.concepts[id].words, other.phrase - other.concepts[id].words
        if not both_left(mine, theirs, one, other) and max(len(mine - _GENERAL), len(theirs - _GENERAL)) <= 1:
            return id
    return None
