"""How rare words and axes are in key results: measured once over the pairs that the model was fitted to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources

import orjson


@cache
def rarity() -> Mapping[str, float]:
    """Weights of roots, and of axes as “@id”, from 0 for what all say to 7 for what hardly anybody says."""
    weights: Mapping[str, float] = orjson.loads(
        resources.files("validator.detection").joinpath("fitted/rarity.json").read_bytes()
    )
    return weights
