"""The address of the store: read, checked, and shown without its password."""

from __future__ import annotations

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from validator.store.faults import BadStore, bad_store

_EXAMPLES = "it looks like sqlite:///okr-validator.db or postgresql://user:password@host/database"
_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
_HIDDEN = "***"


def read_address(text: str) -> URL:
    """The address in parts, with the driver that is used. Raises BadStore, which never repeats the text."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise bad_store("The address of the database cannot be read.", _EXAMPLES) from None
    if url.drivername not in _DRIVERS:
        raise bad_store(f"The database “{url.drivername}” is not one that can be used.", _EXAMPLES)
    url = url.set(drivername=_DRIVERS[url.drivername])
    fault = _sqlite_fault(url) if url.drivername == "sqlite" else _postgresql_fault(url)
    if fault:
        raise fault
    return url


def shown(url: URL) -> str:
    """The address for people and logs: the password, and every other secret of the driver, as three stars."""
    secret = {name: _HIDDEN for name in url.query if "pass" in name}
    return url.update_query_dict(secret).render_as_string(hide_password=True)


def without_secrets(text: str, url: URL) -> str:
    """The text of an error with every secret of the address taken out of it."""
    values = [url.password, *(value for name, value in url.query.items() if "pass" in name)]
    for value in values:
        if isinstance(value, str) and value:
            text = text.replace(value, _HIDDEN)
    return text


def _sqlite_fault(url: URL) -> BadStore | None:
    if url.database in {None, "", ":memory:"} or url.host or url.query:
        return bad_store("The address of an SQLite database must name a file, and nothing else.", _EXAMPLES)
    return None


def _postgresql_fault(url: URL) -> BadStore | None:
    if "@" in f"{url.host}":
        hint = "write @ as %40, : as %3A, / as %2F and % as %25 in a user name or password"
        return bad_store("The address of the database has more than one “@”.", hint)
    return None
