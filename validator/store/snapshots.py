"""Documents, overlays, reports and rulesets, each stored once under the SHA-256 digest of its bytes, compressed.

`pack` needs no database: call it before the transaction begins, which holds up every other writer.
"""

from __future__ import annotations

import datetime
import hashlib
import zlib
from typing import NamedTuple

from sqlalchemy import Connection, delete, exists, insert, not_, or_, select

from validator.errors import BadInput, Fault
from validator.store.faults import bad_store
from validator.store.tables import connections, runs, snapshots, syncs, text_drafts, text_versions

MOST = 256 * 1024 * 1024
"""Bytes that a snapshot may have before compression."""
_REFERENCES = (
    runs.c.report_digest,
    runs.c.document_digest,
    runs.c.overlay_digest,
    runs.c.ruleset_digest,
    runs.c.failure_table_digest,
    connections.c.overlay_digest,
    syncs.c.document_digest,
    text_versions.c.digest,
    text_drafts.c.text_digest,
)
"""Every column that names a snapshot, the likeliest first; each has an index, which `remove_orphans` looks into."""


class Packed(NamedTuple):
    """Bytes made ready to be stored."""

    digest: str
    data: bytes
    """Compressed."""
    size: int
    """Bytes before compression."""


def pack(content: bytes, *, most: int = MOST) -> Packed:
    """The bytes with their digest, compressed. Raises BadInput for more than `most` bytes."""
    if len(content) > most:
        hint = f"split the set, or send less text: at most {most:,} bytes are stored"
        raise BadInput([Fault("", f"{len(content):,} bytes are too many to be stored.", hint)])
    return Packed(f"sha256:{hashlib.sha256(content).hexdigest()}", zlib.compress(content), len(content))


def put(connection: Connection, packed: Packed, now: datetime.datetime) -> str:
    """Store the bytes unless they are stored already; gives their digest.

    What refers to the snapshot is to be written in the same transaction, or else it is an orphan.
    """
    if not is_stored(connection, packed.digest):
        connection.execute(insert(snapshots).values(**packed._asdict(), created_at=now))
    return packed.digest


def get(connection: Connection, digest: str) -> bytes | None:
    """The bytes of that digest; None where they were never stored, or removed since. Raises BadStore for damaged ones."""
    row = connection.execute(
        select(snapshots.c.data, snapshots.c.size).where(snapshots.c.digest == digest)
    ).one_or_none()
    if row is None:
        return None
    content = _unpacked(row.data, row.size)
    if content is None or f"sha256:{hashlib.sha256(content).hexdigest()}" != digest:
        raise bad_store(f"The snapshot {digest} is damaged.", "put back the last copy of the database")
    return content


def is_stored(connection: Connection, digest: str) -> bool:
    """Whether the bytes of that digest are there."""
    return connection.execute(select(snapshots.c.digest).where(snapshots.c.digest == digest)).first() is not None


def remove_orphans(connection: Connection, before: datetime.datetime, at_most: int = 500) -> int:
    """Remove snapshots stored before that moment which nothing refers to, the oldest first; gives how many.

    Fewer than `at_most` were removed: none is left. Every writer waits meanwhile, so remove many in several transactions.
    """
    referred = or_(*(exists().where(column == snapshots.c.digest) for column in _REFERENCES))
    orphans = select(snapshots.c.digest).where(snapshots.c.created_at < before, not_(referred))
    found = connection.scalars(orphans.order_by(snapshots.c.created_at).limit(at_most)).all()
    connection.execute(delete(snapshots).where(snapshots.c.digest.in_(found)))
    return len(found)


def _unpacked(data: bytes, size: int) -> bytes | None:
    try:
        content = zlib.decompressobj().decompress(data, size + 1)
    except zlib.error:
        return None
    return content if len(content) == size else None
