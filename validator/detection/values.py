"""The numbers of a title: what each is worth, and whether it is a value or only qualifies what is measured."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from validator.detection.lexis import CURRENCIES, NUMBER_WORDS, SCALES, UNITS, is_year
from validator.detection.text import CLOCK, MARK, NUMBER, WORD, Token, key_of
from validator.detection.words import Words

VALUE, WEAK, LABEL, NAME = "value", "weak", "label", "name"
"""What a number may be: a value; a threshold ("in 5 days", "over 4h") that is the value where no other is; the number
of a thing ("week 4"), a value only in "steps 1 to 2"; part of a word or unit ("30-day", "per 1,000"), never a value."""

_NUMBER = re.compile(rf"([-+−]?)([{CURRENCIES}]?)\s?([\d.,\u00a0\u202f]+)(%|‰|[^\W\d_]*)(\+?)")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:[\u00a0\u202f]\d{3})+|[1-9]\d{0,2}(?:\.\d{3}){2,}")
_ORDINAL = frozenset(("st", "nd", "rd", "th"))
_THRESHOLD = frozenset(
    map(
        key_of,
        "in within inside under over above below after before than past least most beyond until about around".split(),
    )
)
_RATE_OF = frozenset(("per", "/"))
_DEFINITE = frozenset(map(key_of, "our the their its these those his her both every first last next previous".split()))
_RATE = frozenset(("per", "a", "an", "each", "every", "/", "the"))


class Number(NamedTuple):
    """A number of a title."""

    value: float
    unit: str | None
    """%, a currency sign, pts, x, s, min, h, days, weeks, months, years, or what the title joins to it."""
    signed: bool
    role: str
    """VALUE, WEAK, LABEL or NAME."""
    spelled: bool
    """Written as a word."""
    place: int
    """Index of its token."""
    until: int
    """Index of the token after it and its unit."""


def numbers(tokens: Sequence[Token], dropped: Collection[int], words: Words) -> list[Number]:
    """The numbers of a title that are no part of what is dropped (periods, fillers)."""
    return list(_numbers(tokens, dropped, words))


def _numbers(tokens: Sequence[Token], dropped: Collection[int], words: Words) -> Iterator[Number]:
    before: Number | None = None
    for place, token in enumerate(tokens):
        if place in dropped or (token.kind == WORD and token.key not in NUMBER_WORDS) or token.kind == MARK:
            continue
        number = _read(tokens, place)
        if number is not None:
            before = Number(number.value, number.unit, number.signed, _role(tokens, number, before, words), *number[4:])
            yield before


def _read(tokens: Sequence[Token], place: int) -> Number | None:
    token = tokens[place]
    if token.kind == CLOCK:
        return _clock(token, place)
    if token.kind == WORD:
        value, sign, unit, scale = NUMBER_WORDS[token.key], "", None, 1.0
    else:
        parts = _parts(token.text)
        if parts is None:
            return None
        value, sign, unit, scale = parts
    until = place + 1
    while until < len(tokens) and until <= place + 2 and (unit is None or unit in CURRENCIES):
        key = tokens[until].key
        if key in SCALES and scale == 1.0:
            scale = SCALES[key]
        elif key in UNITS and unit is None:
            unit = UNITS[key]
        else:
            break
        until += 1
    value = round(value * (-scale if sign in ("-", "−") else scale), 6)
    return Number(value, unit, bool(sign), VALUE, token.kind == WORD, place, until)


@lru_cache(maxsize=50_000)
def _parts(text: str) -> tuple[float, str, str | None, float] | None:
    """Value, sign, unit and scale of a number as written; None for an ordinal."""
    found = _NUMBER.fullmatch(text)
    if found is None or found[4] in _ORDINAL:
        return None
    unit, scale = _suffix(found[4].casefold())
    return decimal(found[3]), found[1], found[2] or unit, scale


def _suffix(suffix: str) -> tuple[str | None, float]:
    if suffix in SCALES:
        return None, SCALES[suffix]
    return (UNITS.get(key_of(suffix), suffix) if suffix not in UNITS else UNITS[suffix]) if suffix else None, 1.0


def decimal(digits: str) -> float:
    """A number as people write it: 1,900 and 1.234.567 are grouped, 12,5 and 12.5 are not."""
    plain = digits.strip(".,")
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "") if plain.count(".") < 2 else plain.replace(".", "")
    plain = "".join(plain.split())
    whole, mark, rest = plain.replace(",", ".").rpartition(".")
    return float(f"{whole.replace('.', '')}{mark}{rest}"[:300])


def _clock(token: Token, place: int) -> Number | None:
    parts = [int(part) for part in re.findall(r"\d+", token.text)]
    value = sum(part / 60**power for power, part in enumerate(parts))
    return Number(value, "clock", False, NAME, False, place, place + 1)


def _role(tokens: Sequence[Token], number: Number, before: Number | None, words: Words) -> str:
    token, place = tokens[number.place], number.place
    if number.unit == "clock":
        return NAME
    first = tokens[place - 1] if place else None
    second = tokens[place - 2].key if place > 1 else ""
    after = tokens[number.until] if number.until < len(tokens) else None
    if _joined(tokens, number, first, after):
        return NAME
    key = first.key if first else ""
    if key in _RATE_OF or (number.unit != "%" and key in _DEFINITE):
        return NAME
    if first and number.unit is None and key in words.label_words and not _plural(first) and not _per(key, second):
        return LABEL
    if key in ("in", "of") and before is not None and place - before.until <= 2 and before.role in (VALUE, WEAK):
        return NAME
    if number.until > place + 1 and _singular_unit(tokens, number) and after is not None and after.kind == WORD:
        return NAME
    if (token.kind == NUMBER and is_year(token.text)) or (number.spelled and number.value == 1):
        return NAME
    return WEAK if key in _THRESHOLD or (token.text.endswith("+") and after is not None) else VALUE


def _joined(tokens: Sequence[Token], number: Number, first: Token | None, after: Token | None) -> bool:
    """Part of a compound ("30-day") or of a range ("16-24")."""
    token = tokens[number.place]
    if (
        after
        and after.key in ("-", "–", "/")
        and after.start == tokens[number.until - 1].end
        and number.until + 1 < len(tokens)
    ):
        return tokens[number.until + 1].start == after.end
    return first is not None and first.key in ("-", "–", "/") and first.end == token.start and number.place > 1


def _per(key: str, before: str) -> bool:
    """“calls a week 40”: a rate, not week 40."""
    return key in UNITS and before in _RATE


def _singular_unit(tokens: Sequence[Token], number: Number) -> bool:
    """“30 day readmissions”: a unit without its s is part of a name."""
    unit = tokens[number.until - 1].text.casefold()
    return number.value != 1 and unit in ("day", "week", "month", "year", "hour", "minute", "second")


def _plural(token: Token) -> bool:
    return token.text[-1] in "sS" and token.key[-1:] != "s"
