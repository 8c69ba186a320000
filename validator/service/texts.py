"""Rulesets, the failure table and the metric catalogue as they were published: versions that never change.

To go back to an old version is to publish it again. The newest is in force.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, and_, func, select, union_all

from validator.errors import BadInput, Fault
from validator.rules.table_texts import TABLES
from validator.service.faults import not_found
from validator.store.faults import bad_store
from validator.store.snapshots import get
from validator.store.tables import text_drafts, text_versions

RULESET = "ruleset"
KINDS = (RULESET, *TABLES)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class Target(NamedTuple):
    """What is edited. The failure table and the metric catalogue are called as their kind."""

    kind: str
    """One of KINDS."""
    name: str


class Version(NamedTuple):
    """A published version of a text."""

    version: int
    digest: str
    """Of the text."""
    published_by: str
    published_at: datetime.datetime
    note: str
    restored_from: int | None
    """The earlier version that it brings back."""


def target(kind: str, name: str) -> Target:
    """What a kind and a name mean. Raises BadInput where they can mean nothing."""
    if kind not in KINDS:
        raise BadInput([Fault("", f"No kind of text is called “{kind[:100]}”.", ", ".join(KINDS), "kind")])
    if kind != RULESET and name != kind:
        raise BadInput([Fault("", f"There is one {kind}, and it is called so.", f"name it “{kind}”", "name")])
    if not _NAME.fullmatch(name) or (kind == RULESET and name in TABLES):
        hint = "at most 64 of a to z, 0 to 9, - and _, with no mark in front: our-rules"
        raise BadInput([Fault("", f"“{name[:100]}” is no name of a ruleset.", hint, "name")])
    return Target(kind, name)


def names(connection: Connection, kind: str) -> dict[str, int | None]:
    """Every name of a kind that has a draft or was published, with its newest version."""
    drafted = select(text_drafts.c.name).where(text_drafts.c.kind == kind)
    found: dict[str, int | None] = dict.fromkeys(connection.scalars(drafted))
    return dict(sorted({**found, **published(connection, kind)}.items()))


def published(connection: Connection, kind: str) -> dict[str, int]:
    """Every name of a kind that was published, with its newest version."""
    newest = select(text_versions.c.name, func.max(text_versions.c.version).label("version"))
    rows = connection.execute(newest.where(text_versions.c.kind == kind).group_by(text_versions.c.name))
    return {row.name: row.version for row in rows}


def latest(connection: Connection, what: Target) -> Version | None:
    """The version in force; None where none was published."""
    return in_force(connection, {what: None}).get(what)


def in_force(connection: Connection, wanted: Mapping[Target, int | None]) -> dict[Target, Version]:
    """The version of each target that is in force, or that of a number, where there is one: all in one query."""
    rows = connection.execute(union_all(*(select(_one(*pair).subquery()) for pair in wanted.items())))
    return {Target(row.kind, row.name): _version(row) for row in rows}


def versions(
    connection: Connection, what: Target, *, below: int | None = None, limit: int = 200
) -> tuple[Version, ...]:
    """Published versions, the newest first; those below a number, for the next page."""
    asked = select(text_versions).where(is_of(text_versions, what)).order_by(text_versions.c.version.desc())
    if below is not None:
        asked = asked.where(text_versions.c.version < below)
    return tuple(_version(row) for row in connection.execute(asked.limit(limit)))


def version_of(connection: Connection, what: Target, number: int) -> Version:
    """One published version. Raises NotFound."""
    found = in_force(connection, {what: number}).get(what)
    if found is None:
        raise not_found(f"version of the {what.kind}", f"{what.name}@{number}")
    return found


def text_of(connection: Connection, what: Target, number: int) -> str:
    """The text of a published version. Raises NotFound."""
    return content(connection, version_of(connection, what, number).digest)


def content(connection: Connection, digest: str) -> str:
    """The text of a digest. Raises BadStore where it is not there."""
    found = get(connection, digest)
    if found is None:
        raise bad_store(f"The text {digest} is not in the store.", "put back the last copy of the database")
    return found.decode()


def is_of(table: Any, what: Target) -> Any:
    """The condition that a row of versions or of drafts is of a target."""
    return and_(table.c.kind == what.kind, table.c.name == what.name)


def _one(what: Target, number: int | None) -> Select[Any]:
    asked = select(text_versions).where(is_of(text_versions, what))
    if number is not None:
        return asked.where(text_versions.c.version == number)
    return asked.order_by(text_versions.c.version.desc()).limit(1)


def _version(row: Row[Any]) -> Version:
    return Version(*(getattr(row, field) for field in Version._fields))
