"""The model that weighs the features of a pair: multinomial logistic, its weights fitted offline and shipped as data.

`python -m benchmarks.detection.fit` fits it; nothing here learns.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

import orjson

PLAIN, SEMANTIC = "pairs.json", "pairs-semantic.json"


class Chances(NamedTuple):
    """How likely each relation of two claims is; together 1."""

    conflict: float
    duplicate: float
    supports: float
    unrelated: float


class Model(NamedTuple):
    """Weights by relation, of features and of products of two features."""

    intercepts: tuple[float, ...]
    """In the order of `Chances`."""
    singles: tuple[tuple[str, tuple[float, ...]], ...]
    products: tuple[tuple[str, str, tuple[float, ...]], ...]


@cache
def load_model(file: str) -> Model:
    """A shipped model: PLAIN, or SEMANTIC for features with likeness of meaning."""
    data = orjson.loads(resources.files("validator.detection").joinpath("fitted", file).read_bytes())
    return Model(
        tuple(data["intercepts"]),
        tuple((name, tuple(weights)) for name, weights in data["singles"]),
        tuple((first, second, tuple(weights)) for first, second, weights in data["products"]),
    )


def chances(values: Mapping[str, float], model: Model) -> Chances:
    """How likely each relation is, from the values of the features."""
    conflict, duplicate, supports, unrelated = model.intercepts
    for name, (a, b, c, d) in model.singles:
        value = values[name]
        if value:
            conflict, duplicate, supports, unrelated = (
                conflict + a * value, duplicate + b * value, supports + c * value, unrelated + d * value,
            )  # fmt: skip
    for first, second, (a, b, c, d) in model.products:
        value = values[first] * values[second]
        if value:
            conflict, duplicate, supports, unrelated = (
                conflict + a * value, duplicate + b * value, supports + c * value, unrelated + d * value,
            )  # fmt: skip
    return _softmax(conflict, duplicate, supports, unrelated)


def _softmax(*scores: float) -> Chances:
    most = max(scores)
    shares = [math.exp(score - most) for score in scores]
    whole = sum(shares)
    return Chances(*(share / whole for share in shares))
