"""Two claims that the catalogue knows to pull against each other."""

from __future__ import annotations

from collections.abc import Iterator

from validator.detection.catalogue import Catalogue, TradeOff
from validator.detection.claims import Claim


def trade_off(one: Claim, other: Claim, catalogue: Catalogue) -> TradeOff | None:
    """The strong trade-off that two claims run into: both move as it says, whichever way their metrics are named."""
    for sides, moves in _moves(one, other):
        for known in catalogue.trade_offs.get(frozenset(sides), ()):
            expected = dict(zip(known.sides, known.moves, strict=True))
            if known.strong and all(expected[side] == move for side, move in zip(sides, moves, strict=True)):
                return known
    return None


def _moves(one: Claim, other: Claim) -> Iterator[tuple[tuple[str, str], tuple[int, int]]]:
    for first, mine in one.metrics.items():
        for second, theirs in other.metrics.items():
            if first != second:
                yield (first, second), (mine, theirs)


def opponents(claim: Claim, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """The pairs of metrics, in the order of the alphabet, of which a claim may be one side."""
    for id in claim.metrics:
        for other in catalogue.opposed.get(id, ()):
            yield (id, other) if id < other else (other, id)
