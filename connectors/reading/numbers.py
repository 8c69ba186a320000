"""How numbers and dates are written in a file, from those of its cells that can be read one way only."""

from __future__ import annotations

import re
from collections.abc import Iterable

CURRENCIES = ("$", "€", "£", "¥", "₹", "₩")
COMMA = re.compile(
    r"\d+,(\d{1,2}|\d{4,})|\d{1,3}(\.\d{3})+,\d+|\d{1,3}(\.\d{3}){2,}|\d{1,3}([ \u00a0\u202f]\d{3})+,\d+"
)
POINT = re.compile(
    r"\d+\.(\d{1,2}|\d{4,})|\d{1,3}(,\d{3})+\.\d+|\d{1,3}(,\d{3}){2,}|\d{1,3}([ \u00a0\u202f]\d{3})+\.\d+"
)
NUMBER_IN_TEXT = re.compile(r"\d[\d.,\u00a0\u202f]*(?:[ ]\d{3}(?!\d)[\d.,]*)*")
SLASHED = re.compile(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?:\D.*)?", re.DOTALL)


def unit_in(text: str) -> str:
    """The percent or currency sign in a text number; "" if there is none."""
    return next((sign for sign in ("%", *CURRENCIES) if sign in text), "")


def decimals(texts: Iterable[str]) -> str | None:
    """Either "comma" or "point" where some texts can only be read so and none says otherwise; else None."""
    numbers = [found.rstrip(".,") for text in texts for found in NUMBER_IN_TEXT.findall(text[:200])]
    comma = any(COMMA.fullmatch(number) for number in numbers)
    point = any(POINT.fullmatch(number) for number in numbers)
    return None if comma == point else "comma" if comma else "point"


def dates(texts: Iterable[str]) -> str | None:
    """Either "dmy" or "mdy" where some texts can only be read so and none says otherwise; else None."""
    pairs = [(int(match[1]), int(match[2])) for text in texts if (match := SLASHED.fullmatch(text[:60]))]
    day_first = any(12 < first <= 31 and second <= 12 for first, second in pairs)
    month_first = any(first <= 12 < second <= 31 for first, second in pairs)
    return None if day_first == month_first else "dmy" if day_first else "mdy"
