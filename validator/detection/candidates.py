"""Which claims are worth comparing: those that share what few others say, the more of it the sooner."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from validator.detection.catalogue import Catalogue
from validator.detection.claims import Claim
from validator.detection.compare import COMMON_BASELINES
from validator.detection.meaning import Meanings
from validator.detection.semantic.nearest import nearest
from validator.detection.trade_offs import opponents

CROWD = 30
"""Claims that share a key up to which the key says anything."""
MOST = 5
"""Comparisons that each claim may ask for, the most promising ones."""
FEW, SOME = 60, 300
"""Claims up to which every pair is compared, and up to which every pair that shares a key is."""
WORDS = 8
"""Roots of one phrase that are paired with one another."""

Key = tuple[str, ...]
Pair = tuple[int, int]
"""Two claims by their places in the order of their ids."""


def candidates(
    claims: Sequence[Claim], catalogue: Catalogue, meanings: Meanings | None = None
) -> Iterator[tuple[Claim, Claim]]:
    """Pairs of claims of different objectives, each once; the same ones whatever the order of the claims."""
    ordered = sorted(claims, key=lambda claim: claim.id)
    near = nearest(ordered, meanings) if meanings is not None and len(ordered) > FEW else ()
    for first, second in sorted({*_chosen(ordered, catalogue), *near}):
        if ordered[first].objective != ordered[second].objective:
            yield ordered[first], ordered[second]


def _chosen(claims: Sequence[Claim], catalogue: Catalogue) -> Iterable[Pair]:
    if len(claims) <= FEW:
        return itertools.combinations(range(len(claims)), 2)
    shared = _shared(claims, catalogue)
    return shared if len(claims) <= SOME else _promising(shared, len(claims))


def _shared(claims: Sequence[Claim], catalogue: Catalogue) -> dict[Pair, float]:
    """Pairs that share a key, with how telling the keys are that they share."""
    spread = Counter(root for claim in claims for root in _roots(claim))
    groups: dict[Key, list[int]] = defaultdict(list)
    for place, claim in enumerate(claims):
        for key in _keys(claim, spread, catalogue):
            groups[key].append(place)
    shared: dict[Pair, float] = defaultdict(float)
    for _, group in sorted(groups.items()):
        if 1 < len(group) <= CROWD:
            telling = math.log(2 * CROWD / len(group))
            for pair in itertools.combinations(group, 2):
                shared[pair] += telling
    return shared


def _promising(shared: Mapping[Pair, float], count: int) -> set[Pair]:
    """The pairs that one of their sides would choose among all its own."""
    left, chosen = [MOST] * count, set()
    for pair, _ in sorted(shared.items(), key=lambda entry: (-entry[1], entry[0])):
        first, second = pair
        if left[first] > 0 or left[second] > 0:
            chosen.add(pair)
            left[first] -= 1
            left[second] -= 1
    return chosen


def _roots(claim: Claim) -> frozenset[str]:
    return claim.words.roots | claim.aim.words.roots


def _keys(claim: Claim, spread: Mapping[str, int], catalogue: Catalogue) -> Iterator[Key]:
    roots = sorted(_roots(claim))
    yield from ((root,) for root in roots if spread[root] <= CROWD)
    yield from itertools.combinations([root for root in roots if spread[root] > CROWD][:WORDS], 2)
    yield from (("axis", axis) for axis in claim.axes.keys() | claim.aim.axes.keys())
    yield from (("metric of the catalogue", id) for id in claim.concepts)
    yield from {("trade-off", *sides) for sides in opponents(claim, catalogue)}
    if claim.measure.baseline is not None and claim.measure.baseline not in COMMON_BASELINES:
        yield "baseline", str(claim.measure.baseline), claim.measure.unit or ""
