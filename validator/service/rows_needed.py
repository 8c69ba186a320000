"""Which rows of the failure table the rulesets point to that may judge at any time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, select

from validator.detection.tables import read_table
from validator.rules.files import shipped, shipped_text
from validator.service.faults import NotFound
from validator.service.library import bundle_of
from validator.service.texts import RULESET, published
from validator.store.tables import connections


def asking(connection: Connection) -> frozenset[str]:
    """The rulesets that judge unless a request names an old version: all in force, and the versions that connections name."""
    newest = (f"{name}@{version}" for name, version in published(connection, RULESET).items())
    pinned = connection.scalars(select(connections.c.ruleset).where(connections.c.ruleset.contains("@")).distinct())
    return frozenset({*newest, *pinned})


def rows_needed(connection: Connection) -> Mapping[str, str]:
    """Each row that they or the rulesets shipped point to, also by a rule that is off; with a rule that does, for people."""
    texts = {name: shipped_text(name) for name in shipped()}
    for name in sorted(asking(connection)):
        texts |= _texts(connection, name)
    found: dict[str, str] = {}
    for name, text in texts.items():
        for rule, row in _pointing(name, text):
            found.setdefault(row, f"{rule} of {name}")
    return found


def _texts(connection: Connection, name: str) -> Mapping[str, str]:
    try:
        return bundle_of(connection, name).texts
    except NotFound:  # what a connection names may be long gone: then it judges nothing
        return {}


def _pointing(name: str, text: str) -> Iterator[tuple[str, str]]:
    """Rules with their rows. What was published has been read before, with its faults: here it is only read fast."""
    for rule in read_table(name, text).get("rules") or ():
        if isinstance(rule.get("failure"), str):
            yield str(rule.get("id")), rule["failure"]
