"""The nearest texts by meaning: candidates that share no word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from validator.detection.claims import Claim
    from validator.detection.meaning import Meanings

NEAREST = 10
"""Nearest others of each key result that are looked at."""
MOST = 30_000
"""Key results up to which all are compared with all: beyond, words alone lead to candidates."""
_BLOCK = 512


def nearest(claims: Sequence[Claim], meanings: Meanings) -> Iterator[tuple[int, int]]:
    """Pairs of claims near in meaning, by their places: each with those whose titles are nearest."""
    if len(claims) > MOST:
        return
    vectors = meanings.vectors[[meanings.rows[claim.id][1] for claim in claims]]
    count = min(NEAREST + 1, len(claims))
    for start in range(0, len(claims), _BLOCK):
        likeness = vectors[start : start + _BLOCK] @ vectors.T
        for row, columns in enumerate((-likeness).argpartition(count - 1, axis=1)[:, :count], start):
            for column in sorted(columns):
                if column != row:
                    yield min(row, int(column)), max(row, int(column))
