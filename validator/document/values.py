"""Numbers and dates as people write them in cells, parsed by libraries and refused where two readings are possible."""

from __future__ import annotations

import datetime
import re
from functools import lru_cache

from babel.numbers import NumberFormatError, parse_decimal
from dateutil import parser as dateparser

LOCALES = {"point": ("en", "de_CH"), "comma": ("de",)}
"""Locales whose habits cover a decimal point and a decimal comma, with the grouping marks that go with them."""
FACTORS = {
    "": 1,
    "k": 1e3,
    "tsd": 1e3,
    "thousand": 1e3,
    "m": 1e6,
    "mn": 1e6,
    "mln": 1e6,
    "mio": 1e6,
    "million": 1e6,
    "b": 1e9,
    "bn": 1e9,
    "bln": 1e9,
    "mrd": 1e9,
    "billion": 1e9,
}

_SPACES = re.compile(r"[\s\u00a0\u202f\u2009]+")
_AMOUNT = re.compile(
    r"^(?P<sign>[-+(]?)(?:[A-Z]{3}|[^\w\s.,'’()+-]{0,3})(?P<sign2>[-+]?)(?P<digits>\d[\d.,'’]*|[.,]\d+)"
    r"(?P<factor>(?a:k|tsd|thousand|m|mn|mln|mio|million|b|bn|bln|mrd|billion))?(?:%|‰|[^\w\s.,'’()+-]{1,3}|[A-Z]{3}|)\)?$",
    re.IGNORECASE,
)
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?=$|[T\s])")
_YEAR_FIRST = re.compile(r"\s*\d{4}[./-]")
LONGEST_NUMBER = 40
LONGEST_DATE = 60


class Unreadable(ValueError):
    """A text that is no number or date, or could be two; `hint` says how to write it."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def parse_number(text: str, decimals: str | None = None) -> float:
    """The number in a cell's text: "12,5 %" is 12.5, "£1.2m" is 1200000, "(3)" is -3.

    `decimals` ("point" or "comma") settles texts such as "1,234". Raises Unreadable.
    """
    shown = text.strip()
    compact = _SPACES.sub("", shown.replace("−", "-")) if len(shown) <= LONGEST_NUMBER else ""
    found = _AMOUNT.match(compact)
    if found is None or (found["sign"] == "(") != compact.endswith(")"):
        raise Unreadable(f"“{_short(text)}” is not a number", "write a plain number such as 1234.5")
    readings = _readings(found["digits"], decimals)
    if not readings:
        raise Unreadable(f"“{_short(text)}” is not a number", "check its grouping; 1234.5 is always understood")
    if len(readings) > 1:
        low, high = sorted(readings)
        raise Unreadable(
            f"“{_short(text)}” can be {low:g} or {high:g}",
            "write it without a grouping mark, or say which mark parts the decimals (source.reading.decimals: point or comma)",
        )
    negative = found["sign"] in ("-", "(") or found["sign2"] == "-"
    return (-1 if negative else 1) * readings.pop() * FACTORS[(found["factor"] or "").lower()]


def _readings(digits: str, decimals: str | None) -> set[float]:
    habits = (decimals,) if decimals else ("point", "comma")
    plain = digits.replace("’", "'")
    return {value for habit in habits for locale in LOCALES[habit] if (value := _read_in(plain, locale)) is not None}


def _read_in(digits: str, locale: str) -> float | None:
    grouped = digits.replace("'", "’") if locale == "de_CH" else digits
    try:
        return float(parse_decimal(grouped, locale=locale, strict=True))
    except (NumberFormatError, ValueError):
        return None


def parse_date(text: str, order: str | None = None) -> datetime.date:
    """The day in a cell's text: "31/12/2026", "31 Dec 2026", "2026-12-31T10:00:00+0000".

    `order` ("dmy" or "mdy") settles texts such as "01/02/2026". A time of day is dropped as written, whatever its zone.
    Raises Unreadable.
    """
    if _ISO.match(text):
        try:
            return datetime.date.fromisoformat(text[:10])
        except ValueError as error:
            raise Unreadable(f"“{_short(text)}” is not a date: {error}", "write it as 2026-12-31") from None
    days = {day for day_first in _orders(text, order) if (day := _day(text, day_first)) is not None}
    if not days:
        raise Unreadable(f"“{_short(text)}” is not a date", "write it as 2026-12-31")
    if len(days) > 1:
        early, late = sorted(days)
        raise Unreadable(
            f"“{_short(text)}” can be {early} or {late}",
            "write it as 2026-12-31, or say the order of day and month (source.reading.dates: dmy or mdy)",
        )
    return days.pop()


def _orders(text: str, order: str | None) -> tuple[bool, ...]:
    """Whether the day may come first: after a year it never does."""
    if _YEAR_FIRST.match(text):
        return (False,)
    return (order == "dmy",) if order else (True, False)


@lru_cache(maxsize=4_096)
def _day(text: str, day_first: bool) -> datetime.date | None:
    """The date, when every part of it is in the text: what is missing shows as a difference between two defaults."""
    if len(text) > LONGEST_DATE:
        return None
    try:
        seen = {
            dateparser.parse(text, dayfirst=day_first, default=default, ignoretz=True).date()
            for default in (datetime.datetime(2001, 1, 1), datetime.datetime(2002, 2, 2))
        }
    except (ValueError, OverflowError, TypeError):
        return None
    return seen.pop() if len(seen) == 1 else None


def _short(text: str) -> str:
    shown = text if len(text) <= 40 else text[:37] + "…"
    return shown.encode(errors="replace").decode()
