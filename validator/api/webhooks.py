"""Who hears of what happens: the resource /v1/webhooks."""

from __future__ import annotations

import datetime
from typing import Any

import orjson
from flask import Response, g

from validator.api import etags, idempotent
from validator.api.cursors import PageSchema, cursor_of, page, place_of
from validator.api.data import as_json
from validator.api.guard import guard_of_app
from validator.api.openapi import Answer, Blueprint, resource
from validator.api.problems import Problem
from validator.api.refused import refused
from validator.api.sent import sent
from validator.api.services import services
from validator.api.stored import store
from validator.api.webhook_schemas import (
    EndpointListSchema,
    EndpointSchema,
    MadeEndpointSchema,
    NewEndpointSchema,
)
from validator.service import endpoints
from validator.service.endpoint_rows import an_endpoint, endpoint_shown, listed
from validator.service.endpoint_wishes import Bounds, Wish
from validator.service.endpoints import Made
from validator.service.pepper import BadPepper
from validator.store.engine import reading, writing

blueprint = Blueprint("webhooks", __name__, description="Who hears of what happens.")
_BODY = {"required": True, "content": {"application/json": {"schema": NewEndpointSchema}}}
_MADE = {"Location": {"description": "The endpoint.", "schema": {"type": "string"}}, **etags.ETAG}


@resource(blueprint, "/v1/webhooks", Answer(EndpointListSchema, "The endpoints."), query=PageSchema)
def list_webhooks(query: dict[str, Any]) -> Response:
    """List endpoints, never their secrets."""
    limit = query["limit"]
    with reading(store()) as connection:
        found, more = page(listed(connection, after=place_of(query) or "", limit=limit + 1), limit)
    shown = [endpoint_shown(row) for row in found]
    return as_json({"webhooks": shown, "next": cursor_of(found[-1].id) if more else None})


def without_secret(body: bytes) -> bytes:
    """The answer to who made an endpoint, as it may be stored."""
    return orjson.dumps({**orjson.loads(body), "secret": None})


@resource(
    blueprint,
    "/v1/webhooks",
    Answer(MadeEndpointSchema, "The endpoint, with its secret.", headers=_MADE, status=201),
    method="POST",
    requestBody=_BODY,
    parameters=[idempotent.PARAMETER],
)
@idempotent.idempotent(stored=without_secret)
def create_webhook(keep: idempotent.Keep) -> Response:
    """Make an endpoint. Its secret is shown in this answer and never again; rotate it to get another."""
    engine, wish = store(), Wish(**sent(NewEndpointSchema()))
    with refused(), writing(engine) as connection:
        made = endpoints.create(connection, _now(), g.actor, wish, _pepper, _bounds())
        response = _made(made)
        response.headers["Location"] = f"/v1/webhooks/{made.row.id}"
        response.status_code = 201
        return keep(connection, response)


@resource(blueprint, "/v1/webhooks/<webhook_id>", Answer(EndpointSchema, "The endpoint.", headers=etags.ETAG))
def show_webhook(webhook_id: str) -> Response:
    """Show an endpoint, never its secret."""
    with refused(), reading(store()) as connection:
        return _shown(an_endpoint(connection, webhook_id))


@resource(
    blueprint,
    "/v1/webhooks/<webhook_id>",
    Answer(EndpointSchema, "The endpoint.", headers=etags.ETAG),
    method="PUT",
    requestBody=_BODY,
    parameters=[etags.IF_MATCH],
)
def change_webhook(webhook_id: str) -> Response:
    """Replace what an endpoint is asked to be; its kind and secret stay."""
    engine, version = store(), etags.version_read()
    wish = Wish(**sent(NewEndpointSchema()))
    with refused(), writing(engine) as connection:
        changed = endpoints.change(connection, _now(), g.actor, webhook_id, wish, version=version, bounds=_bounds())
        return _shown(changed)


@resource(
    blueprint,
    "/v1/webhooks/<webhook_id>",
    Answer(None, "It is gone, with its deliveries.", status=204),
    method="DELETE",
    parameters=[etags.IF_MATCH],
)
def remove_webhook(webhook_id: str) -> Response:
    """Remove an endpoint with its deliveries."""
    engine, version = store(), etags.version_read()
    with refused(), writing(engine) as connection:
        endpoints.remove(connection, _now(), g.actor, webhook_id, version=version)
    return Response(status=204)


@resource(
    blueprint,
    "/v1/webhooks/<webhook_id>/rotate",
    Answer(MadeEndpointSchema, "The endpoint, with its new secret.", headers=etags.ETAG),
    method="POST",
    refusals=(409,),
    parameters=[etags.IF_MATCH],
)
def rotate_secret(webhook_id: str) -> Response:
    """Give an endpoint another secret. For a day both sign, so that receivers change over in their own time."""
    engine, version = store(), etags.version_read()
    with refused(), writing(engine) as connection:
        return _made(endpoints.rotate(connection, _now(), g.actor, webhook_id, _pepper, version=version))


def _paused(webhook_id: str, *, paused: bool) -> Response:
    engine, version = store(), etags.version_read()
    with refused(), writing(engine) as connection:
        return _shown(endpoints.pause(connection, _now(), g.actor, webhook_id, paused=paused, version=version))


@resource(
    blueprint,
    "/v1/webhooks/<webhook_id>/pause",
    Answer(EndpointSchema, "The endpoint, which gets nothing.", headers=etags.ETAG),
    method="POST",
    parameters=[etags.IF_MATCH],
)
def pause_webhook(webhook_id: str) -> Response:
    """Hold back messages; they wait."""
    return _paused(webhook_id, paused=True)


@resource(
    blueprint,
    "/v1/webhooks/<webhook_id>/resume",
    Answer(EndpointSchema, "The endpoint, which gets what waited.", headers=etags.ETAG),
    method="POST",
    parameters=[etags.IF_MATCH],
)
def resume_webhook(webhook_id: str) -> Response:
    """Send messages again, those that waited first."""
    return _paused(webhook_id, paused=False)


@resource(
    blueprint,
    "/v1/webhooks/<webhook_id>/enable",
    Answer(EndpointSchema, "The endpoint, which is tried again.", headers=etags.ETAG),
    method="POST",
    parameters=[etags.IF_MATCH],
)
def enable_webhook(webhook_id: str) -> Response:
    """Take up again an endpoint that was disabled; what happened meanwhile can be replayed."""
    engine, version = store(), etags.version_read()
    with refused(), writing(engine) as connection:
        return _shown(endpoints.enable(connection, _now(), g.actor, webhook_id, version=version))


def _shown(row: Any) -> Response:
    return etags.tagged(as_json(endpoint_shown(row)), row.version)


def _made(made: Made) -> Response:
    return etags.tagged(as_json({**endpoint_shown(made.row), "secret": made.secret}), made.row.version)


def _pepper() -> bytes:
    """What secrets are worked out from: the same secret as for keys. Raises Problem (503) where it has no place."""
    try:
        return guard_of_app().pepper.make()
    except BadPepper as error:
        detail = "This service has no secret to work the endpoint's out from."
        raise Problem(503, "no-pepper", detail, faults=error.faults) from None


def _bounds() -> Bounds:
    settings = services().settings
    return Bounds(settings.secrets, settings.allowed_networks)


def _now() -> datetime.datetime:
    return guard_of_app().clock()
