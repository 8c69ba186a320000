"""Making published versions: the next one of a draft, or an earlier one again. What they say was found good before."""

from __future__ import annotations

import datetime

from sqlalchemy import Connection, and_, insert, update

from validator.errors import Fault
from validator.service import audit
from validator.service.drafts import Draft, check_read
from validator.service.faults import Outdated
from validator.service.lookups import not_allowed
from validator.service.texts import Target, Version, is_of, latest, version_of
from validator.store.tables import text_drafts, text_versions

LONGEST_NOTE = 2_000


def publish_draft(
    connection: Connection, now: datetime.datetime, actor: str, what: Target, draft: Draft, note: str
) -> Version:
    """Make the next version of a draft that was found good; the draft goes on from there.

    Raises Outdated where the draft was edited, or a version published, since it was read, and NotAllowed where it is
    equal to the version in force.
    """
    check_read(connection, what, draft.version)
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
    following = and_(is_of(text_drafts, what), text_drafts.c.text_digest.in_(untouched))
    moved = {"text_digest": digest, "base_version": version.version, "version": text_drafts.c.version + 1}
    connection.execute(update(text_drafts).where(following).values(**moved))
    shown = None if before is None else {"version": before.version, "digest": before.digest}
    after = {"version": version.version, "digest": digest, "note": note, "restored_from": restored}
    audit.record(connection, now, actor, action, what.kind, what.name, shown, after)
    return version
