"""A key result from the columns of its row."""

from __future__ import annotations

from typing import NamedTuple

from connectors.reading import words
from connectors.reading.items import KEY_RESULT
from connectors.reading.names import many_teams, teams
from connectors.sheets.context import Context, parents, persons, url
from connectors.sheets.draft import Draft
from connectors.sheets.grid import Line, Taken
from connectors.sheets.protos import Proto, Ref
from connectors.sheets.whose import plain


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
    loose = tuple(parents([column.line])) if home is None else ()
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
