"""The failure table and the metric catalogue that judge with a ruleset, read from their texts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from validator.detection.catalogue import Catalogue, load_catalogue, read_catalogue
from validator.errors import BadRuleset
from validator.rules.failure_table import FailureRow
from validator.rules.files import shipped_text
from validator.rules.table_texts import METRICS, Texts, failures_of, in_force

_FEW = 4
"""Catalogues kept as read: one takes a quarter of a second to read."""


class Tables(NamedTuple):
    """What `pipeline.judge` takes besides a ruleset, under the same names."""

    failure_table: Mapping[str, FailureRow]
    catalogue: Catalogue


def tables_of(texts: Texts) -> Tables:
    """The tables of a ruleset's bundle. Raises BadRuleset where this release reads one otherwise than when it was published."""
    metrics = in_force(texts, METRICS)
    return Tables(failures_of(texts), _catalogue(metrics.key, metrics.text))


@lru_cache(maxsize=_FEW)
def _catalogue(name: str, text: str) -> Catalogue:
    if text == shipped_text(METRICS):
        return load_catalogue()
    try:
        return read_catalogue(text)
    except BadRuleset as error:
        raise BadRuleset(fault._replace(place=name) for fault in error.faults) from None
