"""The one way to change what the audit trail already says: to erase names, and to end what was kept long enough."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, delete, insert

from validator.store.tables import audit_unlocked


@contextmanager
def unlocked(connection: Connection, why: str) -> Iterator[None]:
    """Rows of the audit trail may be removed, or lose names, until the end of the block; no other transaction sees it.

    Even so `id`, `at` and `action` stay as they are. Write an audit row that says the same why.
    """
    with connection.begin_nested():  # an exception locks the trail again, whatever the caller makes of it
        connection.execute(insert(audit_unlocked).values(why=why))
        yield
        connection.execute(delete(audit_unlocked))
