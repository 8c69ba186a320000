"""Fit the model of pairs to labelled pairs, and show by cross-validation what it is worth on pairs that it has not seen.

    python -m benchmarks.detection.fit --set DEVELOPMENT_SET [--meaning MODEL_FOLDER] [--folds 5] [--write]

Beside the pairs of `benchmarks/detection/pairs` it learns from the development set, whose pairs count more: they are worded
as the tools are. Innocent pairs, put together at random within each organisation, teach it what an organisation is full of.
Needs the extra `fit` (scikit-learn).
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.preprocessing import StandardScaler

from benchmarks.detection.labelled import OWN, Labelled, claims_of, read_pairs
from validator.detection import claims as claims_module
from validator.detection import rarity as rarity_module
from validator.detection.bags import RAREST
from validator.detection.claims import Claim
from validator.detection.features import NAMES, read_pair
from validator.detection.meaning import NAMES as MEANING_NAMES
from validator.detection.meaning import Meanings, meaning_features, read_meanings
from validator.detection.model import PLAIN, SEMANTIC, Chances
from validator.detection.semantic.minilm import load_encoder

FITTED = Path(claims_module.__file__).parent / "fitted"
CLASSES = Chances._fields
SET_WEIGHT, CROSSED_WEIGHT = 4.0, 0.1
"""Weight of a pair of the development set, and of a pair put together at random; one of our own pairs weighs 1."""
CROSSED = 2
PRODUCTS = 5
"""Products of two features that each relation may choose."""
COMMON = 0.02
"""Share of labelled pairs in which both features of a product stand."""


class Data(NamedTuple):
    """Pairs as numbers."""

    values: np.ndarray[Any, Any]
    labels: np.ndarray[Any, Any]
    weights: np.ndarray[Any, Any]
    groups: np.ndarray[Any, Any]
    """Scenario of a pair of the development set; "" for all others, which are never tested on."""


class Fit(NamedTuple):
    """A fitted model: on plain values of features and of products."""

    products: list[tuple[int, int]]
    weights: np.ndarray[Any, Any]
    intercepts: np.ndarray[Any, Any]


def main() -> None:
    """Fit, show and write."""
    options = _options()
    own, given = list(read_pairs(OWN)), list(read_pairs(options.set)) if options.set else []
    if options.write:
        _write_rarity([*own, *given])
    data, names = _data(own, given, options.meaning)
    if given and options.folds:
        show(data, options.folds)
    if options.write:
        _write(fit(data), names, SEMANTIC if options.meaning else PLAIN, len(own), len(given))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", type=Path, help="labelled pairs to learn from and to be tested on: a JSON Lines file")
    parser.add_argument("--meaning", type=Path, help="folder of the encoder's model: fit with likeness of meaning")
    parser.add_argument("--folds", type=int, default=5, help="folds of the cross-validation; 0 for none")
    parser.add_argument("--write", action="store_true", help="write the fitted weights into the package")
    return parser.parse_args()


def _data(own: Sequence[Labelled], given: Sequence[Labelled], model: Path | None) -> tuple[Data, list[str]]:
    pairs = [*own, *given]
    read = [claims_of(pair, str(number)) for number, pair in enumerate(pairs)]
    crossed = list(_crossed(pairs, read))
    texts = {claim.id: side.texts for pair, both in zip(pairs, read, strict=True)
             for claim, side in zip(both, (pair.one, pair.other), strict=True)}  # fmt: skip
    meanings = read_meanings(texts, load_encoder(model)) if model else None
    rows = [_row(one, other, meanings) for one, other in [*read, *crossed]]
    weights = [1.0] * len(own) + [SET_WEIGHT] * len(given) + [CROSSED_WEIGHT] * len(crossed)
    labels = [*(pair.label for pair in pairs), *["unrelated"] * len(crossed)]
    groups = [*[""] * len(own), *(f"{n}" for n in range(len(given))), *[""] * len(crossed)]
    names = [*NAMES, *(MEANING_NAMES if model else ())]
    return Data(np.array(rows), np.array(labels), np.array(weights), np.array(groups)), names


def _row(one: Claim, other: Claim, meanings: Meanings | None) -> list[float]:
    values = dict(read_pair(one, other).values)
    if meanings is not None:
        values |= meaning_features(one.id, other.id, meanings, values)
    return [values[name] for name in (*NAMES, *(MEANING_NAMES if meanings else ()))]


def _crossed(pairs: Sequence[Labelled], read: Sequence[tuple[Claim, Claim]]) -> Any:
    """Innocent pairs: sides of different pairs of one organisation."""
    chance = random.Random(0)
    by_group: dict[str, list[tuple[Claim, Claim]]] = {}
    for pair, both in zip(pairs, read, strict=True):
        by_group.setdefault(pair.group, []).append(both)
    for _, listed in sorted(by_group.items()):
        for number, both in enumerate(listed if len(listed) > 2 else ()):
            for _ in range(CROSSED):
                other = chance.randrange(len(listed))
                if other != number:
                    yield chance.choice(both), chance.choice(listed[other])


def fit(data: Data) -> Fit:
    """Logistic regression on all features and on the products that help most."""
    scale = StandardScaler().fit(data.values)
    plain = scale.transform(data.values)
    pairs = list(itertools.combinations(range(plain.shape[1]), 2))
    product = np.column_stack([plain[:, a] * plain[:, b] for a, b in pairs])
    wide = StandardScaler().fit(np.hstack([plain, product]))
    scaled = wide.transform(np.hstack([plain, product]))
    chosen = _chosen(scaled, data, _common(data, pairs), plain.shape[1])
    columns = [*range(plain.shape[1]), *chosen]
    model = LogisticRegression(C=0.03, max_iter=3_000)
    model.fit(scaled[:, columns], data.labels, sample_weight=data.weights)
    order = [list(model.classes_).index(name) for name in CLASSES]
    weights = model.coef_[order] / wide.scale_[columns]
    intercepts = model.intercept_[order] - weights @ wide.mean_[columns]
    return _unscaled(weights, intercepts, [pairs[column - plain.shape[1]] for column in chosen], scale)


def _common(data: Data, pairs: list[tuple[int, int]]) -> Any:
    """Which products enough labelled pairs have a say in: a rare one would be learnt by heart."""
    labelled = data.values[data.weights >= 1] != 0
    return np.array([(labelled[:, a] & labelled[:, b]).mean() >= COMMON for a, b in pairs])


def _chosen(scaled: Any, data: Data, common: Any, singles: int) -> list[int]:
    found: set[int] = set()
    for name in CLASSES:
        sparse = LogisticRegression(l1_ratio=1.0, C=0.02, solver="liblinear", max_iter=200)
        sparse.fit(scaled, data.labels == name, sample_weight=data.weights)
        strength = np.abs(sparse.coef_[0])
        open_to = np.concatenate([np.zeros(singles, bool), common])
        ranked = [int(column) for column in np.argsort(-strength) if open_to[column] and strength[column] > 0]
        found.update(ranked[:PRODUCTS])
    return sorted(found)


def _unscaled(weights: Any, intercepts: Any, products: list[tuple[int, int]], scale: StandardScaler) -> Fit:
    """The same model on values as they are: a product of scaled features is one of plain ones and of each alone."""
    count = len(scale.mean_)
    plain = weights[:, :count] / scale.scale_
    constant = intercepts - plain @ scale.mean_
    folded = []
    for number, (a, b) in enumerate(products):
        weight = weights[:, count + number] / (scale.scale_[a] * scale.scale_[b])
        folded.append(weight)
        plain[:, a] -= weight * scale.mean_[b]
        plain[:, b] -= weight * scale.mean_[a]
        constant += weight * scale.mean_[a] * scale.mean_[b]
    return Fit(products, np.column_stack([plain, *folded]), constant)


def predict(model: Fit, values: Any) -> Any:
    """Chances of each class."""
    wide = np.hstack([values, *[values[:, [a]] * values[:, [b]] for a, b in model.products]])
    scores = wide @ model.weights.T + model.intercepts
    shares = np.exp(scores - scores.max(1, keepdims=True))
    return shares / shares.sum(1, keepdims=True)


def show(data: Data, folds: int) -> None:
    """Cross-validated figures on the development set, by three ways of parting it."""
    tested = np.flatnonzero(data.groups != "")
    rest = np.flatnonzero(data.groups == "")
    truth = data.labels[tested]
    for seed in range(3):
        found = np.zeros((len(tested), len(CLASSES)))
        parting = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
        for train, test in parting.split(tested, truth, data.groups[tested]):
            rows = np.concatenate([rest, tested[train]])
            model = fit(Data(data.values[rows], data.labels[rows], data.weights[rows], data.groups[rows]))
            found[test] = predict(model, data.values[tested[test]])
        for prior in (1.0, 0.45):
            weighed = found * np.where(np.array(CLASSES) == "unrelated", prior, 1.0)
            said = np.array(CLASSES)[weighed.argmax(1)]
            figures = [f"macro-F1 {f1_score(truth, said, average='macro'):.3f}"]
            for place, name in enumerate(CLASSES[:2]):
                precision = average_precision_score(truth == name, found[:, place])
                figures.append(f"{name} F1 {f1_score(truth == name, said == name):.3f} AP {precision:.3f}")
            print(f"parting {seed}, unrelated x {prior}:", ", ".join(figures))


def _write_rarity(pairs: Sequence[Labelled]) -> None:
    spread: Counter[str] = Counter()
    (FITTED / "rarity.json").write_text("{}", "utf-8")
    for pair in pairs:
        for claim in claims_of(pair, ""):
            spread.update(claim.whole.roots)
            spread.update(f"@{axis}" for axis in claim.axes.keys() | claim.aim.axes.keys())
    sides = 2 * len(pairs)
    weights = {root: round(math.log((sides + 1) / (count + 0.5)), 3) for root, count in sorted(spread.items())}
    known = {root: weight for root, weight in weights.items() if weight < RAREST}
    (FITTED / "rarity.json").write_text(json.dumps(known, ensure_ascii=False, indent=0), "utf-8")
    for cached in (rarity_module.rarity, claims_module.aim_of, claims_module.words_of_name):
        cached.cache_clear()


def _write(model: Fit, names: list[str], file: str, own: int, given: int) -> None:
    count = len(names)
    rounded = [[float(f"{weight:.5g}") for weight in column] for column in model.weights.T]
    data = {
        "fitted_to": {"own pairs": own, "pairs of the development set": given},
        "intercepts": [float(f"{value:.5g}") for value in model.intercepts],
        "singles": [[name, rounded[place]] for place, name in enumerate(names)],
        "products": [[names[a], names[b], rounded[count + n]] for n, (a, b) in enumerate(model.products)],
    }
    lines = json.dumps(data, ensure_ascii=False).replace('], ["', '],\n["')
    (FITTED / file).write_text(lines + "\n", "utf-8")


if __name__ == "__main__":
    main()
