"""Who is meant by a name, an e-mail address or an id: what the stored documents say of that person."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, select, union

from validator.history.spelling import fold
from validator.service.lookups import bad_value
from validator.service.pseudonyms import Terms, terms_of
from validator.store.snapshots import get
from validator.store.tables import connections, runs

LEAST = 2
"""Characters that a name must have to be looked for in texts."""
_HALF = re.compile(r"[\ud800-\udfff]")


class Entry(NamedTuple):
    """One entry of a document's `people`."""

    connection: str | None
    id: str
    name: str | None
    email: str | None


class Person(NamedTuple):
    """One person as the stored documents know them."""

    names: frozenset[str]
    """Names and e-mail addresses."""
    ids: Mapping[str | None, frozenset[str]]
    """Ids by connection."""
    pseudonym: str

    def terms(self, connection_id: str | None) -> Terms:
        """What to look for in the data of a connection."""
        return terms_of(self.names, self.ids.get(connection_id, frozenset()), self.pseudonym)


def find_person(connection: Connection, given: str, also: Sequence[str], secret: bytes) -> Person:
    """Who is meant by a name, address or id; `also` are other ways to write the name, such as a first name alone.

    The pseudonym follows from the person and the secret, so that the same person gets it again. Raises BadInput for a name
    that is too short, or that two people share.
    """
    for name in (given, *also):
        if _HALF.search(name):
            raise bad_value("", "The name holds bytes or half characters that are no text.", "write it in UTF-8")
        if len(name.strip()) < LEAST:
            raise bad_value("", f"“{name}” is too short to look for.", f"at least {LEAST} characters")
    known = sorted(set(_entries(connection)), key=str)
    mine = _entries_of(known, given)
    emails = {entry.email for entry in mine if entry.email}
    mine |= {entry for entry in known if entry.email and fold(entry.email) in set(map(fold, emails))}
    names = {name for entry in mine for name in (entry.name, entry.email) if name} | set(also)
    if not any(entry.id == given for entry in mine) or fold(given) in set(map(fold, names)):
        names.add(given)
    by_connection: dict[str | None, set[str]] = {}
    for entry in mine:
        by_connection.setdefault(entry.connection, set()).add(entry.id)
    ids = {id: frozenset(found) for id, found in by_connection.items()}
    return Person(frozenset(names), ids, _pseudonym(secret, min(map(fold, emails), default=fold(given))))


def _entries_of(known: Sequence[Entry], given: str) -> set[Entry]:
    """The entries that are meant: by id or address, or else by a name that only one person of a connection has."""
    exact = {entry for entry in known if entry.id == given or (entry.email and fold(entry.email) == fold(given))}
    if exact:
        return exact
    named = {entry for entry in known if entry.name and fold(entry.name) == fold(given)}
    people = {(entry.connection, entry.id) for entry in named}
    several = [found for found in people if sum(found[0] == other[0] for other in people) > 1]
    if several:
        ids = ", ".join(sorted(f"“{id}” in “{connection}”" for connection, id in several))
        raise bad_value("", f"Several people are called “{given}”.", f"give an id or an address: {ids}")
    return named


def _entries(connection: Connection) -> Iterator[Entry]:
    for connection_id, digest in connection.execute(_documents()).all():
        content = get(connection, digest)
        document = _read(content)
        listed = document.get("people") if isinstance(document, dict) else None
        for entry in listed if isinstance(listed, list) else ():
            if isinstance(entry, dict) and "id" in entry:
                yield Entry(connection_id, str(entry["id"]), entry.get("name"), entry.get("email"))


def _documents() -> Any:
    """Every document and overlay, by connection."""
    return union(
        select(runs.c.connection_id, runs.c.document_digest),
        select(runs.c.connection_id, runs.c.overlay_digest).where(runs.c.overlay_digest.is_not(None)),
        select(connections.c.id, connections.c.overlay_digest).where(connections.c.overlay_digest.is_not(None)),
    )


def _read(content: bytes | None) -> Any:
    try:
        return orjson.loads(content) if content is not None else None
    except orjson.JSONDecodeError:
        return None


def _pseudonym(secret: bytes, person: str) -> str:
    return f"person-{hmac.new(secret, person.encode(), hashlib.sha256).hexdigest()[:12]}"
