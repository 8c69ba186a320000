"""What speaks for and against two claims as numbers: the input of the model, each a plain reading of the two texts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from validator.detection.bags import RAREST, Bag, alike, likeness, weigh
from validator.detection.claims import Claim
from validator.detection.compare import Evidence, compare
from validator.detection.lexicon import Lexicon, load_lexicon
from validator.detection.moves import Move, axis_moves, improves, pushes, sense, way
from validator.detection.rarity import rarity

_LEVELS = {"company": 0, "department": 1}
_WHOLE = frozenset((0.0, 1.0, 100.0))
"""Values that say nothing of a measure."""

NAMES = (
    "one_way", "two_ways", "way_unknown",
    "subject", "subject_part", "words", "words_part", "aims", "aims_part", "whole", "crossed", "teams",
    "letters", "aim_letters", "left_over", "rarest",
    "metric", "metric_two_ways", "axes", "all_axes", "axes_one_way", "axes_two_ways",
    "opposed", "one_push", "two_pushes",
    "near", "near_one_way", "near_two_ways", "subject_one_way", "subject_two_ways",
    "one_sense", "same_sense_two_ways", "other_sense_two_ways", "other_sense_one_way",
    "measured_alike", "alike_one_way", "alike_two_ways",
    "one_start", "crossed_targets", "complements", "one_unit", "two_units",
    "level_apart", "levels_apart", "company", "apart_whole", "apart_axes",
    "anchored", "anchored_team", "half_anchored", "anchored_near", "team_anchored_near",
    "named", "half_named", "named_near",
    "one_statement", "shut", "both_shut", "aims_shut", "shut_near", "shut_crossed", "statement_shut",
    "dated", "dated_near", "dated_rarest", "used_rarest", "statement_crossed", "statement_near", "statement_rarest",
)  # fmt: skip
"""The features, in the order of their values."""


class Pair(NamedTuple):
    """Two claims, and what was found about both on the way to the features."""

    one: Claim
    other: Claim
    evidence: Evidence | None
    axes: tuple[Mapping[str, Move], Mapping[str, Move]]
    pushes: tuple[Mapping[str, Move], Mapping[str, Move]]
    values: Mapping[str, float]


def read_pair(one: Claim, other: Claim) -> Pair:
    """Two claims with their features; the order of the two does not matter."""
    ways = way(one, other), way(other, one)
    moved = axis_moves(one, ways[0]), axis_moves(other, ways[1])
    pushed = pushes(one, ways[0]), pushes(other, ways[1])
    evidence = compare(one, other)
    guessed = ways[0] or improves(one), ways[1] or improves(other)
    together = guessed[0] * guessed[1]
    values = _texts(one, other) | _scales(one, other, moved) | _forces(*pushed, load_lexicon())
    metric, runs = _metric(one, other)
    values |= {"metric": metric, "metric_two_ways": float(metric > 0 and ways[0] * ways[1] * runs < 0)}
    values |= _ways(values, together, runs, one, other)
    values |= _evidence(evidence) | _numbers(one, other, values) | _levels(one, other, values)
    values |= _scopes(one, other, values) | _cues(one, other, values)
    return Pair(one, other, evidence, moved, pushed, values)


def _texts(one: Claim, other: Claim) -> dict[str, float]:
    rare = rarity()
    subject, subject_part = alike(one.subject, other.subject, rare)
    words, words_part = alike(one.words, other.words, rare)
    aims, aims_part = alike(one.aim.words, other.aim.words, rare)
    whole, _ = alike(one.whole, other.whole, rare)
    beside = _beside(one, other, rare) + _beside(other, one, rare)
    left = (weigh(a.subject.roots - b.whole.roots, rare) for a, b in ((one, other), (other, one)))
    return {
        "subject": subject,
        "subject_part": subject_part,
        "words": words,
        "words_part": words_part,
        "aims": aims,
        "aims_part": aims_part,
        "whole": whole,
        "crossed": beside,
        "teams": alike(one.team_words, other.team_words, rare)[1],
        "letters": likeness(one.grams, other.grams),
        "aim_letters": likeness(one.aim.grams, other.aim.grams),
        "left_over": min(left) / 10,
        "rarest": max((rare.get(root, RAREST) for root in one.words.roots & other.words.roots), default=0.0) / RAREST,
    }


def _beside(one: Claim, other: Claim, rare: Mapping[str, float]) -> float:
    """What the words of one share with the objective and team of the other."""
    around = other.aim.words.roots | other.team_words.roots
    return alike(one.words, Bag(around, weigh(around, rare)), rare)[1]


def _scales(one: Claim, other: Claim, moved: tuple[Mapping[str, Move], Mapping[str, Move]]) -> dict[str, float]:
    rare = rarity()
    both = moved[0].keys() & moved[1].keys()
    weights = {axis: rare.get(f"@{axis}", RAREST) for axis in both}
    products = {axis: moved[0][axis] * moved[1][axis] for axis in both}
    return {
        "axes": _capped(math.fsum(weights[axis] for axis in one.axes.keys() & other.axes.keys())),
        "all_axes": _capped(math.fsum(weights.values())),
        "axes_one_way": _capped(
            math.fsum(weights[axis] * product for axis, product in products.items() if product > 0)
        ),
        "axes_two_ways": _capped(
            -math.fsum(weights[axis] * product for axis, product in products.items() if product < 0)
        ),
    }


def _capped(weight: float) -> float:
    return min(2.0, weight / 4)


def _forces(mine: Mapping[str, Move], theirs: Mapping[str, Move], lexicon: Lexicon) -> dict[str, float]:
    opposed = one_push = two_pushes = 0.0
    for force, push in mine.items():
        for against, pull in theirs.items():
            if force == against:
                one_push, two_pushes = max(one_push, push * pull), max(two_pushes, -push * pull)
            elif push > 0 and pull > 0:
                found = lexicon.oppositions.get(frozenset((force, against)))
                opposed = max(opposed, push * pull * found.strength) if found else opposed
    return {"opposed": opposed, "one_push": one_push, "two_pushes": two_pushes}


def _metric(one: Claim, other: Claim) -> tuple[float, int]:
    """Whether both name a metric of the catalogue, and how their names of it run to one another."""
    shared = sorted(one.concepts.keys() & other.concepts.keys())
    if not shared:
        return 0.0, 1
    id = max(shared, key=lambda id: (len(one.concepts[id].words) + len(other.concepts[id].words), id))
    return 1.0, one.concepts[id].runs * other.concepts[id].runs


def _ways(values: Mapping[str, float], together: int, runs: int, one: Claim, other: Claim) -> dict[str, float]:
    near = max(values["subject_part"], values["letters"], values["metric"], min(1.0, values["axes"]))
    one_sense = sense(one) == sense(other)
    return {
        "one_way": float(together > 0),
        "two_ways": float(together < 0),
        "way_unknown": float(together == 0),
        "near": near,
        "near_one_way": near * (together * runs > 0),
        "near_two_ways": near * (together * runs < 0),
        "subject_one_way": values["subject"] * (together > 0),
        "subject_two_ways": values["subject"] * (together < 0),
        "one_sense": float(one_sense),
        "same_sense_two_ways": float(together < 0 and one_sense),
        "other_sense_two_ways": float(together < 0 and not one_sense),
        "other_sense_one_way": float(together > 0 and not one_sense),
    }


def _evidence(evidence: Evidence | None) -> dict[str, float]:
    found = evidence.likeness if evidence else 0.0
    ways = evidence.ways if evidence else 0
    return {"measured_alike": found, "alike_one_way": found * (ways > 0), "alike_two_ways": found * (ways < 0)}


def _numbers(one: Claim, other: Claim, values: Mapping[str, float]) -> dict[str, float]:
    a, b = one.measure, other.measure
    link = min(1.0, 2 * max(values["crossed"], values["words_part"], values["all_axes"], values["metric"]))
    one_unit = a.unit is not None and a.unit == b.unit
    return {
        "one_start": link * (a.baseline is not None and a.baseline == b.baseline and a.baseline not in _WHOLE),
        "crossed_targets": link * (a.unit == b.unit and (_meets(one, other) or _meets(other, one))),
        "complements": link * _complements(one, other),
        "one_unit": float(one_unit),
        "two_units": float(bool(a.unit and b.unit and not one_unit)),
    }


def _meets(bare: Claim, other: Claim) -> bool:
    """Whether a target without a baseline lies near the target of one that has a baseline."""
    own, theirs = bare.measure, other.measure
    if own.target is None or own.baseline is not None or theirs.baseline is None or theirs.target is None:
        return False
    return 0.7 <= (own.target or 0.01) / (theirs.target or 0.01) <= 1.4


def _complements(one: Claim, other: Claim) -> bool:
    """Whether two shares add up to the whole: 91% kept and 9% missed."""
    a, b = one.measure, other.measure
    if a.unit != "%" or b.unit != "%" or a.target is None or b.target is None or abs(a.target + b.target - 100) > 6:
        return False
    return a.baseline is None or b.baseline is None or abs(a.baseline + b.baseline - 100) <= 10


def _levels(one: Claim, other: Claim, values: Mapping[str, float]) -> dict[str, float]:
    mine, theirs = (_LEVELS.get(claim.level or "", 2) for claim in (one, other))
    apart = abs(mine - theirs)
    return {
        "level_apart": float(apart == 1),
        "levels_apart": float(apart == 2),
        "company": float(min(mine, theirs) == 0),
        "apart_whole": values["whole"] * (apart > 0),
        "apart_axes": values["axes_one_way"] * (apart > 0),
    }


def _scopes(one: Claim, other: Claim, values: Mapping[str, float]) -> dict[str, float]:
    """Words that a key result shares with its own team or objective and that the other side nowhere says: its scope."""
    mine, theirs = _anchors(one, other), _anchors(other, one)
    team = bool(mine & one.team_words.roots and theirs & other.team_words.roots)
    named, other_named = one.names - other.whole.roots, other.names - one.whole.roots
    near = max(values["subject"], values["words"], values["aims"])
    both, both_named = bool(mine and theirs), bool(named and other_named)
    return {
        "anchored": float(both),
        "anchored_team": float(team),
        "half_anchored": float(bool(mine) != bool(theirs)),
        "anchored_near": near * both,
        "team_anchored_near": near * team,
        "named": float(both_named),
        "half_named": float(bool(named) != bool(other_named)),
        "named_near": near * both_named,
    }


def _anchors(claim: Claim, other: Claim) -> frozenset[str]:
    return (claim.words.roots & (claim.aim.words.roots | claim.team_words.roots)) - other.whole.roots


def _cues(one: Claim, other: Claim, values: Mapping[str, float]) -> dict[str, float]:
    """Words of closing, dates and use: what clashes over one thing, time or group is said with."""
    a, b = one.cues, other.cues
    shut = min(3, a.shut) + min(3, b.shut)
    statement = one.statement or other.statement
    dated, used = a.dates > 0 and b.dates > 0, a.uses > 0 and b.uses > 0
    crossed, near, rarest = values["crossed"], values["words_part"], values["rarest"]
    return {
        "one_statement": float(one.statement != other.statement),
        "shut": shut / 4,
        "both_shut": float(a.shut > 0 and b.shut > 0),
        "aims_shut": float(one.aim.shuts) + float(other.aim.shuts),
        "shut_near": min(1.0, shut / 2) * max(near, 2 * values["whole"]),
        "shut_crossed": min(1.0, shut / 2) * crossed,
        "statement_shut": max(one.statement * a.shut, other.statement * b.shut) / 2,
        "dated": float(dated),
        "dated_near": dated * max(near, crossed),
        "dated_rarest": dated * rarest,
        "used_rarest": used * rarest,
        "statement_crossed": statement * crossed,
        "statement_near": statement * near,
        "statement_rarest": statement * rarest,
    }
