"""What rows are read against, and what objectives and key results read alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from connectors.reading.names import people
from connectors.reading.table import Cell
from connectors.sheets.directory import Directory
from connectors.sheets.draft import Draft
from connectors.sheets.grid import Line, Log, Taken
from connectors.sheets.groups import of_objective
from connectors.sheets.protos import Ref
from connectors.sheets.whose import Whose


class Context(NamedTuple):
    """What rows are read against."""

    whose: Whose
    directory: Directory
    log: Log
    known_teams: frozenset[str] = frozenset()


def persons(taken: Taken, directory: Directory) -> list[str]:
    """The ids or names of the people in a cell."""
    return list(dict.fromkeys(directory.person(name) for name in people(taken.text, directory.person_ids)))


def url(draft: Draft, taken: Taken | None, title: Cell) -> None:
    """The link column, or else the link behind the title."""
    if taken:
        draft.put("url", taken.cell.link or taken.text, taken)
    elif title.link:
        draft.data["url"] = title.link


def parents(lines: Iterable[Line]) -> Iterable[Ref]:
    """The parents that rows name, each once."""
    seen: set[str] = set()
    for line in lines:
        for field, kind in (("parent", "parent"), ("supports", "supports")):
            taken = of_objective(line, field)
            if taken and taken.text not in seen:
                seen.add(taken.text)
                yield Ref(taken.text, taken.place, kind)
