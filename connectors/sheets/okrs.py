"""Rows of objectives and key results as items: one row a key result, or one row an objective."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from connectors.reading import words
from connectors.reading.headers import is_typed
from connectors.reading.items import INITIATIVE, KEY_RESULT, OBJECTIVE
from connectors.reading.names import many_teams, people, teams
from connectors.reading.table import Cell
from connectors.sheets.directory import Directory
from connectors.sheets.draft import Draft
from connectors.sheets.grid import Line, Log, Taken
from connectors.sheets.groups import Group, Grouped, of_objective, team_cell
from connectors.sheets.protos import Proto, Ref
from connectors.sheets.whose import Whose, plain

BULLET = re.compile(r"^\s*(?:[-•*–‣·]|\(?\d{1,2}[.)]|KR\s?\d{1,2}\s?[:.)-])\s+", re.IGNORECASE)


class Context(NamedTuple):
    """What rows are read against."""

    whose: Whose
    directory: Directory
    log: Log
    known_teams: frozenset[str] = frozenset()


class Column(NamedTuple):
    """Which columns a key result is read from: plain ones, or those of “KR n”."""

    line: Line
    number: int
    plain_fields: frozenset[str]

    def take(self, field: str) -> Taken | None:
        """The cell of a field of this key result."""
        scoped = self.line.take(field, "key_result", self.number)
        if scoped or self.number:
            return scoped
        return plain(self.line, field) if field in self.plain_fields else None


def read_okrs(grouped: Grouped, context: Context) -> list[Proto]:
    """Every objective with what hangs under it, and then the key results and initiatives that hang under none."""
    protos: list[Proto] = []
    for group in grouped.groups:
        home = len(protos)
        protos.append(objective(group, context))
        shown = context.whose.shown_by_key_results(group)
        for line in group.lines:
            protos += _leaves(line, home, shown, context, len(protos))
    for line in grouped.loose:
        protos += _leaves(line, None, context.whose.shown_by_key_results(None), context, len(protos))
    return protos


def objective(group: Group, context: Context) -> Proto:
    """The objective of a group."""
    draft = Draft(context.log)
    draft.places[""] = group.lines[0].place
    draft.text("title", group.title)
    for field, from_column in (("start", "start_date"), ("end", "due"), ("updated_at", "updated")):
        draft.date(field, _agreed(group, from_column, context))
    draft.text("description", _agreed(group, "description", context))
    draft.status("status", _agreed(group, "status", context))
    draft.tags(_agreed(group, "tags", context))
    url(draft, _agreed(group, "url", context), group.title.cell)
    if group.own:
        draft.number("progress", _agreed(group, "progress", context))
    _placing(draft, group, context)
    owners(draft, group.lines, context.whose.objective_cells(group, "owner"), context)
    creator = _agreed(group, "created_by", context)
    if creator:
        draft.put("created_by", context.directory.person(creator.text), creator)
    id_cells = context.whose.objective_cells(group, "id")
    mark = group.mark
    return Proto(
        OBJECTIVE, draft, _only(id_cells), None, tuple(_refs(group.lines)), (mark.cycle, mark.team, mark.owner)
    )


def _agreed(group: Group, field: str, context: Context) -> Taken | None:
    return _only(context.whose.objective_cells(group, field))


def _only(cells: list[Taken]) -> Taken | None:
    return cells[0] if len(cells) == 1 else None


def _placing(draft: Draft, group: Group, context: Context) -> None:
    level = _first(group.lines, "level")
    if level:
        draft.put("level", words.level(level.text), level)
        if "level" not in draft.data:
            context.log.note(f"“{level.text[:40]}” is no level known here: left out ({level.place}).")
    cycle = _first(group.lines, "cycle")
    if cycle:
        draft.put("cycle", " ".join(cycle.text.split()), cycle)
    draft.text("strategic_brief", _first(group.lines, "brief"))
    team = _agreed(group, "team", context)
    named = teams(team.text, context.known_teams) if team else []
    if team and named:
        draft.put("team", context.directory.team(named[0]), team)
    contributors(draft, named[1:], team, group.lines, context)


def contributors(draft: Draft, co_owning: list[str], team: Taken | None, lines: list[Line], context: Context) -> None:
    """The further teams of the team cell, and those of the contributors column."""
    found = {context.directory.team(name): "co-owner" for name in co_owning}
    cell = team
    for line in lines:
        taken = (
            line.take("contributors") or line.take("contributors", "objective") or line.take("shared_with", "objective")
        )
        for name in many_teams(taken.text, context.known_teams) if taken else ():
            if "@" in name:
                context.log.note(
                    f"“{name}” is a person, and contributors are teams: left out ({taken and taken.place})."
                )
                continue
            cell = taken
            found.setdefault(context.directory.team(name), "")
    if cell and found:
        draft.put(
            "contributors", [{"team": id_, **({"role": role} if role else {})} for id_, role in found.items()], cell
        )


def owners(draft: Draft, lines: list[Line], cells: list[Taken], context: Context) -> None:
    """The owners of an objective; only those of a column that says so are primary."""
    found: dict[str, bool] = {}
    primary = [taken for line in lines if (taken := of_objective(line, "primary_owner"))]
    others = [taken for line in lines if (taken := of_objective(line, "co_owner"))]
    for taken in primary[:1] or primary:
        found.update((id_, True) for id_ in persons(taken, context.directory))
    for taken in (*primary[1:], *cells, *others):
        for id_ in persons(taken, context.directory):
            found.setdefault(id_, False)
    if found:
        listed = [{"person": id_, **({"primary": True} if lead else {})} for id_, lead in found.items()]
        draft.put("owners", listed, (*primary, *cells, *others)[0])


def persons(taken: Taken, directory: Directory) -> list[str]:
    """The ids or names of the people in a cell."""
    return list(dict.fromkeys(directory.person(name) for name in people(taken.text, directory.person_ids)))


def url(draft: Draft, taken: Taken | None, title: Cell) -> None:
    """The link column, or else the link behind the title."""
    if taken:
        draft.put("url", taken.cell.link or taken.text, taken)
    elif title.link:
        draft.data["url"] = title.link


def _first(lines: Iterable[Line], field: str) -> Taken | None:
    return next((taken for line in lines if (taken := of_objective(line, field))), None)


def _refs(lines: Iterable[Line]) -> Iterable[Ref]:
    seen: set[str] = set()
    for line in lines:
        for field, kind in (("parent", "parent"), ("supports", "supports")):
            taken = of_objective(line, field)
            if taken and taken.text not in seen:
                seen.add(taken.text)
                yield Ref(taken.text, taken.place, kind)


def _leaves(line: Line, home: int | None, shown: frozenset[str], context: Context, count: int) -> Iterable[Proto]:
    made: list[Proto] = []
    for number in _numbers(line):
        title = line.take("key_result", "key_result", number) if number else line.take("key_result")
        for part in _titles(title):
            column = Column(line, number, shown)
            made.append(key_result(part, column, home, context))
    if not made and home is not None and (metric := _metric_alone(line)):
        made.append(key_result(metric, Column(line, 0, frozenset()), home, context))
    initiative_cell = line.take("initiative")
    for part in _titles(initiative_cell):
        above = count if len(made) == 1 else home
        made.append(initiative(part, line, above, bool(made), context))
    return made


def _numbers(line: Line) -> list[int]:
    return sorted({0, *(number for field, _, number in line.table.columns if field == "key_result")})


def _titles(taken: Taken | None) -> list[Taken]:
    """The lines of a cell that holds a bulleted list, or else the cell."""
    if taken is None:
        return []
    parts = [part.strip() for part in taken.text.splitlines() if part.strip()]
    if len(parts) > 1 and all(BULLET.match(part) for part in parts):
        return [taken._replace(cell=taken.cell._replace(value=BULLET.sub("", part))) for part in parts]
    return [taken]


def _metric_alone(line: Line) -> Taken | None:
    """The metric of an objective's own row in a sheet that has no column for key results."""
    fields = line.table.header.fields
    return line.take("metric") if not {"key_result", "initiative"} & fields and not is_typed(fields) else None


