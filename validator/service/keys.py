"""API keys: made, shown once, found again by what is presented, revoked.

A key reads `okrv_<id>_<secret>`. The store holds the id, which may be shown, and an HMAC-SHA256 of the whole under the
pepper; 256 random bits need no slow hash. With the hash stands a mark of the pepper, so that a wrong one is noticed before
every key is refused.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import re
import secrets
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, insert, or_, select, tuple_, update

from validator.service import audit
from validator.service.key_wishes import ROLES, Wish, refuse_faults
from validator.store.tables import keys

USE_IS_NOTED_EVERY = datetime.timedelta(minutes=1)
_KIND = "hmac-sha256"
_SHAPE = re.compile(r"okrv_([0-9a-f]{16})_[0-9a-f]{64}")


class Key(NamedTuple):
    """A key as it may be shown."""

    id: str
    name: str
    role: str
    connections: tuple[str, ...] | None
    """Ids of the connections that it is for; None: all, and what belongs to none."""
    created_by: str
    created_at: datetime.datetime
    expires_at: datetime.datetime | None
    revoked_at: datetime.datetime | None
    last_used_at: datetime.datetime | None


_NOBODY = Key("", "", "reader", None, "", datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC), None, None, None)
"""Stands for the key that is not there, so that looking at it takes as long."""


class Checked(NamedTuple):
    """What became of a key that was presented."""

    key: Key | None
    """The key; None where it is refused."""
    reason: str
    """Why it is refused, for the audit trail only; empty where it is not."""
    shown: str
    """Its id, where it has the shape of a key of ours; else empty."""


def create(connection: Connection, pepper: bytes, now: datetime.datetime, actor: str, wish: Wish) -> tuple[Key, str]:
    """Make a key; gives it with its whole text, which can never be read again. Raises BadInput."""
    refuse_faults(connection, wish, now)
    id = secrets.token_hex(8)
    text = f"okrv_{id}_{secrets.token_hex(32)}"
    scope = None if wish.connections is None else tuple(sorted(set(wish.connections)))
    key = Key(id, wish.name, wish.role, scope, actor, now, wish.expires_at, None, None)
    connection.execute(insert(keys).values(**key._asdict(), digest=f"{_KIND}:{mark(pepper)}:{_hash(pepper, text)}"))
    audit.record(connection, now, actor, "create", "key", id, None, _audited(key))
    return key, text


def revoke(connection: Connection, now: datetime.datetime, actor: str, id: str) -> Key | None:
    """End a key for good; None where there is none. One that ended before stays as it is."""
    key = find(connection, id)
    if key is None or key.revoked_at is not None:
        return key
    ended = key._replace(revoked_at=now)
    connection.execute(update(keys).where(keys.c.id == id).values(revoked_at=now))
    audit.record(connection, now, actor, "revoke", "key", id, _audited(key), _audited(ended))
    return ended


def find(connection: Connection, id: str) -> Key | None:
    """The key of that id."""
    row = connection.execute(select(keys).where(keys.c.id == id)).one_or_none()
    return None if row is None else _key(row)


def id_in(text: str) -> str:
    """The id in a whole key; any other text as it is."""
    shape = _SHAPE.fullmatch(text)
    return shape[1] if shape else text


def listed(connection: Connection, *, below: str | None = None, limit: int = 50) -> tuple[Key, ...]:
    """The newest keys first, revoked ones too; `below` is the id of the last one of the page before."""
    asked = select(keys).order_by(keys.c.created_at.desc(), keys.c.id.desc()).limit(limit)
    if below is not None:
        last = select(keys.c.created_at).where(keys.c.id == below).scalar_subquery()
        asked = asked.where(tuple_(keys.c.created_at, keys.c.id) < tuple_(last, below))
    return tuple(_key(row) for row in connection.execute(asked))


def any_made(connection: Connection) -> bool:
    """Whether a key was ever made; a revoked one counts, so that revoking the last never opens the service."""
    return connection.execute(select(keys.c.id).limit(1)).first() is not None


def mark(pepper: bytes) -> str:
    """What tells a pepper from others, and tells nothing of it."""
    return _hash(pepper, "the mark of this pepper")[:16]


def peppers_of(connection: Connection) -> frozenset[str]:
    """Marks of the peppers of all keys that were not revoked; "" for keys made before marks were."""
    held = connection.scalars(select(keys.c.digest).where(keys.c.revoked_at.is_(None)))
    return frozenset(digest.removeprefix(_KIND).rpartition(":")[0].removeprefix(":") for digest in held)


def check(connection: Connection, pepper: bytes, presented: str | None, now: datetime.datetime) -> Checked:
    """What the presented text is good for. The same is done for a key that is unknown, wrong, revoked or expired."""
    text = presented or ""
    shape = _SHAPE.fullmatch(text)
    id = shape[1] if shape else ""
    row = connection.execute(select(keys).where(keys.c.id == id)).one_or_none()
    key, digest = (_NOBODY, _hash(pepper, "")) if row is None else (_key(row), row.digest.rpartition(":")[2])
    same = hmac.compare_digest(_hash(pepper, text), digest) and row is not None
    reason = _refusal(status_of(key, now), text, id, same=same)
    return Checked(None if reason else key, reason, id)


def note_use(connection: Connection, id: str, now: datetime.datetime) -> None:
    """Note that a key was used, unless that was noted less than a minute ago."""
    stale = or_(keys.c.last_used_at.is_(None), keys.c.last_used_at <= now - USE_IS_NOTED_EVERY)
    connection.execute(update(keys).where(keys.c.id == id, stale).values(last_used_at=now))


def use_is_stale(key: Key, now: datetime.datetime) -> bool:
    """Whether it is time to note a use."""
    return key.last_used_at is None or now - key.last_used_at >= USE_IS_NOTED_EVERY


def status_of(key: Key, now: datetime.datetime) -> str:
    """The state of a key in one word: active, expired or revoked."""
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_at is not None and now >= key.expires_at else "active"


def allows(held: str, needed: str) -> bool:
    """Whether a role may do what needs another."""
    return ROLES.index(held) >= ROLES.index(needed)


def _refusal(status: str, text: str, id: str, *, same: bool) -> str:
    if not text:
        return "no key"
    if not same:
        return "unknown key" if id else "not a key"
    return "" if status == "active" else f"{status} key"


def _hash(pepper: bytes, text: str) -> str:
    return hmac.new(pepper, text.encode(errors="replace"), hashlib.sha256).hexdigest()


def _audited(key: Key) -> dict[str, Any]:
    """What the audit trail says of a key."""
    ends = {name: moment and moment.isoformat() for name, moment in key._asdict().items() if name in _ENDS}
    return {"name": key.name, "role": key.role, "connections": key.connections, **ends}


_ENDS = ("expires_at", "revoked_at")


def _key(row: Row[Any]) -> Key:
    values = {name: row._mapping[name] for name in Key._fields}
    scope = values["connections"]
    return Key(**{**values, "connections": None if scope is None else tuple(scope)})
