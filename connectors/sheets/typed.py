"""Rows that each name their own kind: a title, and a word such as “Key result” beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from connectors.reading import words
from connectors.reading.items import KEY_RESULT, OBJECTIVE
from connectors.reading.names import fold_name
from connectors.sheets.context import Context
from connectors.sheets.grid import Line, Table, Taken, line_of
from connectors.sheets.groups import Group, mark_of
from connectors.sheets.key_results import Column, key_result
from connectors.sheets.objectives import objective
from connectors.sheets.okrs import initiative
from connectors.sheets.protos import Proto, Ref
from connectors.sheets.whose import SHARED
from connectors.viva.kinds import Decided, Evidence, decide

Refs = Callable[[Line], Iterable[Ref]]


class Typed(NamedTuple):
    """A row with its title and its word."""

    line: Line
    title: Taken
    word: str


def is_typed_table(table: Table) -> bool:
    """Whether the rows name their kinds: beside a title, or in an objective column that holds key results too."""
    fields = table.header.fields
    if not fields & {"type", "object_type"} or "key_result" in fields:
        return False
    if "objective" not in fields:
        return "title" in fields
    return any(words.kind(word_of(line_of(table, row))) == KEY_RESULT for row in table.rows)


def word_of(line: Line) -> str:
    """The row's word for its kind."""
    return line.text("object_type") or line.text("type")


def read_typed(lines: Sequence[Line], context: Context, refs: Refs) -> list[Proto]:
    """Every row with a title as the item its word says; `refs` reads the parents that a row names."""
    rows = [
        Typed(line, title, word_of(line)) for line in lines if (title := line.take("title") or line.take("objective"))
    ]
    if len(rows) < len(lines):
        context.log.note(f"{len(lines) - len(rows)} rows without a title are left out.")
    decided = _decide(rows, refs)
    for note in decided.notes:
        context.log.note(note)
    protos: list[Proto] = []
    above: int | None = None
    for row in rows:
        kind = decided.kinds[row.word]
        named = tuple(refs(row.line))
        has_parents = "parent" in row.line.table.header.fields
        within = above if kind != OBJECTIVE and not has_parents else None
        protos.append(_proto(row, kind, context)._replace(within=within, refs=named))
        above = len(protos) - 1 if kind == OBJECTIVE else above
    return protos


def _proto(row: Typed, kind: str, context: Context) -> Proto:
    if kind == OBJECTIVE:
        return objective(Group(row.title, mark_of(row.line), [row.line], []), context)
    if kind == KEY_RESULT:
        return key_result(row.title, Column(row.line, 0, frozenset(SHARED)), None, context)
    made = initiative(row.title, row.line, None, False, context)
    return made._replace(id_cell=row.line.take("id"))


def _decide(rows: Sequence[Typed], refs: Refs) -> Decided:
    named = {fold_name(ref.text) for row in rows for ref in refs(row.line)}
    return decide(
        Evidence(
            word=row.word,
            measured=bool(row.line.take("target")),
            has_children=bool(named & {fold_name(row.title.text), fold_name(row.line.text("id"))} - {""}),
            has_tasks=False,
            has_parent=any(True for _ in refs(row.line)),
        )
        for row in rows
    )
