"""`python -m validator.store.migrations.draft "Say what changes"`: begin a migration from what the tables differ by.

What it writes is a draft: read it, take out what is not meant, and move data where data must move.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command

from validator.store.schema import configuration, migrating, upgrade


def draft(message: str) -> None:
    """Write the next migration; one that must leave Alembic nothing to say when it is run."""
    with tempfile.TemporaryDirectory() as folder:
        address = f"sqlite:///{Path(folder) / 'draft.db'}"
        number = int(upgrade(address).after) + 1
        with migrating(address) as connection:
            command.revision(configuration(connection), message, autogenerate=True, rev_id=f"{number:04}")


if __name__ == "__main__":
    draft(" ".join(sys.argv[1:]))
