"""Named sources of OKR sets: the resource /v1/connections."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from typing import Any

import orjson
from flask import Response, g, request
from sqlalchemy import Connection, Row

from validator.api import etags, idempotent
from validator.api.body import parse_json, read_all
from validator.api.connection_schemas import (
    ChangeSchema,
    ConnectionListSchema,
    ConnectionSchema,
    NewConnectionSchema,
    shown,
)
from validator.api.cursors import PageSchema, cursor_of, page, place_of
from validator.api.data import as_json
from validator.api.denials import forbidden
from validator.api.guard import guard_of_app
from validator.api.openapi import Answer, Blueprint, resource
from validator.api.problems import Problem
from validator.api.refused import refused
from validator.api.sent import sent
from validator.api.services import services
from validator.api.stored import store
from validator.document.schema import OkrSetSchema
from validator.service import connections, keys
from validator.service.connections import Proposal
from validator.service.lookups import a_connection
from validator.service.sync_source import SENT_HERE, is_source
from validator.service.sync_status import statuses
from validator.store.engine import reading, writing
from validator.store.snapshots import get

blueprint = Blueprint("connections", __name__, description="Named sources, each with a history.")
_LOCATION = {"Location": {"description": "The connection.", "schema": {"type": "string"}}}


def _body(schema: Any) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


@resource(
    blueprint,
    "/v1/connections",
    Answer(ConnectionListSchema, "The connections."),
    query=PageSchema,
)
def list_connections(query: dict[str, Any]) -> Response:
    """List the connections that the key may see."""
    limit = query["limit"]
    with refused(), reading(store()) as connection:
        found, more = page(
            connections.list_connections(
                connection, after=place_of(query) or "", within=g.connections, limit=limit + 1
            ),
            limit,
        )
        status = statuses(connection, _now(), [row.id for row in found])
    listed = [shown(row, status[row.id]) for row in found]
    return as_json({"connections": listed, "next": cursor_of(found[-1].id) if more else None})


@resource(
    blueprint,
    "/v1/connections",
    Answer(ConnectionSchema, "The connection.", headers={**_LOCATION, **etags.ETAG}, status=201),
    method="POST",
    requestBody=_body(NewConnectionSchema),
    parameters=[idempotent.PARAMETER],
)
@idempotent.idempotent()
def create_connection(keep: idempotent.Keep) -> Response:
    """Make a connection.

    One with settings, or whose connector asks a tool, needs the role admin: they say which secret is sent to which address.
    """
    engine, asked = store(), sent(NewConnectionSchema())
    if asked.get("settings") or is_source(asked.get("connector", SENT_HERE)):
        _must_be_admin()
    id = asked.pop("id")
    with refused(), writing(engine) as connection:
        row = connections.create(connection, _now(), g.actor, id, Proposal(**asked), secrets=_secrets())
        shown_now = shown(row, statuses(connection, _now(), [id])[id])
        response = as_json(shown_now, {"Location": f"/v1/connections/{id}"}, status=201)
        return keep(connection, etags.tagged(response, row.version))


@resource(
    blueprint,
    "/v1/connections/<connection_id>",
    Answer(ConnectionSchema, "The connection.", headers=etags.ETAG),
)
def show_connection(connection_id: str) -> Response:
    """Show a connection."""
    with refused(), reading(store()) as connection:
        return _answer(connection, a_connection(connection, connection_id))


@resource(
    blueprint,
    "/v1/connections/<connection_id>",
    Answer(ConnectionSchema, "The connection.", headers=etags.ETAG),
    method="PATCH",
    requestBody=_body(ChangeSchema),
    parameters=[etags.IF_MATCH],
)
def change_connection(connection_id: str) -> Response:
    """Change a connection; what the body leaves out stays.

    `connector` and `settings` need the role admin: they say which secret is sent to which address.
    """
    engine, changes, version = store(), sent(ChangeSchema()), etags.version_read()
    if changes.keys() & {"connector", "settings"}:
        _must_be_admin()
    with refused(), writing(engine) as connection:
        changed = connections.change(
            connection, _now(), g.actor, connection_id, changes, version=version, secrets=_secrets()
        )
        return _answer(connection, changed)


@resource(
    blueprint,
    "/v1/connections/<connection_id>",
    Answer(ConnectionSchema, "The connection, as it was."),
    method="DELETE",
    parameters=[etags.IF_MATCH],
)
def remove_connection(connection_id: str) -> Response:
    """Remove a connection with its runs, findings, waivers and decisions."""
    engine, version = store(), etags.version_read()
    with refused(), writing(engine) as connection:
        return as_json(shown(connections.remove(connection, _now(), g.actor, connection_id, version=version)))


@resource(
    blueprint,
    "/v1/connections/<connection_id>/overlay",
    Answer({"type": "object"}, "The overlay: a document that is laid over every set.", headers=etags.ETAG),
)
def show_overlay(connection_id: str) -> Response:
    """Show what is laid over every set of a connection."""
    with refused(), reading(store()) as connection:
        row = a_connection(connection, connection_id)
        content = get(connection, row.overlay_digest) if row.overlay_digest else None
    if content is None:
        raise Problem(404, "not-found", "The connection has no overlay.")
    return etags.tagged(as_json(orjson.loads(content)), row.version)


@resource(
    blueprint,
    "/v1/connections/<connection_id>/overlay",
    Answer(ConnectionSchema, "The connection.", headers=etags.ETAG),
    method="PUT",
    requestBody=_body(OkrSetSchema),
    parameters=[etags.IF_MATCH],
)
def set_overlay(connection_id: str) -> Response:
    """Lay a document over every set of a connection: what the tool cannot hold. The ETag is the connection's."""
    engine = store()
    if request.mimetype != "application/json":
        raise Problem(415, "unsupported-body", "Send JSON, as application/json.")
    document = parse_json(read_all(request))
    with refused():
        packed, version = connections.pack_overlay(document), etags.version_read()
        with writing(engine) as connection:
            row = connections.set_overlay(connection, _now(), g.actor, connection_id, packed, version=version)
            return _answer(connection, row)


@resource(
    blueprint,
    "/v1/connections/<connection_id>/overlay",
    Answer(ConnectionSchema, "The connection.", headers=etags.ETAG),
    method="DELETE",
    parameters=[etags.IF_MATCH],
)
def remove_overlay(connection_id: str) -> Response:
    """Take the overlay away."""
    engine, version = store(), etags.version_read()
    with refused(), writing(engine) as connection:
        row = connections.set_overlay(connection, _now(), g.actor, connection_id, None, version=version)
        return _answer(connection, row)


def _answer(connection: Connection, row: Row[Any]) -> Response:
    return etags.tagged(as_json(shown(row, statuses(connection, _now(), [row.id])[row.id])), row.version)


def _must_be_admin() -> None:
    """Go on where the key has the role admin; raises Problem (403). To be called before a transaction that writes."""
    if not keys.allows(g.role, "admin"):
        raise forbidden("wrong role", g.key_id)


def _secrets() -> Collection[str] | None:
    return services().settings.secrets


def _now() -> datetime.datetime:
    return guard_of_app().clock()
