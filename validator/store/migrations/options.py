"""How Alembic compares the tables with a database, and how it writes what differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from alembic.autogenerate.api import AutogenContext

from validator.store.columns import WRITTEN
from validator.store.tables import metadata

VERSION_TABLE = "okr_alembic_version"


def only_ours(name: str | None, kind: str, _: Mapping[str, str | None]) -> bool:
    """Whether a thing found in the database is ours: other libraries keep tables beside these."""
    return kind != "table" or (name or "").startswith("okr_")


def _written(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    return WRITTEN.get(type(item), False) if kind == "type" else False


OPTIONS: dict[str, Any] = {
    "target_metadata": metadata,
    "version_table": VERSION_TABLE,
    "include_name": only_ours,
    "render_item": _written,
    "render_as_batch": True,  # SQLite changes a table by replacing it
}
