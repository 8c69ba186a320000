"""Which numbers of a title are the baseline, the target and the change."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from validator.detection.lexis import NUMBER_WORDS, PARTS, SECONDS, TIMES
from validator.detection.marks import CHANGE, RAISE, WAY
from validator.detection.text import WORD, Token, key_of
from validator.detection.title import Title
from validator.detection.values import LABEL, NAME, VALUE, WEAK, Number
from validator.detection.words import words

_TO = frozenset(("to", "→", "toward", "into", ">", "auf", "à", "から"))
_BEFORE_GOAL = frozenset(
    map(key_of, "down up just only at least under below about almost nearly around the over not".split())
)
_BESIDE_CUE = frozenset(
    (
        *map(key_of, "for of is be at to least most about the a under below over around level value rate".split()),
        ":",
        "=",
        "(",
    )
)
_NOW = frozenset(map(key_of, "now today currently baseline present".split()))
_CHANGED = frozenset(("by", "in", "down", "up", "cut"))
_UNIVERSAL = frozenset(("all", "every", "each"))


class Reading(NamedTuple):
    """What the numbers of a title say."""

    baseline: Number | None = None
    target: Number | None = None
    relative: float | None = None
    change: float | None = None
    by: Number | None = None
    """The number that says the change."""
    used: frozenset[int] = frozenset()
    """Indexes of the tokens of values and their units."""
    first: int | None = None
    last: int | None = None
    """Index of the first token of a value, and after the last."""


def read_values(title: Title, wanted: float | None) -> Reading:
    """Baseline, target and change of a title; of several pairs the one that leads to the wanted value, else the first."""
    found = _numbered(title, wanted) if title.numbers else None
    if found is None and title.seen & CHANGE:
        found = _times(title) or _share(title)
    found = found or _lone(title.numbers) or _whole(title)
    parts = [number for number in (found.baseline, found.target, found.by) if number is not None and number.place >= 0]
    if not parts:
        return found
    used = frozenset(place for number in parts for place in range(number.place, number.until))
    first, last = min(number.place for number in parts), max(number.until for number in parts)
    return Reading(found.baseline, found.target, found.relative, found.change, found.by, used, first, last)


def _numbered(title: Title, wanted: float | None) -> Reading | None:
    tokens, numbers = title.tokens, title.numbers
    return _pair(tokens, numbers, wanted) or _cued(title) or _change(title)


def _pair(tokens: Sequence[Token], numbers: Sequence[Number], wanted: float | None) -> Reading | None:
    if len(numbers) < 2:
        return _to_none(tokens, numbers)
    pairs = [pair for pair in pairwise(numbers) if _leads(tokens, *pair)]
    pairs += [
        (low, high)
        for low, _, high in zip(numbers, numbers[1:], numbers[2:], strict=False)
        if _of_pair(tokens, low, high)
    ]
    if not pairs:
        return _to_none(tokens, numbers)
    if len(pairs) > 1:
        pairs.sort(key=lambda pair: (pair[1].value != wanted, pair[0].role == LABEL))
    low, high = pairs[0]
    if low.unit == high.unit:
        return Reading(low, high)
    return Reading(low._replace(unit=low.unit or high.unit), high._replace(unit=high.unit or low.unit))


def _leads(tokens: Sequence[Token], low: Number, high: Number) -> bool:
    """Whether two numbers next to one another are “from … to …”."""
    if low.role == NAME and not (low.unit == high.unit == "clock") and not (low.spelled and low.value == 1):
        return False
    if high.role == NAME and high.unit != "clock" and not (high.value == 1 and high.spelled):
        return False
    place = high.place - 1
    while place >= low.until and tokens[place].key in _BEFORE_GOAL:
        place -= 1
    if place < low.until or tokens[place].key not in _TO or place - low.until > 4:
        return False
    if any(token.key in (",", ";") for token in tokens[low.until : place]):
        return False
    if (low.role == LABEL and place > low.until) or (low.place and tokens[low.place - 1].key == "by"):
        return False
    if low.unit and high.unit and low.unit != high.unit and not (low.unit in SECONDS and high.unit in SECONDS):
        return False
    return low.role == VALUE or low.unit == high.unit or low.unit is None or tokens[place].key != "to"


def _of_pair(tokens: Sequence[Token], low: Number, high: Number) -> bool:
    """“31 of 60 to 55 of 60”: the number between is a whole."""
    between = tokens[low.until : high.place]
    return (
        low.role == high.role == VALUE
        and len(between) <= 5
        and bool(between)
        and between[0].key in ("of", "in", "out")
        and between[-1].key in _TO
    )


def _to_none(tokens: Sequence[Token], numbers: Sequence[Number]) -> Reading | None:
    """“6 days to same day”: to nothing."""
    for number in numbers:
        rest = [token.key for token in tokens[number.until : number.until + 3]]
        if (
            number.role == VALUE
            and rest[:1]
            and rest[0] in _TO
            and rest[1:2] in (["sam"], ["same-day"], ["none"], ["nothing"])
        ):
            return Reading(number, number._replace(value=0.0, place=number.until + 1, until=number.until + 2))
    return None


def _cued(title: Title) -> Reading | None:
    """“baseline 33 %, target 20 %”, “(goal 4)”, “90 %, up from 70 %”, “34 days now”."""
    tokens, table = title.tokens, words()
    usable = [number for number in title.numbers if number.role in (VALUE, WEAK)]
    target = next((n for n in usable if _cue(tokens, n, table.target_words)), None)
    baseline = next((n for n in usable if n is not target and _is_baseline(tokens, n, table.baseline_words)), None)
    if target is None and (baseline is None or (len(title.numbers) == 1 and not title.seen & WAY)):
        return None  # of one number alone “from” says little: “feedback from 50 users”
    others = [n for n in usable if n.role == VALUE and n is not target and n is not baseline]
    if target is None and baseline is not None:
        target = next((n for n in others if n.unit == baseline.unit or n.unit is None), None)
    elif baseline is None and target is not None:
        baseline = next((n for n in others if n.place < target.place and n.unit == target.unit and n.unit), None)
    return Reading(baseline, target)


def _cue(tokens: Sequence[Token], number: Number, cues: frozenset[str]) -> bool:
    place = number.place - 1
    while place >= 0 and tokens[place].key in _BESIDE_CUE and number.place - place < 4:
        place -= 1
    return place >= 0 and tokens[place].kind == WORD and tokens[place].key in cues


def _is_baseline(tokens: Sequence[Token], number: Number, cues: frozenset[str]) -> bool:
    after = tokens[number.until].key if number.until < len(tokens) else ""
    return after in _NOW or _cue(tokens, number, cues)


def _change(title: Title) -> Reading | None:
    """“-30 %”, “down 55 %”, “by 5 days”, “cut 25 %”, “Grow revenue 25 %”."""
    tokens = title.tokens
    for number in title.numbers:
        way = _way(title, number) if number.role == VALUE else 0
        if way:
            size = abs(number.value) * way
            aims = (n for n in title.numbers if n.role == VALUE and n.place and tokens[n.place - 1].key in _TO)
            target = next(aims, None)
            if number.unit == "%":
                return Reading(target=target, relative=round(size / 100, 6), by=number)
            if number.unit == "x":
                return Reading(target=target, relative=size - way, by=number)
            return Reading(target=target, change=size, by=number)
    return None


def _way(title: Title, number: Number) -> int:
    """1 or -1 where a number is a change, else 0."""
    if number.signed:
        return 1 if number.value > 0 else -1
    if not number.place:
        return 0
    before, bits = title.tokens[number.place - 1], title.marks[number.place - 1]
    if bits & WAY:
        return _sign(bits) if number.unit == "%" or before.key in ("up", "down") else 0
    verb = next((_sign(bits) for bits in title.marks[: number.place] if bits & WAY), 0)
    if before.key == "by":
        return verb or 1
    last = number.unit in ("%", "x") and number.until >= len(title.tokens) and before.kind == WORD
    return verb if last and title.marks[0] & WAY and before.key not in ("to", "at", "of", "for") else 0


def _sign(bits: int) -> int:
    return 1 if bits & RAISE else -1


def _times(title: Title) -> Reading | None:
    """“halve”, “double”, “cut by half”, “by a third”."""
    tokens = title.tokens
    for place, bits in enumerate(title.marks):
        if not bits & CHANGE or place in title.aside.dropped:
            continue
        key = tokens[place].key
        if key in TIMES:
            return Reading(relative=TIMES[key], used=frozenset((place,)))
        before = {other.key for other in tokens[max(0, place - 2) : place]}
        if before & _CHANGED and (key != "quarter" or "in" not in before):
            way = 1 if any(bits & RAISE for bits in title.marks[:place]) else -1
            return Reading(relative=round(PARTS[key] * way, 6), used=frozenset((place,)))
    return None


def _lone(numbers: Sequence[Number]) -> Reading | None:
    """The only value: digits before words, a value before a threshold."""
    usable = [number for number in numbers if number.role in (VALUE, WEAK)]
    if not usable:
        return None
    return Reading(target=min(usable, key=lambda n: (n.role == WEAK, n.spelled, n.place)))


def _share(title: Title) -> Reading | None:
    """“A third of trials convert”, “three quarters of …”."""
    tokens = title.tokens
    for place, token in enumerate(tokens[:4]):
        if token.key in PARTS and place + 1 < len(tokens) and tokens[place + 1].key == "of":
            count = NUMBER_WORDS.get(tokens[place - 1].key, 1.0) if place else 1.0
            share = round(100 * PARTS[token.key] * count, 2)
            return Reading(target=Number(share, "%", False, VALUE, True, place, place + 1))
    return None


def _whole(title: Title) -> Reading:
    """“All records checked”: every one, without a number."""
    if not title.numbers and len(title.tokens) > 2 and title.tokens[0].key in _UNIVERSAL:
        return Reading(target=Number(100.0, "%", False, VALUE, True, 0, 1))
    return Reading()
