"""Whose a plain column such as “Owner” is, where a row holds both an objective and a key result."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from connectors.reading.names import fold_name
from connectors.sheets.grid import Line, Taken
from connectors.sheets.groups import Group, team_cell

SHARED = (
    "id",
    "owner",
    "team",
    "status",
    "due",
    "start_date",
    "description",
    "updated",
    "created_by",
    "tags",
    "url",
    "progress",
)
# A key result's row says these of the key result even where all rows of the objective agree.
ALWAYS_OF_KEY_RESULT = ("owner", "status", "due", "start_date", "updated", "created_by", "progress")


class Whose(NamedTuple):
    """The plain columns that speak of key results; the others speak of objectives."""

    of_key_results: frozenset[str]
    present: frozenset[str] = frozenset(SHARED)
    """The fields that some column is for."""

    def objective_cells(self, group: Group, field: str) -> list[Taken]:
        """What the rows say of the objective itself: one cell, or several where they disagree; [] where nothing."""
        if field not in self.present:
            return []
        scoped = _cells(group.lines, field, "objective")
        own = scoped or [taken for line in group.own if (taken := plain(line, field))]
        if own or group.own or field in self.of_key_results:
            return _distinct(own)
        return _distinct([taken for line in group.under if (taken := plain(line, field))])

    def shown_by_key_results(self, group: Group | None) -> frozenset[str]:
        """The plain columns that speak of the key results of this objective."""
        if group is None or group.own:
            return frozenset(SHARED)
        if len(group.under) == 1:
            return self.of_key_results.union(ALWAYS_OF_KEY_RESULT)
        differing = (field for field in SHARED if len(self.objective_cells(group, field)) > 1)
        return self.of_key_results.union(ALWAYS_OF_KEY_RESULT, differing)


def plain(line: Line, field: str) -> Taken | None:
    """The cell of the column that does not say whose it is."""
    return team_cell(line) if field == "team" else line.take(field)


def decide(groups: Sequence[Group], columns: Collection[str]) -> Whose:
    """A column speaks of key results where it varies within most of the objectives that could show it.

    `columns` are the fields that some column is for.
    """
    present = {"team" if field == "function" else field for field in columns}.intersection(SHARED)
    return Whose(frozenset(field for field in present if _varies(groups, field)), frozenset(present))


def _varies(groups: Sequence[Group], field: str) -> bool:
    several = varied = 0
    for group in groups:
        texts = [taken.text for line in group.under if (taken := plain(line, field))]
        if len(texts) > 1 and not group.own:
            several += 1
            varied += len(set(map(fold_name, texts))) > 1
    return 2 * varied > several


def _cells(lines: Sequence[Line], field: str, scope: str) -> list[Taken]:
    return [taken for line in lines if (taken := line.take(field, scope))]


def _distinct(cells: Sequence[Taken]) -> list[Taken]:
    return list({fold_name(taken.text): taken for taken in reversed(cells)}.values())[::-1]
