"""Which claims are worth comparing: those that share a rare word, two common ones, a metric, a trade-off, a baseline."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from validator.detection.catalogue import Catalogue
from validator.detection.claims import Claim
from validator.detection.compare import COMMON_BASELINES
from validator.detection.trade_offs import opponents

CROWD = 40
"""Claims that share a key up to which the key says anything."""
MOST = 60
"""Comparisons of one claim: what is rarest among its keys comes first."""
WORDS = 8
"""Roots of one phrase that are paired with one another."""

Key = tuple[str, ...]


def candidates(claims: Sequence[Claim], catalogue: Catalogue) -> Iterator[tuple[Claim, Claim]]:
    """Pairs of claims of different objectives, each once; the same ones whatever the order of the claims."""
    spread = Counter(root for claim in claims for root in claim.phrase)
    groups: dict[Key, list[Claim]] = defaultdict(list)
    for claim in sorted(claims, key=lambda claim: claim.id):
        for key in _keys(claim, spread, catalogue):
            groups[key].append(claim)
    compared: Counter[str] = Counter()
    seen: set[tuple[str, str]] = set()
    for _, group in sorted(groups.items(), key=lambda entry: (len(entry[1]), entry[0])):
        if 1 < len(group) <= CROWD:
            yield from _pairs(group, compared, seen)


def _pairs(group: Sequence[Claim], compared: Counter[str], seen: set[tuple[str, str]]) -> Iterator[tuple[Claim, Claim]]:
    for one, other in itertools.combinations(group, 2):
        ids = (one.id, other.id)
        if one.objective == other.objective or ids in seen or max(compared[one.id], compared[other.id]) >= MOST:
            continue
        seen.add(ids)
        compared.update(ids)
        yield one, other


def _keys(claim: Claim, spread: Mapping[str, int], catalogue: Catalogue) -> Iterator[Key]:
    rare = (root for root in claim.phrase if spread[root] <= CROWD)
    yield from ((root,) for root in rare)
    yield from itertools.combinations(sorted(root for root in claim.phrase if spread[root] > CROWD)[:WORDS], 2)
    yield from (("metric of the catalogue", id) for id in claim.concepts)
    yield from (("trade-off", *sides) for sides in opponents(claim, catalogue))
    if claim.measure.baseline is not None and claim.measure.baseline not in COMMON_BASELINES:
        yield "baseline", str(claim.measure.baseline), claim.measure.unit or ""
