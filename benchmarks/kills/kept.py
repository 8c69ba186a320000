"""Whether the store has all that was acknowledged, each once, and nothing that nobody asked for."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Engine, select

from benchmarks.kills.ledger import Answer, Request
from benchmarks.kills.person import Person
from validator.store.engine import reading
from validator.store.tables import audit, connections, decisions, finding_events, idempotency, keys, runs, waivers
from validator.store.tables import text_versions as versions

SETTING_UP = "kills"
"""Who made what was there before the first kill."""
_MADE = (
    select(runs.c.document_digest),
    select(waivers.c.reason).where(waivers.c.kind == "waiver"),
    select(decisions.c.rationale),
    select(keys.c.name).where(keys.c.created_by != SETTING_UP),
    select(connections.c.id),
    select(versions.c.note),
)
"""By what each thing that is made once can be told apart."""
_MOMENTS = {"acknowledge": "acknowledged_at", "end": "ended_at", "revoke": "revoked_at"}
"""What the answer calls the moment at which a thing happened that has no name."""
_EDITS = ("change", "overlay", "save-draft")
Edit = tuple[str, str, int, str]
"""A row of the audit trail on what has versions: action, id, the version that it made, what that says."""


class Kept(NamedTuple):
    """What is not as it must be, one line each."""

    lost: list[str]
    doubled: list[str]
    unasked: list[str]
    """There, though it was refused, or nobody asked for it, or it is still to be made."""


class _Store(NamedTuple):
    """What is in the store."""

    made: Counter[str]
    edits: Counter[Edit]
    moments: set[str]
    running: set[str]
    """Marks of the requests that are under way, or were when their process died."""


def kept(engine: Engine, people: Sequence[Person]) -> Kept:
    """Compare the store with what people know."""
    with reading(engine) as connection:
        store = _store(connection)
    found = Kept([], [], [])
    found.doubled.extend(f"{name}: made {times} times" for name, times in store.made.items() if times > 1)
    found.doubled.extend(f"{edit}: told {times} times" for edit, times in store.edits.items() if times > 1)
    known: set[str] = set()
    for person in people:
        known |= {_name(request) for request, _ in person.ledger.acknowledged.values()}
        found.lost.extend(_lost(store, person))
        found.unasked.extend(_too_early(store, person))
    found.unasked.extend(f"{name}: made for nobody" for name in store.made.keys() - known)
    return found


def _store(connection: Connection) -> _Store:
    made = Counter(name for asked in _MADE for name in connection.scalars(asked))
    adopted = connection.scalars(select(audit.c.after).where(audit.c.action == "adopt"))
    made.update(after["reason"] for after in adopted)
    rows = connection.execute(select(audit).where(audit.c.action.in_(_EDITS)))
    seen = select(finding_events.c.at).where(finding_events.c.event == "acknowledged")
    moments = [seen, select(waivers.c.ended_at), select(keys.c.revoked_at)]
    running = select(idempotency.c.key).where(idempotency.c.state == "running")
    return _Store(
        made=made,
        edits=Counter((row.action, row.target_id, row.after["version"], _said(row)) for row in rows),
        moments={at.isoformat() for asked in moments for at in connection.scalars(asked) if at is not None},
        running=set(connection.scalars(running)),
    )


def _lost(store: _Store, person: Person) -> Iterator[str]:
    ledger = person.ledger
    for request, answer in ledger.acknowledged.values():
        if request.place in ledger.removed:
            continue
        if not _is_there(store, request, answer):
            yield f"{request.mark}: acknowledged, and not there"
    for request in ledger.applied.values():
        edit = _edit(request)
        if edit and not store.edits[edit]:
            yield f"{request.mark}: it seems made, and nothing tells of it"


def _is_there(store: _Store, request: Request, answer: Answer) -> bool:
    edit = _edit(request)
    if edit:
        return store.edits[edit] > 0
    if request.kind in _MOMENTS:
        return answer.data[_MOMENTS[request.kind]] in store.moments
    return store.made[_name(request)] > 0 or not request.is_keyed


def _too_early(store: _Store, person: Person) -> Iterator[str]:
    """What is there although its request was refused, or has not been served."""
    refused = [request for request, _ in person.ledger.refused.values()]
    for request in (*refused, *(one.request for one in person.ledger.open.values())):
        edit = _edit(request)
        if store.made[_name(request)] or (edit and store.edits[edit]):
            yield f"{request.mark}: made, though refused or not served"
    for mark in store.running - person.ledger.open.keys():
        if mark in person.ledger.acknowledged or mark in person.ledger.refused:
            yield f"{mark}: its answer came, and its claim stands"


def _name(request: Request) -> str:
    """By what the thing that a request makes can be told apart in the store."""
    return digest_of(orjson.dumps(request.body)) if request.kind == "run" else request.mark


def _edit(request: Request) -> Edit | None:
    """The row of the audit trail that a change of something with versions must have."""
    read = request.headers.get("If-Match", '"v0"').strip('"v')
    if request.kind == "change":
        return "change", request.place, int(read) + 1, request.mark
    if request.kind == "overlay":
        digest = digest_of(orjson.dumps(request.body)) if request.body else ""
        return "overlay", request.place, int(read) + 1, digest
    if request.kind == "draft":
        return "save-draft", request.path.split("/")[-2], int(read) + 1, digest_of(request.body["text"].encode())
    return None


def _said(row: Any) -> str:
    names = {"change": "name", "overlay": "overlay_digest", "save-draft": "digest"}
    return row.after[names[row.action]] or ""


def digest_of(content: bytes) -> str:
    """The digest under which the store keeps bytes."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
