"""The organisation export of Viva Goals: seven JSON files, in a ZIP or unpacked in a folder."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

from connectors.contract import Fault, Reading, Settings, SourceError
from connectors.reading.files import MAX_FILE_BYTES, sniff
from connectors.reading.items import Item, assemble, drop_empty
from connectors.viva import parts
from connectors.viva.export_files import Export, kind_of, read_export
from connectors.viva.kinds import decide
from connectors.viva.okrs import Context, evidence, read_item
from connectors.viva.rows import Ref, Row, rows_of

TITLE = "Viva Goals organisation export (ZIP or folder)"
PROVIDES = (
    "owners",
    "contributors",
    "parents",
    "levels",
    "teams",
    "cycles",
    "dates",
    "statuses",
    "progress",
    "updates",
    "created_by",
    "key_results",
    "measures",
    "key_result_owners",
)
TESTED_AGAINST = "a real organisation export of November 2025"


def recognises(path: Path) -> int:
    """2 for a ZIP or folder that holds an objectives file named as the export names it."""
    try:
        names = [child.name for child in path.iterdir()] if path.is_dir() else _zip_names(path)
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return 0
    return 2 if any(kind_of(name) == "objectives" for name in names) else 0


def _zip_names(path: Path) -> list[str]:
    if not sniff(path, 4).startswith(b"PK") or path.stat().st_size > MAX_FILE_BYTES:
        return []
    data = path.read_bytes()
    if b"_export_file_" not in data or data.count(b"PK\x01\x02") > 5_000:
        return []
    return zipfile.ZipFile(io.BytesIO(data)).namelist()


def fetch(path: Path, settings: Settings) -> Export:
    """Read the files of the export. Raises SourceError with the faults of all of them."""
    return read_export(path)


def to_document(raw: Export, settings: Settings) -> Reading:
    """Map the export. Raises SourceError naming file, row and OKR id of every malformed row."""
    faults: list[Fault] = []
    rows = list(rows_of(raw.files["objectives"], faults))
    decided = decide(evidence(row) for row in rows)
    context = Context(decided.kinds, raw.files["objectives"].organisation, parts.last_activity(raw, faults))
    items = [read_item(row, context) for row in rows]
    written = assemble(items)
    document = {**_frame(raw, rows, context.organisation, faults), **written.sections}
    if faults:
        raise SourceError(*dict.fromkeys(faults))
    notes = (*raw.notes, *decided.notes, *_missing(raw), *_unmeasured(rows, items))
    return Reading(document, written.places, notes)


def _frame(raw: Export, rows: list[Row], organisation: str, faults: list[Fault]) -> dict[str, Any]:
    teams = parts.teams(raw, _used(rows, "Teams"), organisation, faults)
    people = [*_used(rows, "Owner"), *_used(rows, "Created By")]
    stamp = raw.files["objectives"].stamp
    source = {
        "tool": "Viva Goals",
        "exported_at": f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}" if stamp else None,
        "complete": True,
        "provides": list(PROVIDES),
    }
    own_name = next((team.get("name") for team in teams if team["id"] == organisation), None)
    return drop_empty(
        {
            "source": drop_empty(source),
            "organisation": drop_empty({"id": organisation, "name": own_name}),
            "cycles": parts.cycles(raw, _used(rows, "Time Period"), faults),
            "teams": teams,
            "people": parts.people(raw, people, faults),
        }
    )


def _used(rows: list[Row], field: str) -> list[Ref]:
    return [ref for row in rows for ref in row.refs(field)]


def _missing(raw: Export) -> list[str]:
    names = {"teams": "Teams", "users": "Users", "timeperiods": "TimePeriods", "checkins": "checkins"}
    gone = [name for kind, name in names.items() if kind not in raw.files]
    return [f"The export has no file of {', '.join(gone)}; what the items name was used."] if gone else []


def _unmeasured(rows: list[Row], items: list[Item]) -> list[str]:
    left = Counter(
        item.kind
        for row, item in zip(rows, items, strict=True)
        if item.kind != "key_result" and evidence(row).measured and row.data.get("Progress") is not None
    )
    if not left:
        return []
    return [f"{sum(left.values())} objectives or initiatives have a metric; its raw value is no progress: left out."]
