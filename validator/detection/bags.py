"""Texts as bags of telling roots, weighed by how rare each is, and as letter triples that typing errors hardly change."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from validator.detection.text import ROOT, keys

GENERAL = frozenset(
    key[:ROOT]
    for key in keys(
        "a an the of to in on for per by with at from and or is are that who which be been it its this their our we us as "
        "within than so up down no not every all each only more less new over under before after into out off until was were "
        "has have do does can will any you your them they he she what when where how own same very just also rate number total "
        "average median mean share percent target goal aim end start now year month week day quarter"
    )
)
"""Roots that tell two texts neither alike nor apart."""
LONGEST = 300
"""Characters of a text whose letters are compared."""
_GAPS = re.compile(r"[^\w]+|_+")

Grams = Mapping[str, float]
"""Letter triples with their share, of length 1 together."""


class Bag(NamedTuple):
    """Roots, and how telling they are together."""

    roots: frozenset[str]
    weight: float


def telling(text: str) -> frozenset[str]:
    """The roots of a text's words without general ones and single letters."""
    return telling_roots(keys(text))


def telling_roots(stems: Iterable[str]) -> frozenset[str]:
    """The same of a text whose words' stems are known."""
    return frozenset(stem[:ROOT] for stem in stems if len(stem) > 1) - GENERAL


def bag(roots: frozenset[str], rarity: Mapping[str, float]) -> Bag:
    """Roots, weighed."""
    return Bag(roots, weigh(roots, rarity))


def weigh(roots: frozenset[str], rarity: Mapping[str, float]) -> float:
    """How telling roots are together; the sum is exact, so that the order of a set does not show in it."""
    return math.fsum(rarity.get(root, RAREST) for root in roots)


RAREST = 7.0
"""Weight of a root that is not known."""


def alike(one: Bag, other: Bag, rarity: Mapping[str, float]) -> tuple[float, float]:
    """What two bags have in common, as a share of both together and of the lighter one, 0 to 1."""
    common = weigh(one.roots & other.roots, rarity)
    if not common:
        return 0.0, 0.0
    return common / (one.weight + other.weight - common), common / min(one.weight, other.weight)


def grams_of(text: str) -> Grams:
    """The letter triples of a text."""
    plain = f" {_GAPS.sub(' ', text[:LONGEST].casefold()).strip()} "
    counted = Counter(plain[place : place + 3] for place in range(len(plain) - 2))
    length = math.sqrt(sum(count * count for count in counted.values())) or 1.0
    return {triple: count / length for triple, count in counted.items()}


def likeness(one: Grams, other: Grams) -> float:
    """The cosine of two texts by their letter triples, 0 to 1."""
    if len(one) > len(other):
        one, other = other, one
    return sum(share * other[triple] for triple, share in one.items() if triple in other)
