"""What a cell's number format says: a date, a percentage, a currency."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import NamedTuple

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, WINDOWS_EPOCH, from_excel

from connectors.reading.table import Cell

CURRENCY = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]|([$€£¥₹₩₺₽₪฿₴₦])|\"\s*([$€£¥₹]|[A-Z]{3}|kr|zł|Fr\.?)\s*\"")


class Format(NamedTuple):
    """The meaning of a number format."""

    date: bool = False
    percent: bool = False
    currency: str = ""


GENERAL = Format()


@lru_cache(maxsize=4096)
def format_of(code: str) -> Format:
    """The meaning of a format code such as "0.0%"."""
    first = code.split(";")[0]
    if is_date_format(code):
        return Format(date=True)
    if "%" in re.sub(r'"[^"]*"|\\.', "", first):
        return Format(percent=True)
    match = CURRENCY.search(first)
    return Format(currency=next((group.strip() for group in match.groups() if group), "")) if match else GENERAL


def builtin(number: int) -> str:
    """The code of a format that every workbook has."""
    return str(BUILTIN_FORMATS.get(number, "General"))


def number_cell(number: float, meaning: Format, *, from_1904: bool) -> Cell:
    """A number as a person sees it: a date as ISO text, 0.9 shown as 90% as 90 with the unit "%"."""
    if meaning.date:
        return Cell(_iso(number, from_1904))
    if meaning.percent:
        return Cell(_whole(round(number * 100, 9)), unit="%")
    return Cell(_whole(number), unit=meaning.currency)


def _whole(number: float) -> int | float:
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _iso(number: float, from_1904: bool) -> str | float:
    try:
        found = from_excel(number, CALENDAR_MAC_1904 if from_1904 else WINDOWS_EPOCH)
    except (ValueError, OverflowError, TypeError):
        return number
    if isinstance(found, dt.datetime):
        return found.date().isoformat() if found.time() == dt.time() else found.isoformat(timespec="seconds")
    return str(found)
