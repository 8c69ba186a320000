"""Rulesets, the failure table and the metric catalogue as admins edit them: one draft each, and published versions.

A published version never changes; to go back to an old one is to publish it again. The draft stays after it was published,
equal to what is in force, until somebody edits it: so its version only ever rises.
"""

from __future__ import annotations

import datetime
import re
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, func, insert, select, update

from validator.errors import BadInput, Fault
from validator.rules.source import MOST_CHARACTERS
from validator.service import audit
from validator.service.faults import Exists, Outdated, not_found, outdated
from validator.service.lookups import not_allowed
from validator.store.faults import bad_store
from validator.store.snapshots import Packed, get, pack, put
from validator.store.tables import text_drafts, text_versions

RULESET = "ruleset"
TABLES = ("failure-table", "metrics")
KINDS = (RULESET, *TABLES)
LONGEST_NOTE = 2_000
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


def draft_of(connection: Connection, what: Target) -> Draft:
    """The draft. Raises NotFound before the first."""
    row = _draft_row(connection, what)
    if row is None:
        raise not_found(f"draft of a {what.kind}", what.name, "save one first")
    text = _text(connection, row.text_digest)
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
    before = _draft_row(connection, what)
    _fits(what, before, version)
    changed = {"text_digest": put(connection, packed, now), "updated_by": actor, "updated_at": now}
    if before is None:
        begun = base or (newest.version if newest else None)
        connection.execute(insert(text_drafts).values(**what._asdict(), **changed, base_version=begun, version=1))
    else:
        changed |= {"base_version": base or before.base_version, "version": before.version + 1}
        connection.execute(update(text_drafts).where(_is(text_drafts, what)).values(**changed))
    draft = draft_of(connection, what)
    shown = None if before is None else {"version": before.version, "digest": before.text_digest}
    after = {"version": draft.version, "digest": draft.digest}
    audit.record(connection, now, actor, "save-draft", what.kind, what.name, shown, after)
    return draft


def names(connection: Connection, kind: str) -> dict[str, int | None]:
    """Every name of a kind that has a draft or was published, with its newest version."""
    published = select(text_versions.c.name, func.max(text_versions.c.version).label("version"))
    drafted = select(text_drafts.c.name).where(text_drafts.c.kind == kind)
    found: dict[str, int | None] = dict.fromkeys(connection.scalars(drafted))
    rows = connection.execute(published.where(text_versions.c.kind == kind).group_by(text_versions.c.name))
    return dict(sorted({**found, **{row.name: row.version for row in rows}}.items()))


def latest(connection: Connection, what: Target) -> Version | None:
    """The version in force; None where none was published."""
    found = versions(connection, what, limit=1)
    return found[0] if found else None


def versions(
    connection: Connection, what: Target, *, below: int | None = None, limit: int = 200
) -> tuple[Version, ...]:
    """Published versions, the newest first; those below a number, for the next page."""
    asked = select(text_versions).where(_is(text_versions, what)).order_by(text_versions.c.version.desc())
    if below is not None:
        asked = asked.where(text_versions.c.version < below)
    return tuple(_version(row) for row in connection.execute(asked.limit(limit)))


def version_of(connection: Connection, what: Target, number: int) -> Version:
    """One published version. Raises NotFound."""
    asked = select(text_versions).where(_is(text_versions, what), text_versions.c.version == number)
    row = connection.execute(asked).one_or_none()
    if row is None:
        raise not_found(f"version of the {what.kind}", f"{what.name}@{number}")
    return _version(row)


def text_of(connection: Connection, what: Target, number: int) -> str:
    """The text of a published version. Raises NotFound."""
    return _text(connection, version_of(connection, what, number).digest)


