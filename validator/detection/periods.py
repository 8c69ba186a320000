"""What a title says besides the measure: when, with which reservation, and without whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from validator.detection.lexis import AMBIGUOUS_MONTHS, CODE, MONTHS, NUMBER_WORDS, SPANS, WHOLE_PERIODS, is_year
from validator.detection.text import CLOCK, NUMBER, WORD, Token, key_of
from validator.detection.words import Phrases, Words

_WHICH = frozenset(map(key_of, "this next current coming last previous whole entire fiscal financial calendar".split()))
_LEAD = frozenset(
    map(
        key_of,
        "by until till before after from in on through during since within end start mid early late the of".split(),
    )
)


class Asides(NamedTuple):
    """What is no part of the measure."""

    dropped: frozenset[int]
    """Indexes of the tokens that say these things."""
    period: tuple[str, ...]
    """Periods and days, in small letters: "q2", "30 april", "next two quarters"."""
    exclusions: tuple[str, ...]
    """What is left out of the count: "pilots", "refunds and returns"."""


NOTHING = Asides(frozenset(), (), ())


def asides(tokens: Sequence[Token], words: Words) -> Asides:
    """The periods, fillers and exclusions of a title."""
    dropped: set[int] = set()
    for start, end in phrases_in(tokens, words.fillers):
        dropped.update(range(start, end))
    exclusions = []
    for start, end, what in _exclusions(tokens, words):
        dropped.update(range(start, end))
        exclusions.append(what)
    periods = []
    for start, end in _periods(tokens):
        if not dropped.intersection(range(start, end)):
            periods.append(_written(tokens, start, end))
        dropped.update(range(_lead(tokens, start), end))
    if not dropped:
        return NOTHING
    return Asides(frozenset(dropped), tuple(dict.fromkeys(periods)), tuple(exclusions))


def phrases_in(tokens: Sequence[Token], phrases: Phrases) -> Iterator[tuple[int, int]]:
    """Where phrases stand among tokens: index of the first and after the last token of each."""
    for place, token in enumerate(tokens):
        for stems in phrases.get(token.key, ()):
            if len(stems) == 1 or tuple(other.key for other in tokens[place : place + len(stems)]) == stems:
                yield place, place + len(stems)
                break


def _written(tokens: Sequence[Token], start: int, end: int) -> str:
    return " ".join(token.text for token in tokens[start:end]).casefold()


def _lead(tokens: Sequence[Token], start: int) -> int:
    """Where the words begin that lead to a period: “by the end of”."""
    while start and tokens[start - 1].key in _LEAD:
        start -= 1
    return start


def _periods(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    for place, token in enumerate(tokens):
        if token.kind == WORD:
            if token.key in MONTHS:
                if _is_month(tokens, place):
                    yield _with_days(tokens, place)
            elif token.key in SPANS:
                start = _span(tokens, place)
                if start is not None:
                    yield start, place + 1
                elif place + 1 < len(tokens) and tokens[place + 1].key == "end":
                    yield place, place + 2
            elif token.key in WHOLE_PERIODS or (len(token.key) < 8 and CODE.fullmatch(token.key)):
                yield place, place + 1
        elif token.kind == NUMBER and is_year(token.text):
            yield place, place + 1


def _is_month(tokens: Sequence[Token], place: int) -> bool:
    token = tokens[place]
    if token.key not in AMBIGUOUS_MONTHS:
        return True
    return token.text[0].isupper() and (place > 0 or _day(tokens, place + 1))


def _day(tokens: Sequence[Token], place: int) -> bool:
    """Whether a token is a day of a month."""
    if not 0 <= place < len(tokens) or tokens[place].kind != NUMBER:
        return False
    digits = tokens[place].text.removesuffix("st").removesuffix("nd").removesuffix("rd").removesuffix("th")
    return digits.isdigit() and len(digits) <= 2 and 1 <= int(digits) <= 31


def _with_days(tokens: Sequence[Token], place: int) -> tuple[int, int]:
    """A month with its days: 30 April, April 30, 1-21 September."""
    start, end = place, place + 1
    if _day(tokens, place - 1):
        start -= 1
        if start > 1 and tokens[start - 1].key in ("-", "–") and _day(tokens, start - 2):
            start -= 2
    elif _day(tokens, end) and not (end + 1 < len(tokens) and tokens[end + 1].key in ("to", "→", "%")):
        end += 1
    return start, end


def _span(tokens: Sequence[Token], place: int) -> int | None:
    """Where a period such as “the next two quarters”, “this half”, “end of quarter” begins; None if it is none."""
    start = place - 1
    if start >= 0 and (tokens[start].key in NUMBER_WORDS or tokens[start].kind == NUMBER):
        if tokens[start - 1].key in _WHICH and start:
            return start - 1
        within = start > 0 and tokens[start - 1].key == "within"
        return start if within and tokens[place].key in ("quarter", "half", "cycl", "season", "term") else None
    if start >= 0 and tokens[start].key in _WHICH:
        return start
    if start < 1 or tokens[start].key not in ("of", "the"):
        return None
    led = {token.key for token in tokens[max(0, start - 2) : start]}
    return place if led & {"end", "start"} or (tokens[start].key == "the" and led & {"for", "in", "during"}) else None


def _exclusions(tokens: Sequence[Token], words: Words) -> Iterator[tuple[int, int, str]]:
    """“pilots not counted”, “excluding refunds”, “except for staff”: to the next comma or bracket."""
    for place, token in enumerate(tokens):
        if token.key in words.exclusion_words:
            end = _clause_end(tokens, place + 1)
            yield place, end, _written(tokens, place + 1, end)
        elif token.key == "not" and place + 1 < len(tokens) and tokens[place + 1].key in ("count", "includ"):
            start = _clause_start(tokens, place)
            if start < place:
                yield start, place + 2, _written(tokens, start, place)
            else:
                end = _clause_end(tokens, place + 2)
                yield place, end, _written(tokens, place + 2, end)


def _clause_end(tokens: Sequence[Token], place: int) -> int:
    while (
        place < len(tokens)
        and tokens[place].key not in (",", ";", ")", "(", ":", "→")
        and tokens[place].kind not in (NUMBER, CLOCK)
    ):
        place += 1
    return place


def _clause_start(tokens: Sequence[Token], place: int) -> int:
    while place and tokens[place - 1].key not in (",", ";", "(", ")", ":"):
        place -= 1
    return place
