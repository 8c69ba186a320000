"""A later release of this program: a copy of it with one more migration, run as a process of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from validator.store.schema import newest

ROOT = Path(__file__).parents[2]
LATER = f"{int(newest()) + 1:04}"
"""Its revision."""
HEAD = f'''
revision = "{LATER}"
down_revision = "{newest()}"
'''
MIGRATION = f'''
"""A table that SQLite must replace."""
import sqlalchemy as sa
from alembic import op
{HEAD}

def upgrade() -> None:
    recreate = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("okr_connection", recreate=recreate) as table:
        table.add_column(sa.Column("colour", sa.Text(), server_default="red"))
'''


def copied(folder: Path, migration: str | None = MIGRATION) -> Path:
    """Make the copy in that folder."""
    for package in ("validator", "connectors"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    if migration is not None:
        (folder / "validator/store/migrations/versions" / f"{LATER}_colour.py").write_text(migration, "utf-8")
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the copy's Python with these arguments."""
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
