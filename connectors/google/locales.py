"""How numbers and dates are written in the locale of a spreadsheet."""

from __future__ import annotations

from babel import Locale, UnknownLocaleError
from babel.dates import get_date_format
from babel.numbers import get_decimal_symbol

_MARKS = {",": "comma", ".": "point"}


def habits(name: str) -> dict[str, str]:
    """The habits of a locale such as "de_DE" as a document's source tells them; {} where it is not known."""
    try:
        locale = Locale.parse(name)
    except (ValueError, UnknownLocaleError, TypeError):
        return {}
    pattern = str(get_date_format("short", locale).pattern)
    places = [pattern.find(letter) for letter in "dMy"]
    day, month, year = places
    order = "" if min(places) < 0 or year < max(day, month) else "dmy" if day < month else "mdy"
    mark = _MARKS.get(get_decimal_symbol(locale), "")
    return {key: value for key, value in (("dates", order), ("decimals", mark)) if value}
