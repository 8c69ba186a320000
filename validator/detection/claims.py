"""Claims: each key result read once into what it measures, which way, and whom it concerns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from validator.detection.catalogue import Catalogue
from validator.detection.measure import Measure
from validator.detection.text import keys

ROOT = 6
"""Letters of a stem by which two words count as one: readmit and readmission."""
_NUMBER = re.compile(r"\d[\d.,]*")
_NAME = re.compile(r"(?<=[\w,)] )[A-Z][\w&-]+")


class Concept(NamedTuple):
    """A catalogue metric that a claim names."""

    words: frozenset[str]
    """Roots of the words that name it."""
    runs: int
    """1 with the metric whose name it goes by, -1 against it."""


class Claim(NamedTuple):
    """What one key result claims."""

    id: str
    objective: str
    team: str | None
    level: str | None
    cycle: str | None
    measure: Measure
    phrase: frozenset[str]
    """Roots of what is measured."""
    around: frozenset[str]
    """Roots of everything said: title, metric, objective and team."""
    names: frozenset[str]
    """What narrows it: names, cohorts, and numbers that are no value of it."""
    concepts: Mapping[str, Concept]
    """Catalogue metrics that it names, an inverse under the name of its counterpart."""
    metrics: Mapping[str, int]
    """The same metrics and their inverses, with the way that each moves: 1 up, -1 down; none where it is not known."""


def roots(text: str) -> frozenset[str]:
    """The roots of a text's words, and its numbers."""
    return frozenset(key[:ROOT] for key in keys(text)).union(_NUMBER.findall(text[:500]))


@lru_cache(maxsize=4_096)
def roots_of_name(text: str) -> frozenset[str]:
    """The same for texts that many key results have in common: their objective's title, their team's name."""
    return roots(text)


def names_of(title: str, measure: Measure) -> frozenset[str]:
    """Scopes, capitalised words inside the title, and numbers of the title that are neither baseline nor target."""
    values = {value for value in (measure.baseline, measure.target) if value is not None}
    values |= {round(abs(measure.relative) * 100, 6)} if measure.relative is not None else set()
    labels = {number for number in _NUMBER.findall(title[:500]) if _value(number) not in values}
    named = {key[:ROOT] for name in _NAME.findall(title[:500]) for key in keys(name)}
    scoped = {key[:ROOT] for scope in measure.scope for key in keys(scope)}
    return frozenset(named | scoped | (labels if len(labels) <= 2 else set()))


def _value(number: str) -> float | None:
    try:
        return float(number.replace(",", ""))
    except ValueError:
        return None


def concepts_of(stems: frozenset[str], catalogue: Catalogue) -> dict[str, Concept]:
    """The catalogue's metrics that stems name: those named by most words."""
    found: dict[str, tuple[frozenset[str], int]] = {}
    for stem in stems:
        for words, id in catalogue.phrases.get(stem, ()):
            if words <= stems:
                canonical, runs = catalogue.canonical(id)
                if len(words) > len(found.get(canonical, (frozenset(), 0))[0]):
                    found[canonical] = (words, runs)
    most = max((len(words) for words, _ in found.values()), default=0)
    return {
        id: Concept(frozenset(word[:ROOT] for word in words), runs)
        for id, (words, runs) in found.items()
        if len(words) == most
    }


def metrics_of(concepts: Mapping[str, Concept], direction: int, catalogue: Catalogue) -> dict[str, int]:
    """The metrics of concepts, and their inverses, with the way that each moves when the claim moves its own."""
    moves: dict[str, int] = {}
    for id, concept in concepts.items() if direction else ():
        moves[id] = concept.runs * direction
        inverse = catalogue.metrics[id].inverse
        if inverse is not None:
            moves[inverse] = -moves[id]
    return moves
