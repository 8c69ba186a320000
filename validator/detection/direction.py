"""Which way a measure is to go, and what says so."""

from __future__ import annotations

from collections.abc import Sequence

from validator.detection.lexis import SECONDS
from validator.detection.marks import RAISE, WAY
from validator.detection.reading import Reading
from validator.detection.text import WORD, Token
from validator.detection.title import Title

Way = tuple[int, str, int | None]
"""1, -1 or 0; “field”, “numbers”, “words” or “”; the index of the token that says it."""

_LIMIT_WAYS = {
    "under": -1, "below": -1, "within": -1, "insid": -1, "most": -1, "abov": 1, "over": 1, "least": 1, "exceed": 1,
}  # fmt: skip


def numeric_way(field: str | None, baseline: float | None, target: float | None, reading: Reading) -> Way | None:
    """The direction by the field, by the two values or by the change; None where none of them says it."""
    if field in ("increase", "decrease"):
        return (1 if field == "increase" else -1), "field", None
    if baseline is not None and target is not None and baseline != target:
        return (1 if target > baseline else -1), "numbers", None
    change = reading.relative or reading.change
    return ((1 if change > 0 else -1), "numbers", None) if change else None


def worded_way(title: Title, segment: tuple[int, int], reading: Reading) -> Way:
    """The direction by the first word that has one, within the part of the title that the values belong to."""
    listed, dropped = title.tokens, title.aside.dropped
    for place in range(*segment) if title.seen & WAY else ():
        bits = title.marks[place]
        if bits & WAY and listed[place].kind == WORD and place not in dropped and not _is_particle(listed, place):
            return _turned(listed, place, 1 if bits & RAISE else -1), "words", place
    return _limit(listed, reading)


def _is_particle(listed: Sequence[Token], place: int) -> bool:
    """“set up”, “close down”: no direction, unlike “up to 5” and “down 5 %”."""
    if listed[place].key not in ("up", "down"):
        return False
    after = listed[place + 1] if place + 1 < len(listed) else None
    return after is not None and after.kind == WORD and after.key not in ("to", "from", "by")


def _turned(listed: Sequence[Token], place: int, way: int) -> int:
    """“No more than 5” is a limit from above."""
    before = listed[place - 1].key if place else ""
    return -way if before in ("no", "not") else way


def _limit(listed: Sequence[Token], reading: Reading) -> Way:
    """“at least 92 %”, “within 60 seconds”: a value to stay above or below is a direction too."""
    if reading.target is None or reading.target.place < 1:
        return 0, "", None
    place = reading.target.place - 1
    way = _LIMIT_WAYS.get(listed[place].key, 0)
    if listed[place].key == "within" and reading.target.unit not in SECONDS:
        way = 0
    return way, "words" if way else "", place if way else None
