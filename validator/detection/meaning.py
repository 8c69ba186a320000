"""Likeness of meaning: what a semantic encoder adds to the features of a pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from validator.detection.claims import Said
from validator.detection.semantic.encoder import Encoder, Vectors

NAMES = (
    "meaning", "meaning_measured", "meaning_aims", "meaning_whole", "meaning_crossed",
    "meaning_two_ways", "meaning_one_way", "meaning_other_sense", "meaning_same_sense", "meaning_anchored", "meaning_opposed",
)  # fmt: skip


class Meanings(NamedTuple):
    """Unit vectors of the texts of key results, by the id of the key result."""

    rows: Mapping[str, tuple[int, int, int, int]]
    """Where the vectors of title, title with metric, objective, and all together stand."""
    vectors: Vectors


def read_meanings(texts: Mapping[str, Said], encoder: Encoder) -> Meanings:
    """The meanings of key results, each text encoded once."""
    places: dict[str, int] = {}
    rows: dict[str, tuple[int, int, int, int]] = {}
    for id, said in texts.items():
        first, second, third, fourth = (places.setdefault(text, len(places)) for text in _texts(said))
        rows[id] = (first, second, third, fourth)
    return Meanings(rows, encoder.encode(list(places)))


def _texts(said: Said) -> Sequence[str]:
    title = said.title or said.objective
    measured = f"{title}, {said.metric}" if said.metric else title
    return title, measured, said.objective, f"{said.team}: {said.objective}. {title}"


def meaning_features(one: str, other: str, meanings: Meanings, values: Mapping[str, float]) -> dict[str, float]:
    """The features of two key results, given by id, beside the plain ones."""
    mine, theirs = meanings.rows[one], meanings.rows[other]
    vectors = meanings.vectors
    title, measured, aims, whole = (float(vectors[a] @ vectors[b]) for a, b in zip(mine, theirs, strict=True))
    crossed = max(float(vectors[mine[0]] @ vectors[theirs[2]]), float(vectors[theirs[0]] @ vectors[mine[2]]))
    return {
        "meaning": title,
        "meaning_measured": measured,
        "meaning_aims": aims,
        "meaning_whole": whole,
        "meaning_crossed": crossed,
        "meaning_two_ways": measured * values["two_ways"],
        "meaning_one_way": measured * values["one_way"],
        "meaning_other_sense": measured * values["other_sense_two_ways"],
        "meaning_same_sense": measured * values["same_sense_two_ways"],
        "meaning_anchored": measured * values["anchored"],
        "meaning_opposed": measured * values["opposed"],
    }
