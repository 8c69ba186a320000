"""Ids made from content, so that the order of rows does not change them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence

from connectors.reading.words import fold


def derive(parts: Sequence[Sequence[str]], taken: Collection[str] = ()) -> list[str]:
    """One id for each sequence of parts, of which the first is the title.

    An id uses the first two parts and as few more as tell it from the others, so that a new owner does not make a new
    item; where all parts are equal, a number follows in the order given.
    """
    used = 2
    longest = max([2, *map(len, parts)])
    chosen = [0] * len(parts)
    undecided = set(range(len(parts)))
    while undecided and used <= longest:
        counts = Counter(_key(part, used) for part in parts)
        alone = {index for index in undecided if counts[_key(parts[index], used)] == 1 or used == longest}
        for index in alone:
            chosen[index] = used
        undecided -= alone
        used += 1
    return _numbered([_id(part, used) for part, used in zip(parts, chosen, strict=True)], set(taken))


def _key(parts: Sequence[str], used: int) -> tuple[str, ...]:
    return tuple(" ".join(part.casefold().split()) for part in parts[:used])


def _id(parts: Sequence[str], used: int) -> str:
    digest = hashlib.sha256("\x1f".join(_key(parts, used)).encode()).hexdigest()[:8]
    slug = fold(parts[0][:60]).replace("_", "-")[:40].strip("-")
    return f"{slug}-{digest}" if slug else digest


def _numbered(ids: list[str], taken: set[str]) -> list[str]:
    unique: list[str] = []
    for id_ in ids:
        candidate, number = id_, 1
        while candidate in taken:
            number += 1
            candidate = f"{id_}-{number}"
        taken.add(candidate)
        unique.append(candidate)
    return unique
