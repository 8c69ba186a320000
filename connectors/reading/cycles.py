"""Names of cycles, and their dates where the calendar leaves no doubt."""

from __future__ import annotations

import calendar
import re
from typing import Any

YEAR = r"(?P<year>20\d\d)"
PART = r"(?P<part>[QH]\s?[1-4])"
NAME = re.compile(
    rf"(?:{PART}[\s/_-]*{YEAR}|(?P<year2>20\d\d)[\s/_-]*(?P<part2>[QH]\s?[1-4])"
    rf"|(?:annual|year|calendar year|cy)?\s*(?P<year3>20\d\d)(?:\s*annual)?)",
    re.IGNORECASE,
)
FISCAL = re.compile(r"FY\s?'?\d{2,4}(?:[\s/_-]*[QH]\s?[1-4])?|[QH]\s?[1-4][\s/_-]*FY\s?'?\d{2,4}", re.IGNORECASE)


def is_cycle(text: str) -> bool:
    """Whether the text is the name of a cycle such as “Q4 2026” or “FY26 H2”."""
    return bool(NAME.fullmatch(text.strip()) or FISCAL.fullmatch(text.strip()))


def cycle(name: str) -> dict[str, Any]:
    """The cycle of that name; start and end only where it names calendar quarters, halves or years.

    A fiscal year (FY26) begins in another month in each organisation, so it gets no dates.
    """
    match = NAME.fullmatch(name.strip())
    months = _months(match) if match else None
    if not match or not months:
        return {"id": name, "name": name}
    year = int(match["year"] or match["year2"] or match["year3"])
    first, last = months
    end = calendar.monthrange(year, last)[1]
    return {"id": name, "name": name, "start": f"{year}-{first:02}-01", "end": f"{year}-{last:02}-{end:02}"}


def _months(match: re.Match[str]) -> tuple[int, int] | None:
    part = (match["part"] or match["part2"] or "").replace(" ", "").upper()
    if not part:
        return 1, 12
    count = 3 if part[0] == "Q" else 6
    last = int(part[1]) * count
    return (last - count + 1, last) if last <= 12 else None
