"""The failure table: what people see, the root cause and the fix, which every finding carries."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from validator.errors import BadRuleset, Fault
from validator.rules.files import shipped_text
from validator.rules.source import Source, parse

FIELDS = ("id", "problem", "root_cause", "fix")


class FailureRow(NamedTuple):
    """One row."""

    id: str
    problem: str
    root_cause: str
    fix: str


@cache
def load_failure_table() -> Mapping[str, FailureRow]:
    """The shipped table, by row id. Raises BadRuleset."""
    return read_failure_table(parse("failure-table.yaml", shipped_text("failure-table")))


def read_failure_table(source: Source) -> Mapping[str, FailureRow]:
    """A table, by row id. Raises BadRuleset with every fault."""
    rows = source.data.get("rows") if isinstance(source.data, dict) else None
    if not isinstance(rows, list) or not rows:
        raise BadRuleset([source.fault("/rows", "The failure table has no rows.", "rows: [{id: …, problem: …}]")])
    faults: list[Fault] = []
    table: dict[str, FailureRow] = {}
    for place, row in enumerate(rows):
        fields = row if isinstance(row, dict) else {}
        wrong = [name for name in FIELDS if not isinstance(fields.get(name), str) or not fields[name].strip()]
        faults += [source.fault(f"/rows/{place}", f"The row has no text “{name}”.") for name in wrong]
        if not wrong and fields["id"] in table:
            faults.append(source.fault(f"/rows/{place}/id", f"The row “{fields['id']}” stands twice."))
        elif not wrong:
            table[str(fields["id"])] = FailureRow(*(" ".join(str(fields[name]).split()) for name in FIELDS))
    if faults:
        raise BadRuleset(faults)
    return table
