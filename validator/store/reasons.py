"""What a database says when it cannot serve, in words that name the store and what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, TimeoutError

from validator.errors import OkrValidatorError
from validator.store.address import shown, without_secrets
from validator.store.faults import bad_store, unavailable

_BUSY = {"55P03", "40001", "40P01", "53300"}  # a lock waited for in vain, a conflict of transactions, too many sessions
_ENDED = {"25P03", "57P01", "57P02", "57P03"}  # a session that idled too long, a server that stops or starts
_REFUSED = ("08", "28", "3D")  # the connection, the user or its password, the name of the database
_TRY_AGAIN = "another transaction is writing for long, or there are too many at once; try again"


@contextmanager
def said_plainly(url: URL) -> Iterator[None]:
    """Raise StoreUnavailable or BadStore for what the database, the network or the disk did; the rest stays as it is."""
    try:
        yield
    except TimeoutError:
        raise unavailable(f"The database {shown(url)} is busy: every connection is in use.", _TRY_AGAIN) from None
    except (DBAPIError, sqlite3.Error) as error:  # the second while a connection is made
        plain = _plain(error, url)
        if plain is None:
            raise
        raise plain from None


def _plain(error: DBAPIError | sqlite3.Error, url: URL) -> OkrValidatorError | None:
    if isinstance(error, sqlite3.Error):
        return _sqlite(error, url)
    return _sqlite(error.orig, url) if isinstance(error.orig, sqlite3.Error) else _postgresql(error, url)


def _sqlite(error: sqlite3.Error, url: URL) -> OkrValidatorError | None:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return unavailable(f"The database {shown(url)} is busy.", _TRY_AGAIN)
    if code == sqlite3.SQLITE_CANTOPEN:
        hint = "its folder must exist, and be one that this user may write to"
        return bad_store(f"The database {shown(url)} cannot be opened.", hint)
    if code in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
        hint = "name another file, or put back the last copy of this one"
        return bad_store(f"The database {shown(url)} is no SQLite file, or a damaged one.", hint)
    return None


def _postgresql(error: DBAPIError, url: URL) -> OkrValidatorError | None:
    state = getattr(error.orig, "sqlstate", None)
    if state in _BUSY:
        return unavailable(f"The database {shown(url)} is busy.", _TRY_AGAIN)
    lost = state is None and type(error.orig).__name__ == "OperationalError"
    if lost or state in _ENDED or error.connection_invalidated or f"{state}".startswith(_REFUSED):
        detail = without_secrets(" ".join(str(error.orig).split()), url)
        return unavailable(f"The database {shown(url)} does not serve: {detail}")
    return None
