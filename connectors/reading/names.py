"""Several names in one cell."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

SUFFIXES = ("jr", "sr", "ii", "iii", "iv", "phd", "md", "mba", "cpa", "esq")


def fold_name(name: str) -> str:
    """The name for comparing: without case and doubled spaces."""
    return " ".join(name.casefold().split())


def people(text: str, known: Collection[str] = ()) -> list[str]:
    """The people in a cell, each once: parted by semicolons or lines, else by commas, and by “&”.

    `known` are folded names; a cell or part that is one of them stays whole, so that “Smith, John” may be a person.
    """
    if fold_name(text) in known:
        return [" ".join(text.split())]
    parts = re.split(r"[;\n|]", text)
    if len(parts) == 1 and "," in text:
        parts = _rejoin_suffixes(text.split(","))
    return _each_once(half for part in parts for half in _halves(part, known))


def teams(text: str, known: Collection[str] = ()) -> list[str]:
    """The teams in a cell, each once: parted by semicolons or lines, and by commas only where every part is known.

    “&” and “and” are parts of team names.
    """
    parts = re.split(r"[;\n]", text)
    if len(parts) == 1 and "," in text and fold_name(text) not in known:
        apart = text.split(",")
        if all(fold_name(part) in known for part in apart):
            parts = apart
    return _each_once(parts)


def many_teams(text: str, known: Collection[str] = ()) -> list[str]:
    """The teams in a cell of a column that is meant for several: commas part them too."""
    if re.search(r"[;\n]", text) or fold_name(text) in known:
        return teams(text, known)
    return _each_once(text.split(","))


def _halves(part: str, known: Collection[str]) -> list[str]:
    return [part] if fold_name(part) in known else re.split(r"\s&\s", part)


def _rejoin_suffixes(parts: list[str]) -> list[str]:
    joined: list[str] = []
    for part in parts:
        if joined and part.strip().rstrip(".").replace(".", "").casefold() in SUFFIXES:
            joined[-1] = f"{joined[-1]},{part}"
        else:
            joined.append(part)
    return joined


def _each_once(parts: Iterable[str]) -> list[str]:
    tidy = [" ".join(part.split()) for part in parts]
    first: dict[str, str] = {}
    for part in tidy:
        if part:
            first.setdefault(fold_name(part), part)
    return list(first.values())
