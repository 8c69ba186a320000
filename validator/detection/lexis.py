"""Words of time, number and unit: the closed classes that no admin needs to edit."""

from __future__ import annotations

import re

from validator.detection.text import key_of

SECONDS = {
    "s": 1.0,
    "min": 60.0,
    "h": 3_600.0,
    "days": 86_400.0,
    "weeks": 604_800.0,
    "months": 2_629_746.0,
    "years": 31_556_952.0,
}
SCALES = {
    "k": 1e3,
    "thousand": 1e3,
    "tsd": 1e3,
    "m": 1e6,
    "mn": 1e6,
    "mio": 1e6,
    "mln": 1e6,
    "million": 1e6,
    "mrd": 1e9,
    "bn": 1e9,
    "b": 1e9,
    "billion": 1e9,
}
_UNIT_WORDS = {
    "%": "% percent pct ‰",
    "pts": "pts pt pp point points ppt",
    "bps": "bps bp",
    "s": "s sec secs second seconds",
    "min": "min mins minute minutes",
    "h": "h hr hrs hour hours",
    "days": "d day days",
    "weeks": "wk wks week weeks",
    "months": "mo mos month months",
    "years": "yr yrs year years",
    "x": "x times",
}
UNITS = {
    key_of(word) if word[0].isalpha() else word: unit for unit, listed in _UNIT_WORDS.items() for word in listed.split()
}
"""Units by the stems that name them."""
CURRENCIES = "$£€¥₹"

_COUNTS = "zero one two three four five six seven eight nine ten eleven twelve"
NUMBER_WORDS = {key_of(word): float(value) for value, word in enumerate(_COUNTS.split())}
NUMBER_WORDS |= {
    key_of(word): value
    for word, value in {
        "twenty": 20.0, "thirty": 30.0, "forty": 40.0, "fifty": 50.0, "hundred": 100.0, "dozen": 12.0, "nil": 0.0,
    }.items()
}  # fmt: skip
_TIMES = {
    "halve": -0.5, "double": 1.0, "twofold": 1.0, "triple": 2.0, "treble": 2.0, "quadruple": 3.0, "x2": 1.0, "x3": 2.0, "x4": 3.0,
}  # fmt: skip
TIMES = {key_of(word): change for word, change in _TIMES.items()}
"""Words that say a change, as a share."""
_PARTS = {"half": 0.5, "third": 1 / 3, "quarter": 0.25, "fifth": 0.2, "tenth": 0.1}
PARTS = {key_of(word): part for word, part in _PARTS.items()}

_MONTH_NAMES = "january february march april may june july august september october november december".split()
MONTHS = frozenset(key_of(form) for name in _MONTH_NAMES for form in (name, name[:3])) | {"sept"}
AMBIGUOUS_MONTHS = frozenset(("may", "march", "mar", "jun", "dec"))
"""Words or short forms of words: months only in capitals, and not as the first word."""
SPANS = frozenset(
    map(key_of, "quarter half year month week cycle season term semester sprint fortnight decade".split())
)
WHOLE_PERIODS = frozenset(("year-end", "mid-year", "yearend"))
CODE = re.compile(r"q[1-4]|[hs][12]|fy-?\d{2,4}|cy\d{2,4}|q[1-4]\w?\d{2,4}|w\d{1,2}|eoy|eoq|eom|ytd|yoy|mom|qoq")
"""Short names of periods: q2, h1, fy26."""


def is_year(text: str) -> bool:
    """Whether a number is a year."""
    return len(text) == 4 and text.isdigit() and text[:2] in ("19", "20")