def key_result(title: Taken, column: Column, home: int | None, context: Context) -> Proto:
    """A key result from its columns."""
    draft = Draft(context.log)
    draft.places[""] = title.place
    draft.text("title", title)
    measure(draft, column.line, column.number)
    draft.number("progress", column.take("progress"))
    draft.status("status", column.take("status"))
    for field, name in (("start_date", "start_date"), ("due", "due"), ("updated_at", "updated")):
        draft.date(field, column.take(name))
    draft.text("description", column.take("description"))
    draft.tags(column.take("tags"))
    url(draft, column.take("url"), title.cell)
    _key_result_people(draft, column, context)
    loose = tuple(_refs([column.line])) if home is None else ()
    above = column.line.take("id", "objective") if home is None else None
    refs = (Ref(above.text, above.place), *loose) if above else loose
    rest = [str(draft.data.get(field, "")) for field in ("owner", "metric", "target")]
    cycle = column.line.take("cycle") if home is None else None
    if cycle:
        draft.text("cycle", cycle)
        rest = [cycle.text, *rest]
    return Proto(KEY_RESULT, draft, column.take("id"), home, refs, tuple(rest))


def _key_result_people(draft: Draft, column: Column, context: Context) -> None:
    owner, team, shared = column.take("owner"), column.take("team"), column.line.take("shared_with")
    named = persons(owner, context.directory) if owner else []
    if owner and named:
        draft.put("owner", named[0], owner)
        if len(named) > 1:
            context.log.note(f"A key result has one owner; “{owner.text[:60]}” was read as {named[0]} ({owner.place}).")
    lead = column.line.take("lead_team") if not column.number else column.take("lead_team")
    lead = lead or team
    among = teams(lead.text, context.known_teams) if lead else []
    if lead and among:
        draft.put("lead_team", context.directory.team(among[0]), lead)
    further = [context.directory.team(name) for name in among[1:]]
    if shared:
        further += [context.directory.team(name) for name in many_teams(shared.text, context.known_teams)]
    source = shared or lead
    if source:
        draft.put("shared_with", list(dict.fromkeys(further)), source)
    draft.text("segment", column.line.take("segment"))


