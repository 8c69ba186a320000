"""What the texts of a set say, read once: the costliest stage of a run, kept apart from facts that fields give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from validator.detection.catalogue import Catalogue
from validator.detection.semantic.encoder import Encoder
from validator.detection.wording import judge_objective
from validator.facts.claimed import claimed_pair_facts
from validator.facts.fact import Fact
from validator.facts.index import Index
from validator.facts.reliance import Reliance, undeclared_reliances
from validator.facts.wording import Wording, read_wordings


class Texts(NamedTuple):
    """What the texts of a set say."""

    wordings: Mapping[str, Wording]
    """By key result."""
    labels: Mapping[str, frozenset[str]]
    """What is weak about the title of an objective, by its id: labels of `detection.wording`."""
    reliances: Mapping[str, tuple[Reliance, ...]]
    """Teams that only a text relies on, by objective."""
    claimed: tuple[Fact, ...]
    """Facts about pairs of key results that claim one measure or pull against each other."""


def read_texts(index: Index, encoder: Encoder | None = None, catalogue: Catalogue | None = None) -> Texts:
    """Everything that texts say, by a metric catalogue (None: the one shipped).

    An encoder adds likeness of meaning to what pairs are judged by.
    """
    wordings = read_wordings(index)
    labels = {objective.id: judge_objective(objective.title) for objective in index.okrs.objectives}
    claimed = tuple(claimed_pair_facts(index, wordings, encoder, catalogue))
    return Texts(wordings, labels, undeclared_reliances(index), claimed)
