"""Which words of a title say what is measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from validator.detection.marks import HOLD, UNSAID, mark
from validator.detection.reading import Reading
from validator.detection.text import WORD, Token, tokens
from validator.detection.title import Title

_SMALL = frozenset("on in to of at a an the and for by with or s".split())
"""Parts of a compound that say nothing."""
_LIMITS = frozenset(("at", "below", "under", "abov", "over", "within", "between"))
_BREAKS = frozenset((",", ";", ":", "(", ")", "•", "|"))


def segment_of(title: Title, left_out: frozenset[int], reading: Reading) -> tuple[int, int]:
    """The part of a title that its values belong to: from the last break before them that words follow."""
    listed = title.tokens
    if reading.first is None:
        return 0, len(listed)
    first = reading.first
    spoken = False
    while first and not (spoken and listed[first - 1].key in _BREAKS):
        first -= 1
        spoken = (spoken or _says(title, first, left_out)) and listed[first].key != "not"
    last = reading.last or reading.first
    while last < len(listed) and listed[last].key not in _BREAKS and not _means(listed, last):
        last += 1
    return first, last


def phrase_of(
    title: Title, left_out: frozenset[int], segment: tuple[int, int]
) -> tuple[list[str], tuple[int, int] | None]:
    """Stems of what is measured and the indexes of its first and last token."""
    places = [place for place in range(*segment) if _says(title, place, left_out)]
    if not places:
        return [], None
    return [part for place in places for part in _parts(title.tokens[place].key)], (places[0], places[-1])


@lru_cache(maxsize=20_000)
def metric_words(metric: str) -> tuple[str, ...]:
    """Stems of what a metric field says."""
    listed = tokens(metric)
    marks = [mark(token.key) for token in listed]
    said = (t.key for t, bits in zip(listed, marks, strict=True) if t.kind == WORD and not bits & UNSAID)
    return tuple(part for key in said for part in _parts(key))


def holds(title: Title) -> bool:
    """Whether a title says to keep something where it is."""
    return bool(title.seen & HOLD) and any(_is_hold(title, place) for place in range(len(title.tokens)))


def _says(title: Title, place: int, left_out: frozenset[int]) -> bool:
    """Whether a token is a word of what is measured."""
    bits = title.marks[place]
    if title.tokens[place].kind != WORD or bits & UNSAID or place in left_out:
        return False
    return not bits & HOLD or not _is_hold(title, place)


def _parts(key: str) -> Iterator[str]:
    """The words of a compound, its particles too (sign-up is more than sign); a code such as T-3 is one."""
    if "-" not in key or any(character.isdigit() for character in key):
        yield key
    else:
        yield from (part for part in key.split("-") if part not in _SMALL)


def _is_hold(title: Title, place: int) -> bool:
    """“Keep …” at the start, “frozen at …” anywhere."""
    if not title.marks[place] & HOLD:
        return False
    listed, token = title.tokens, title.tokens[place]
    after = listed[place + 1].key if place + 1 < len(listed) else ""
    if token.key == "hold" and not any(other.key in _LIMITS for other in listed):
        return False  # “Hold 3 meetings”
    return after in _LIMITS or (place == 0 and not token.text.endswith(("t", "ed")))


def _means(listed: Sequence[Token], place: int) -> bool:
    """“by switching to …”: how, not what."""
    if listed[place].key != "by" or place + 1 >= len(listed):
        return False
    return listed[place + 1].text.casefold().endswith("ing")
