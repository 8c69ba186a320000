"""What a key result measures: read from its title and its fields, once, as data with the places that say so."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from validator.detection.direction import numeric_way, worded_way
from validator.detection.lexis import SCALES, SECONDS, UNITS
from validator.detection.phrase import holds, metric_words, phrase_of, segment_of
from validator.detection.reading import Reading, read_values
from validator.detection.scope import scope_of
from validator.detection.text import Token, key_of
from validator.detection.title import Title, read_title
from validator.detection.values import Number

Span = tuple[int, int]


class Measure(NamedTuple):
    """A measure. Fields of the key result win over what its title says."""

    phrase: tuple[str, ...] = ()
    """Stems of what is measured, without numbers, units, direction words, periods, fillers and capitalised scope; words of
    the title first, then words that only the metric field has."""
    direction: int = 0
    """1 raise, -1 cut, 0 unknown or hold."""
    direction_from: str = ""
    """"field", "numbers", "words" or ""."""
    hold: bool = False
    """To be kept where it is."""
    baseline: float | None = None
    target: float | None = None
    unit: str | None = None
    """Of baseline and target: %, a currency sign, pts, x, s, min, h, days, weeks, months, years or the source's word."""
    relative: float | None = None
    """Change as a share: -0.45 for "-45 %", 1.0 for "double"."""
    period: tuple[str, ...] = ()
    scope: tuple[str, ...] = ()
    """Names and cohorts that narrow it, in small letters; those led by “for” or “in” stand in the phrase too."""
    exclusions: tuple[str, ...] = ()
    spans: Mapping[str, Span] = MappingProxyType({})
    """Where the title says "baseline", "target", "direction" and "phrase"."""
    change: float | None = None
    """Change in the unit: -2 for "-2 pts"."""

    @property
    def has_target(self) -> bool:
        """Whether it says a value or a change to reach."""
        return self.target is not None or self.relative is not None or self.change is not None


class Fields(NamedTuple):
    """What the fields of a key result say of its measure; all may be absent."""

    metric: str | None = None
    start: float | None = None
    target: float | None = None
    unit: str | None = None
    direction: str | None = None
    """increase, decrease or maintain."""


def read_measure(
    title: str,
    metric: str | None = None,
    start: float | None = None,
    target: float | None = None,
    unit: str | None = None,
    direction: str | None = None,
) -> Measure:
    """The measure of a key result from its title and fields (`direction`: increase, decrease or maintain)."""
    return measure_of(read_title(title), Fields(metric, start, target, unit, direction))


def measure_of(title: Title, fields: Fields) -> Measure:
    """The same from a title that is read."""
    scale, unit = _field_unit(fields.unit)
    start, goal = (value * scale if value is not None else None for value in (fields.start, fields.target))
    reading = read_values(title, goal)
    baseline, target, unit = _values(reading, start, goal, unit)
    scope, named = scope_of(title)
    left_out = title.aside.dropped | named | reading.used
    segment = segment_of(title, left_out, reading)
    way = numeric_way(fields.direction, baseline, target, reading) or worded_way(title, segment, reading)
    said, place = phrase_of(title, left_out, segment)
    hold = fields.direction == "maintain" or holds(title)
    return Measure(
        phrase=tuple(dict.fromkeys((*said, *metric_words(fields.metric)) if fields.metric else said)),
        direction=0 if hold and way[1] == "words" else way[0],
        direction_from=way[1],
        hold=hold,
        baseline=baseline,
        target=target,
        unit=unit,
        relative=reading.relative,
        period=title.aside.period,
        scope=scope,
        exclusions=title.aside.exclusions,
        spans=_spans(title.tokens, reading, way[2], place),
        change=reading.change,
    )


_MONEY = re.compile(r"(r\$|us\$|[$£€¥₹])?\s*(k|m|mn|bn|b|thousand|million|billion)?")


def _field_unit(unit: str | None) -> tuple[float, str | None]:
    """Scale and unit of a unit field: "$M" is a million and $."""
    if not unit:
        return 1.0, unit
    plain = unit.strip().casefold()
    if plain in UNITS:
        return 1.0, UNITS[plain]
    found = _MONEY.fullmatch(plain)
    if found and (found[1] or found[2]):
        return SCALES.get(found[2], 1.0), found[1] or None
    return 1.0, UNITS.get(key_of(plain[:60]), unit.strip() or None)


def _values(
    reading: Reading, start: float | None, target: float | None, unit: str | None
) -> tuple[float | None, float | None, str | None]:
    """Baseline, target and unit: the fields', else the title's, in one unit where both are times."""
    low, high = reading.baseline, reading.target
    unit = unit or (high.unit if high and high.unit else low.unit if low else None)
    return _in_unit(start, low, unit), _in_unit(target, high, unit), unit


def _in_unit(field: float | None, number: Number | None, unit: str | None) -> float | None:
    if field is not None or number is None:
        return field
    if number.unit in SECONDS and unit in SECONDS and number.unit != unit:
        return round(number.value * SECONDS[number.unit] / SECONDS[unit], 6)
    return number.value


def _spans(
    listed: Sequence[Token], reading: Reading, way_at: int | None, place: tuple[int, int] | None
) -> Mapping[str, Span]:
    spans: dict[str, Span] = {}
    for name, number in (("baseline", reading.baseline), ("target", reading.target or reading.by)):
        if number is not None:
            spans[name] = (listed[number.place].start, listed[number.until - 1].end)
    if way_at is not None:
        spans["direction"] = (listed[way_at].start, listed[way_at].end)
    if place is not None:
        spans["phrase"] = (listed[place[0]].start, listed[place[1]].end)
    return spans
