"""Drafts of texts: one of each, edited until it is published, or deleted.

A draft stays after it was published, equal to what is in force, until somebody edits it. Its version only ever rises, also
over a deletion: who has read a draft never overwrites another one that came later.
"""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, delete, insert, select, update

from validator.errors import BadInput, Fault
from validator.rules.source import MOST_CHARACTERS
from validator.service import audit
from validator.service.faults import Exists, not_found, outdated
from validator.service.texts import Target, content, is_of, latest, version_of
from validator.store.snapshots import Packed, pack, put
from validator.store.tables import audit as trail
from validator.store.tables import text_drafts

DELETED = "delete-draft"
"""The action in the audit trail that tells which version a deleted draft had."""


class Draft(NamedTuple):
    """A text that is being edited."""

    text: str
    digest: str
    base: int | None
    """The published version that it was begun from; None before the first."""
    version: int
    """Rises with every edit."""
    updated_by: str
    updated_at: datetime.datetime


def draft_of(connection: Connection, what: Target) -> Draft:
    """The draft. Raises NotFound before the first."""
    row = _row(connection, what)
    if row is None:
        raise not_found(f"draft of a {what.kind}", what.name, "save one first")
    text = content(connection, row.text_digest)
    return Draft(text, row.text_digest, row.base_version, row.version, row.updated_by, row.updated_at)


def save_draft(
    connection: Connection,
    now: datetime.datetime,
    actor: str,
    what: Target,
    text: str,
    *,
    version: int | None,
    base: int | None = None,
) -> Draft:
    """Save the draft; what it says is only looked at when it is published or previewed.

    `version` is that of the draft which the caller has read, None to begin one. `base` says that the draft now takes that
    published version into account; None leaves it. Raises Outdated where somebody else has edited the draft, Exists where
    there is one already, NotFound for a base that was never published, BadInput for a text that cannot be stored.
    """
    packed = _packed(text)
    newest = latest(connection, what)
    if base is not None:
        version_of(connection, what, base)
    before = check_read(connection, what, version)
    changed = {"text_digest": put(connection, packed, now), "updated_by": actor, "updated_at": now}
    if before is None:
        begun = base or (newest.version if newest else None)
        first = {**what._asdict(), **changed, "base_version": begun, "version": _deleted(connection, what) + 1}
        connection.execute(insert(text_drafts).values(first))
    else:
        changed |= {"base_version": base or before.base_version, "version": before.version + 1}
        connection.execute(update(text_drafts).where(is_of(text_drafts, what)).values(**changed))
    draft = draft_of(connection, what)
    shown = None if before is None else _audited(before.version, before.text_digest)
    audit.record(
        connection, now, actor, "save-draft", what.kind, what.name, shown, _audited(draft.version, draft.digest)
    )
    return draft


def delete_draft(connection: Connection, now: datetime.datetime, actor: str, what: Target, *, version: int) -> Draft:
    """Delete the draft whose version the caller has read; gives it as it was. Published versions stay.

    Raises NotFound, and Outdated where somebody else has edited it.
    """
    check_read(connection, what, version)
    draft = draft_of(connection, what)
    connection.execute(delete(text_drafts).where(is_of(text_drafts, what)))
    audit.record(connection, now, actor, DELETED, what.kind, what.name, _audited(draft.version, draft.digest), None)
    return draft


def check_read(connection: Connection, what: Target, version: int | None) -> Row[Any] | None:
    """The row of the draft, which must have the version that was read; None: there must be none, and there is no row.

    Raises NotFound, Exists and Outdated.
    """
    row = _row(connection, what)
    if row is None and version is not None:
        raise not_found(f"draft of a {what.kind}", what.name, "save one first")
    if row is not None and version is None:
        message = f"There is a draft of “{what.name}”, at version {row.version}."
        raise Exists([Fault("", message, "read it, then edit it")])
    if row is not None and row.version != version:
        raise outdated("draft", what.name, row.version)
    return row


def _row(connection: Connection, what: Target) -> Row[Any] | None:
    return connection.execute(select(text_drafts).where(is_of(text_drafts, what))).one_or_none()


def _deleted(connection: Connection, what: Target) -> int:
    """The version of the draft that was deleted last; 0 where none was."""
    mine = and_(trail.c.target_kind == what.kind, trail.c.target_id == what.name, trail.c.action == DELETED)
    told = connection.scalar(select(trail.c.before).where(mine).order_by(trail.c.id.desc()).limit(1))
    return int(told["version"]) if told else 0


def _audited(version: int, digest: str) -> dict[str, Any]:
    return {"version": version, "digest": digest}


def _packed(text: str) -> Packed:
    if len(text) > MOST_CHARACTERS:
        raise BadInput([Fault("/text", f"Longer than {MOST_CHARACTERS:,} characters.", "split it with “extends”")])
    try:
        return pack(text.encode())
    except UnicodeEncodeError:
        raise BadInput([Fault("/text", "Holds half a character (a lone surrogate).", "write the whole one")]) from None
