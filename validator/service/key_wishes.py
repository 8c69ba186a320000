"""What a key may be asked to be: its name, its role, the connections that it is for, and its end."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, or_, select

from validator.errors import BadInput, Fault
from validator.store.tables import connections, keys

ROLES = ("reader", "submitter", "editor", "publisher", "admin")
"""What a key may do, each more than the one before it."""
LONGEST_NAME = 100
_NAME = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,100}")
_OURS = ("cli:", "anonymous", "system")
"""What the name of nobody's key begins with."""
RESERVED = frozenset({"delivery", "retention", "schedule"})
"""Names under which the service itself stands in the audit trail."""


class Wish(NamedTuple):
    """A key to be made."""

    name: str
    role: str
    connections: Sequence[str] | None = None
    """Ids of the connections that it is for; None: all."""
    expires_at: datetime.datetime | None = None


def refuse_faults(connection: Connection, wish: Wish, now: datetime.datetime) -> None:
    """Go on if such a key can be meant; raises BadInput with every fault if not."""
    faults = [*_of_name(connection, wish.name, now), *_of_role(wish.role), *_of_scope(connection, wish.connections)]
    if wish.expires_at is not None and wish.expires_at <= now:
        faults.append(Fault("/expires_at", "The key would have expired already.", "give a moment to come"))
    if faults:
        raise BadInput(faults)


def _of_name(connection: Connection, name: str, now: datetime.datetime) -> Iterator[Fault]:
    if not _NAME.fullmatch(name) or name != name.strip():
        yield Fault("/name", f"A key needs a name of 1 to {LONGEST_NAME} characters in one line.")
    elif name.casefold().startswith(_OURS) or name.casefold() in RESERVED:
        yield Fault("/name", "This name is taken for what is done without a key.", "name the app that uses it")
    elif _is_in_use(connection, name, now):
        hint = "revoke that one first, or choose another name: the audit trail tells keys apart by it"
        yield Fault("/name", "There is an active key of this name.", hint)


def _is_in_use(connection: Connection, name: str, now: datetime.datetime) -> bool:
    lasts = or_(keys.c.expires_at.is_(None), keys.c.expires_at > now)
    asked = select(keys.c.id).where(keys.c.name == name, keys.c.revoked_at.is_(None), lasts)
    return connection.execute(asked.limit(1)).first() is not None


def _of_role(role: str) -> Iterator[Fault]:
    if role not in ROLES:
        yield Fault("/role", "There is no such role.", f"there are: {', '.join(ROLES)}")


def _of_scope(connection: Connection, scope: Sequence[str] | None) -> Iterator[Fault]:
    if scope is not None and not scope:
        yield Fault("/connections", "A key for no connection opens nothing.", "leave it out for all of them")
    for number, id in enumerate(scope or ()):
        if connection.execute(select(connections.c.id).where(connections.c.id == id)).first() is None:
            yield Fault(f"/connections/{number}", f"There is no connection “{id[:100]}”.")
