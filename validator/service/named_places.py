"""Every place of the store that may name a person: columns of tables, and snapshots by the columns that refer to them."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson
from sqlalchemy import Column, ColumnElement, Connection, Table, null, select, tuple_

from validator.service.alerting import EMAIL, OWNERS, addresses
from validator.service.people import Person
from validator.service.pseudonyms import Terms, without
from validator.store.snapshots import get
from validator.store.tables import (
    attempts,
    audit,
    connections,
    decisions,
    deliveries,
    endpoints,
    events,
    finding_events,
    finding_owners,
    finding_teams,
    findings,
    idempotency,
    keys,
    runs,
    syncs,
    text_drafts,
    text_versions,
    waivers,
)

COLUMNS: dict[Table, tuple[str, ...]] = {
    connections: ("name", "settings"),
    endpoints: ("name", "target", "disabled_why"),
    events: ("data", "people", "teams"),
    deliveries: ("person", "problem"),
    attempts: ("problem",),
    runs: ("asked_by",),
    syncs: ("asked_by", "problem", "pulled"),
    findings: ("acknowledged_by", "message", "items", "cause"),
    finding_events: ("actor", "cause"),
    waivers: ("owner", "reason", "created_by", "approved_by", "ended_by", "team", "item_id"),
    decisions: ("decider", "gives_way", "tie_breaker", "rationale", "forum", "recorded_by"),
    keys: ("name", "created_by"),
    text_versions: ("published_by", "note"),
    text_drafts: ("updated_by",),
    audit: ("actor", "target_id", "before", "after"),
    finding_teams: ("team",),
    finding_owners: ("owner",),
    idempotency: ("actor", "headers", "body"),
}
"""Columns with names or texts; those of the last three are keys, or answers in bytes."""
REFERENCES: tuple[Column[Any], ...] = (
    runs.c.document_digest, runs.c.overlay_digest, runs.c.report_digest, connections.c.overlay_digest,
    text_drafts.c.text_digest,
)  # fmt: skip
"""Columns that refer to snapshots in which people are named, and which may be rewritten: published texts never are."""
_BATCH = 500


class Place(NamedTuple):
    """A row that names the person, as it is and as it would be without."""

    table: Table
    key: dict[str, Any]
    connection: str | None
    before: dict[str, Any]
    after: dict[str, Any]
    """The same columns as `before`: those that would change."""


class Reference(NamedTuple):
    """A snapshot that rows of a connection refer to by a column."""

    column: Column[Any]
    connection: str | None
    digest: str


class Text(NamedTuple):
    """A snapshot that names the person, as it is and as it would be without."""

    before: Any
    after: Any


def batches(connection: Connection, table: Table, after: tuple[Any, ...] | None) -> list[Any]:
    """The next rows of a table in the order of its key, after those of the key given."""
    key = list(table.primary_key.columns)
    asked = select(table).order_by(*key).limit(_BATCH)
    if after is not None:
        asked = asked.where(tuple_(*key) > tuple_(*after))
    return list(connection.execute(asked))


def key_of(table: Table, row: Any) -> tuple[Any, ...]:
    """The key of a row."""
    return tuple(row._mapping[column] for column in table.primary_key.columns)


def place_of(table: Table, row: Any, person: Person, made: dict[str | None, Terms]) -> Place | None:
    """What a row would be without the person; None where it does not name them. `made` keeps what to look for."""
    values = {column.name: row._mapping[column] for column in table.columns}
    scope = _scope(table, values)
    if scope not in made:
        made[scope] = person.terms(scope)
    terms = made[scope]
    before = {name: _read(values[name]) for name in COLUMNS[table]}
    after = {name: _without(table, name, value, values, terms) for name, value in before.items()}
    changed = [name for name in before if before[name] != after[name]]
    if not changed:
        return None
    key = {column.name: values[column.name] for column in table.primary_key.columns}
    return Place(table, key, scope, {name: before[name] for name in changed}, {name: after[name] for name in changed})


def references(connection: Connection, column: Column[Any]) -> list[Reference]:
    """What a column refers to, once for each connection."""
    asked = select(scope_of(column), column).where(column.is_not(None)).distinct()
    return sorted((Reference(column, *row) for row in connection.execute(asked)), key=_order)


def scope_of(column: Column[Any]) -> ColumnElement[Any]:
    """What says to which connection a reference belongs; drafts of texts belong to none."""
    if column.table is text_drafts:
        return null()
    scope: Column[Any] = runs.c.connection_id if column.table is runs else connections.c.id
    return scope


def text_of(connection: Connection, reference: Reference, person: Person) -> Text | None:
    """What a snapshot would be without the person; None where it does not name them, or is gone."""
    content = get(connection, reference.digest)
    is_draft = reference.column.table is text_drafts
    value = content.decode(errors="replace") if content is not None and is_draft else _read(content)
    after = without(value, person.terms(reference.connection))
    return None if after == value else Text(value, after)


def _order(reference: Reference) -> tuple[str, str]:
    return reference.connection or "", reference.digest


def _without(table: Table, name: str, value: Any, values: dict[str, Any], terms: Terms) -> Any:
    if table is waivers and name == "item_id" and values["item_kind"] != "person":
        return value
    if table is endpoints and name == "target" and values["kind"] == EMAIL:
        return _without_address(value, terms)
    return without(value, terms, "person" if (table, name) == (waivers, "item_id") else name)


def _without_address(target: str, terms: Terms) -> str:
    """The other addresses of an e-mail endpoint; the pseudonym, which is none, where there is no other."""
    listed = [] if target == OWNERS else addresses(target)
    left = [address for address in listed if without(address, terms) == address]
    return target if left == listed else ", ".join(left) or terms.pseudonym


def _scope(table: Table, values: dict[str, Any]) -> str | None:
    """The connection of a row: ids of people mean somebody within one only."""
    if table is connections:
        return str(values["id"])
    if table is audit:
        return _scope_of_entry(values)
    scope: str | None = values.get("connection_id")
    return scope


def _scope_of_entry(values: dict[str, Any]) -> str | None:
    """The connection that an entry of the audit trail is about: its target says it, or what was changed."""
    if values["target_kind"] in ("connection", "finding"):
        return str(values["target_id"]).partition("/")[0]  # a finding is named by its connection, a slash and its id
    sides = (values["after"] or {}, values["before"] or {})
    return next((side["connection_id"] for side in sides if side.get("connection_id")), None)


def _read(value: Any) -> Any:
    """Bytes as the JSON or the text that they hold; anything else as it is."""
    if not isinstance(value, bytes):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value.decode(errors="replace")
