"""Named sources of OKR sets: the resource /v1/connections."""

from __future__ import annotations

import datetime
from typing import Any

import orjson
from flask import Response, g, request
from sqlalchemy import Row

from validator.api import etags, idempotent
from validator.api.authentication import guard_of_app
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
from validator.api.openapi import Answer, Blueprint, resource
from validator.api.problems import Problem
from validator.api.refused import refused
from validator.api.sent import sent
from validator.api.stored import store
from validator.document.schema import OkrSetSchema
from validator.service import connections
from validator.service.connections import Proposal
from validator.service.lookups import a_connection
from validator.store.engine import reading, writing
from validator.store.snapshots import get

blueprint = Blueprint("connections", __name__, description="Named sources, each with a history.")
_CHANGED = (400, 404, 408, 412, 413, 415, 422, 428, 503)
_LOCATION = {"Location": {"description": "The connection.", "schema": {"type": "string"}}}


def _body(schema: Any) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


@resource(
    blueprint,
    "/v1/connections",
    Answer(ConnectionListSchema, "The connections."),
    refusals=(400, 503),
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
    return as_json({"connections": [shown(row) for row in found], "next": cursor_of(found[-1].id) if more else None})


@resource(
    blueprint,
    "/v1/connections",
    Answer(ConnectionSchema, "The connection.", headers={**_LOCATION, **etags.ETAG}, status=201),
    method="POST",
    refusals=(400, 408, 409, 413, 415, 422, 503),
    requestBody=_body(NewConnectionSchema),
    parameters=[idempotent.PARAMETER],
)
@idempotent.idempotent()
def create_connection() -> Response:
    """Make a connection."""
    engine, asked = store(), sent(NewConnectionSchema())
    id = asked.pop("id")
    with refused(), writing(engine) as connection:
        row = connections.create(connection, _now(), g.actor, id, Proposal(**asked))
    response = as_json(shown(row), {"Location": f"/v1/connections/{id}"})
    response.status_code = 201
    return etags.tagged(response, row.version)


@resource(
    blueprint,
    "/v1/connections/<connection_id>",
    Answer(ConnectionSchema, "The connection.", headers=etags.ETAG),
    refusals=(404, 503),
)
def show_connection(connection_id: str) -> Response:
    """Show a connection."""
    with refused(), reading(store()) as connection:
        return _answer(a_connection(connection, connection_id))


@resource(
    blueprint,
    "/v1/connections/<connection_id>",
    Answer(ConnectionSchema, "The connection.", headers=etags.ETAG),
    method="PATCH",
    refusals=_CHANGED,
    requestBody=_body(ChangeSchema),
    parameters=[etags.IF_MATCH],
)
def change_connection(connection_id: str) -> Response:
    """Change a connection; what the body leaves out stays."""
    engine, changes, version = store(), sent(ChangeSchema()), etags.version_read()
    with refused(), writing(engine) as connection:
        return _answer(connections.change(connection, _now(), g.actor, connection_id, changes, version=version))


@resource(
    blueprint,
    "/v1/connections/<connection_id>",
    Answer(ConnectionSchema, "The connection, as it was."),
    method="DELETE",
    refusals=(404, 412, 428, 503),
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
    refusals=(404, 503),
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
    refusals=_CHANGED,
    requestBody=_body(OkrSetSchema),
    parameters=[etags.IF_MATCH],
)
def set_overlay(connection_id: str) -> Response:
    """Lay a document over every set of a connection: what the tool cannot hold. The ETag is the connection's."""
    engine, version = store(), etags.version_read()
    if request.mimetype != "application/json":
        raise Problem(415, "unsupported-body", "Send JSON, as application/json.")
    document = parse_json(read_all(request))
    with refused():
        packed = connections.pack_overlay(document)
        with writing(engine) as connection:
            return _answer(connections.set_overlay(connection, _now(), g.actor, connection_id, packed, version=version))


@resource(
    blueprint,
    "/v1/connections/<connection_id>/overlay",
    Answer(ConnectionSchema, "The connection.", headers=etags.ETAG),
    method="DELETE",
    refusals=(404, 412, 428, 503),
    parameters=[etags.IF_MATCH],
)
def remove_overlay(connection_id: str) -> Response:
    """Take the overlay away."""
    engine, version = store(), etags.version_read()
    with refused(), writing(engine) as connection:
        return _answer(connections.set_overlay(connection, _now(), g.actor, connection_id, None, version=version))


def _answer(row: Row[Any]) -> Response:
    return etags.tagged(as_json(shown(row)), row.version)


def _now() -> datetime.datetime:
    return guard_of_app().clock()
