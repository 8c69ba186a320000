"""The document that a table file makes, from its items and directories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.contract import Reading, Settings, SourceError
from connectors.reading.cycles import cycle
from connectors.reading.items import assemble, drop_empty
from connectors.reading.names import fold_name
from connectors.sheets import hints
from connectors.sheets.directory import Directory
from connectors.sheets.grid import Line, Log
from connectors.sheets.protos import Proto, finish


def write(
    protos: Sequence[Proto], directory: Directory, source: dict[str, Any], log: Log, notes: Sequence[str]
) -> Reading:
    """Assemble the document. Raises SourceError with every fault met while reading."""
    if not protos:
        log.note("There is no row with an objective or key result below the header.")
    _unite_cycles(protos)
    items = finish(protos, log)
    written = assemble(items)
    if log.faults:
        raise SourceError(*log.faults)
    sections = {"cycles": _cycles(protos), "teams": directory.teams, "people": directory.people, **written.sections}
    return Reading(
        {
            "source": source,
            **drop_empty({**sections, "objectives": []}),
            "objectives": written.sections.get("objectives", []),
        },
        {**directory.places, **written.places},
        (*notes, *log.notes),
    )


def _unite_cycles(protos: Sequence[Proto]) -> None:
    """Let a cycle that is written in different cases have one name."""
    names: dict[str, str] = {}
    for proto in protos:
        name = proto.draft.data.get("cycle")
        if name:
            proto.draft.data["cycle"] = names.setdefault(fold_name(name), name)


def _cycles(protos: Sequence[Proto]) -> list[dict[str, Any]]:
    names = dict.fromkeys(proto.draft.data["cycle"] for proto in protos if proto.draft.data.get("cycle"))
    return [cycle(name) for name in sorted(names)]


def source_of(
    tool: str, lines: Sequence[Line], provides: Sequence[str], settings: Settings, log: Log
) -> dict[str, Any]:
    """The `source` section, with how numbers and dates are written."""
    return hints.source(tool, provides, hints.reading(lines, settings, log))
