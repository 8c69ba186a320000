"""Rows that belong to one objective, wherever they stand and however its title is repeated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from connectors.reading import words
from connectors.reading.names import fold_name
from connectors.sheets.grid import Line, Taken

MAX_CANDIDATES = 50
BELOW_COMPANY = ("department", "team", "individual")


class Mark(NamedTuple):
    """What tells an objective from others of the same title; "" is silent."""

    cycle: str
    level: str
    team: str
    owner: str


class Group(NamedTuple):
    """An objective: its own rows (without key result), and the rows of what hangs under it."""

    title: Taken
    mark: Mark
    own: list[Line]
    under: list[Line]

    @property
    def lines(self) -> list[Line]:
        """All rows, the objective's own first."""
        return [*self.own, *self.under]


class Grouped(NamedTuple):
    """The objectives in the order of their first rows, and the rows that lie under none."""

    groups: list[Group]
    loose: list[Line]


def has_leaf(line: Line) -> bool:
    """Whether the row is about a key result or an initiative."""
    return bool(line.take("key_result") or line.take("initiative"))


def of_objective(line: Line, field: str) -> Taken | None:
    """The cell of a column named for the objective, or else of the plain column."""
    return line.take(field, "objective") or line.take(field)


def team_cell(line: Line) -> Taken | None:
    """The plain team column, or else the department or function."""
    return line.take("team") or line.take("function")


class _Groups:
    def __init__(self) -> None:
        self.order: dict[int, list[Group]] = {}
        self.exact: dict[tuple[str, Mark], Group] = {}
        self.by_title: dict[str, list[Group]] = {}
        self.by_id: dict[str, Group] = {}

    def new(self, position: int, line: Line, title: Taken) -> Group:
        group = Group(title, mark_of(line), [], [])
        self.order.setdefault(position, []).append(group)
        self.exact.setdefault((fold_name(title.text), group.mark), group)
        same = self.by_title.setdefault(fold_name(title.text), [])
        if len(same) < MAX_CANDIDATES:
            same.append(group)
        self.by_id.setdefault(line.text("id", "objective"), group)
        return group

    def find(self, line: Line, title: Taken) -> Group | None:
        id_ = line.text("id", "objective")
        if id_:
            return self.by_id.get(id_)
        mark, name = mark_of(line), fold_name(title.text)
        if (name, mark) in self.exact:
            return self.exact[name, mark]
        fitting = [group for group in self.by_title.get(name, ()) if fits(group.mark, mark)]
        return max(fitting, key=lambda group: _agreement(group.mark, mark), default=None)


def mark_of(line: Line) -> Mark:
    """The mark of the objective in a row."""
    cycle, level, owner = (of_objective(line, field) for field in ("cycle", "level", "owner"))
    team = line.take("team", "objective") or team_cell(line)
    texts = [fold_name(taken.text) if taken else "" for taken in (cycle, team, owner)]
    return Mark(texts[0], (words.level(level.text) or "") if level else "", texts[1], texts[2])


def fits(one: Mark, other: Mark) -> bool:
    """Whether two marks may be of one objective: teams and owners may differ where the level allows it."""
    levels = {one.level, other.level}
    compared = [(one.cycle, other.cycle), (one.level, other.level)]
    if levels & set(BELOW_COMPANY):
        compared.append((one.team, other.team))
    if "individual" in levels:
        compared.append((one.owner, other.owner))
    return all(first == second or not first or not second for first, second in compared)


def _agreement(one: Mark, other: Mark) -> int:
    return sum(first == second for first, second in zip(one, other, strict=True) if first)


def group(lines: Sequence[Line]) -> Grouped:
    """Group rows by objective; a row without one belongs to the nearest objective above it in its sheet."""
    anchors = list(_anchors(lines))
    groups, of_line = _Groups(), {}
    for leaves in (False, True):
        for position, line in enumerate(lines):
            title = line.take("objective")
            if title is None or has_leaf(line) != leaves:
                continue
            found = groups.find(line, title) if leaves else None
            of_line[position] = found or groups.new(position, line, title)
            (of_line[position].under if leaves else of_line[position].own).append(line)
    loose = list(_inherit(lines, anchors, of_line, groups))
    ordered = [each for position in sorted(groups.order) for each in groups.order[position]]
    return Grouped(ordered, loose)


def _anchors(lines: Sequence[Line]) -> Iterable[int | None]:
    anchor: int | None = None
    for position, line in enumerate(lines):
        if position and line.table is not lines[position - 1].table:
            anchor = None
        if line.take("objective") is not None:
            anchor = position
        yield anchor


def _inherit(
    lines: Sequence[Line], anchors: Sequence[int | None], of_line: dict[int, Group], groups: _Groups
) -> Iterable[Line]:
    for position, line in enumerate(lines):
        if position in of_line or not has_leaf(line):
            continue
        id_, anchor = line.text("id", "objective"), anchors[position]
        if id_ and id_ in groups.by_id:
            groups.by_id[id_].under.append(line)
        elif anchor is not None and not id_:
            of_line[anchor].under.append(line)
        else:
            yield line
