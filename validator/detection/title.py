"""A title read once: its tokens, what the tables say of each, what is beside the point, and its numbers."""

from __future__ import annotations

from typing import NamedTuple

from validator.detection.marks import ASIDE, NUMERAL, mark
from validator.detection.periods import NOTHING, Asides, asides
from validator.detection.text import MARK, WORD, Token, tokens
from validator.detection.values import Number, numbers
from validator.detection.words import words


class Title(NamedTuple):
    """A title, read."""

    tokens: list[Token]
    marks: list[int]
    """What the tables say of each token: bits of `marks`."""
    seen: int
    """All those bits."""
    aside: Asides
    numbers: list[Number]


def read_title(text: str) -> Title:
    """The title of an objective or key result, read."""
    listed = tokens(text)
    marks = [mark(token.key) for token in listed]
    seen, digits = 0, False
    for place, bits in enumerate(marks):
        seen |= bits
        digits = digits or listed[place].kind not in _PLAIN
    aside = asides(listed, words()) if seen & ASIDE or digits else NOTHING
    found = numbers(listed, aside.dropped, words()) if seen & NUMERAL or digits else []
    return Title(listed, marks, seen, aside, found)


_PLAIN = frozenset((WORD, MARK))
