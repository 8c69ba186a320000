"""An objective from the rows of its group."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.reading import words
from connectors.reading.items import OBJECTIVE
from connectors.reading.names import many_teams, teams
from connectors.sheets.context import Context, parents, persons, url
from connectors.sheets.draft import Draft
from connectors.sheets.grid import Line, Taken
from connectors.sheets.groups import Group, of_objective
from connectors.sheets.protos import Proto


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
        OBJECTIVE, draft, _only(id_cells), None, tuple(parents(group.lines)), (mark.cycle, mark.team, mark.owner)
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


def _first(lines: Iterable[Line], field: str) -> Taken | None:
    return next((taken for line in lines if (taken := of_objective(line, field))), None)
