"""Rows of objectives and key results as items: one row a key result, or one row an objective."""

from __future__ import annotations

import re
from collections.abc import Iterable

from connectors.reading.headers import is_typed
from connectors.reading.items import INITIATIVE
from connectors.sheets.context import Context, persons
from connectors.sheets.draft import Draft
from connectors.sheets.grid import Line, Taken
from connectors.sheets.groups import Grouped, team_cell
from connectors.sheets.key_results import Column, key_result
from connectors.sheets.objectives import objective
from connectors.sheets.protos import Proto

BULLET = re.compile(r"^\s*(?:[-•*–‣·]|\(?\d{1,2}[.)]|KR\s?\d{1,2}\s?[:.)-])\s+", re.IGNORECASE)


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


def _leaves(line: Line, home: int | None, shown: frozenset[str], context: Context, count: int) -> Iterable[Proto]:
    made: list[Proto] = []
    for number in line.table.numbers:
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


def _titles(taken: Taken | None) -> list[Taken]:
    """The lines of a cell that holds a bulleted list, or else the cell."""
    if taken is None:
        return []
    parts = [part.strip() for part in taken.text.splitlines() if part.strip()]
    if len(parts) > 1 and all(BULLET.match(part) for part in parts):
        return [taken._replace(text=BULLET.sub("", part)) for part in parts]
    return [taken]


def _metric_alone(line: Line) -> Taken | None:
    """The metric of an objective's own row in a sheet that has no column for key results."""
    fields = line.table.header.fields
    return line.take("metric") if not {"key_result", "initiative"} & fields and not is_typed(fields) else None


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