def measure(draft: Draft, line: Line, number: int) -> None:
    """Metric, unit, direction and the three values."""

    def take(field: str) -> Taken | None:
        scoped = line.take(field, "key_result", number)
        return scoped if scoped or number else line.take(field)

    draft.text("metric", take("metric"))
    values = {field: take(field) for field in ("start", "target", "current")}
    for field, taken in values.items():
        draft.number(field, taken)
    draft.unit(take("unit"), list(values.values()))
    direction = take("direction") or take("type")
    if direction:
        draft.put("direction", words.direction(direction.text), direction)


def initiative(title: Taken, line: Line, above: int | None, fields_taken: bool, context: Context) -> Proto:
    """An initiative; the row's plain columns are its own unless a key result has them."""
    draft = Draft(context.log)
    draft.places[""] = title.place
    draft.text("title", title)
    if not fields_taken:
        owner, team = line.take("owner"), team_cell(line)
        if owner:
            draft.put("owner", next(iter(persons(owner, context.directory)), None), owner)
        if team:
            draft.put("team", context.directory.team(team.text), team)
        draft.status("status", line.take("status"))
        draft.date("start", line.take("start_date"))
        draft.date("end", line.take("due"))
        draft.number("progress", line.take("progress"))
    return Proto(INITIATIVE, draft, None, above, (), (line.text("cycle"),))