def publish_draft(
    connection: Connection, now: datetime.datetime, actor: str, what: Target, draft: Draft, note: str
) -> Version:
    """Make the next version of a draft that was found good; the draft goes on from there.

    Raises Outdated where the draft was edited, or a version published, since it was read, and NotAllowed where it is
    equal to the version in force.
    """
    _fits(what, _draft_row(connection, what), draft.version)
    newest = latest(connection, what)
    if newest and newest.version != draft.base:
        message = f"Version {newest.version} of “{what.name}” was published after the draft was begun."
        hint = f"compare them, then save the draft as based on {newest.version}"
        raise Outdated([Fault("", message, hint)])
    if newest and newest.digest == draft.digest:
        raise not_allowed(f"The draft is equal to version {newest.version}, which is in force.", "edit it first")
    return _publish(connection, now, actor, what, ("publish", draft.digest, note, None))


def publish_again(
    connection: Connection, now: datetime.datetime, actor: str, what: Target, number: int, note: str
) -> Version:
    """Make an earlier version the newest one, under a number of its own. A draft that was edited stays as it is.

    Raises NotFound, and NotAllowed where that version is in force.
    """
    old, newest = version_of(connection, what, number), latest(connection, what)
    if newest and newest.digest == old.digest:
        raise not_allowed(f"The text of version {number} is in force, as version {newest.version}.")
    return _publish(connection, now, actor, what, ("rollback", old.digest, note, number))


def note_faults(note: str) -> tuple[Fault, ...]:
    """What is wrong with a note."""
    if len(note) <= LONGEST_NOTE:
        return ()
    return (Fault("", f"The note is longer than {LONGEST_NOTE:,} characters.", "say why in a sentence or two", "note"),)


def _publish(
    connection: Connection, now: datetime.datetime, actor: str, what: Target, change: tuple[str, str, str, int | None]
) -> Version:
    action, digest, note, restored = change
    before = latest(connection, what)
    version = Version(before.version + 1 if before else 1, digest, actor, now, note, restored)
    connection.execute(insert(text_versions).values(**what._asdict(), **version._asdict()))
    untouched = {digest, before.digest if before else digest}
    following = and_(_is(text_drafts, what), text_drafts.c.text_digest.in_(untouched))
    moved = {"text_digest": digest, "base_version": version.version, "version": text_drafts.c.version + 1}
    connection.execute(update(text_drafts).where(following).values(**moved))
    shown = None if before is None else {"version": before.version, "digest": before.digest}
    after = {"version": version.version, "digest": digest, "note": note, "restored_from": restored}
    audit.record(connection, now, actor, action, what.kind, what.name, shown, after)
    return version


def _fits(what: Target, row: Row[Any] | None, version: int | None) -> None:
    """Raise where the draft is not the one that the caller has read."""
    if row is None and version is not None:
        raise not_found(f"draft of a {what.kind}", what.name, "save one first")
    if row is not None and version is None:
        raise Exists(
            [Fault("", f"There is a draft of “{what.name}”, at version {row.version}.", "read it, then edit it")]
        )
    if row is not None and row.version != version:
        raise outdated("draft", what.name, row.version)


def _packed(text: str) -> Packed:
    if len(text) > MOST_CHARACTERS:
        raise BadInput([Fault("/text", f"Longer than {MOST_CHARACTERS:,} characters.", "split it with “extends”")])
    try:
        return pack(text.encode())
    except UnicodeEncodeError:
        raise BadInput([Fault("/text", "Holds half a character (a lone surrogate).", "write the whole one")]) from None


def _draft_row(connection: Connection, what: Target) -> Row[Any] | None:
    return connection.execute(select(text_drafts).where(_is(text_drafts, what))).one_or_none()


def _is(table: Any, what: Target) -> Any:
    return and_(table.c.kind == what.kind, table.c.name == what.name)


def _version(row: Row[Any]) -> Version:
    return Version(*(getattr(row, field) for field in Version._fields))


def _text(connection: Connection, digest: str) -> str:
    content = get(connection, digest)
    if content is None:
        raise bad_store(f"The text {digest} is not in the store.", "put back the last copy of the database")
    return content.decode()
