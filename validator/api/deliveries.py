"""What became of every message: the resource /v1/deliveries, and the messages to each endpoint."""

from __future__ import annotations

import datetime
from typing import Any

from flask import Response, g

from validator.api.cursors import cursor_of, page, place_of
from validator.api.data import as_json
from validator.api.guard import guard_of_app
from validator.api.openapi import Answer, Blueprint, resource
from validator.api.refused import refused
from validator.api.sent import sent
from validator.api.stored import store
from validator.api.webhook_schemas import (
    DeliveryListSchema,
    DeliveryQuerySchema,
    DeliverySchema,
    ReplayedSchema,
    ReplayRangeSchema,
    TriedDeliverySchema,
    delivery_shown,
    tried_shown,
)
from validator.service import delivery_log, endpoints
from validator.service.delivery_log import Filters
from validator.service.endpoint_rows import an_endpoint
from validator.store.engine import reading, writing

blueprint = Blueprint("deliveries", __name__, description="What became of every message.")


@resource(
    blueprint,
    "/v1/webhooks/<webhook_id>/ping",
    Answer(TriedDeliverySchema, "The delivery; look at it again to see whether it arrived.", status=202),
    method="POST",
    refusals=(409,),
)
def ping_webhook(webhook_id: str) -> Response:
    """Send a test message."""
    with refused(), writing(store()) as connection:
        id = endpoints.ping(connection, _now(), g.actor, webhook_id)
        return as_json(tried_shown(delivery_log.a_delivery(connection, id), ()), status=202)


@resource(
    blueprint,
    "/v1/webhooks/<webhook_id>/deliveries",
    Answer(DeliveryListSchema, "The deliveries."),
    query=DeliveryQuerySchema,
)
def list_deliveries(query: dict[str, Any], webhook_id: str) -> Response:
    """List the messages to an endpoint, the newest first."""
    limit = query["limit"]
    filters = Filters(webhook_id, query.get("state"), query.get("since"), query.get("until"))
    with refused(), reading(store()) as connection:
        an_endpoint(connection, webhook_id)
        rows = delivery_log.listed(connection, filters, before=place_of(query) or "", limit=limit + 1)
    found, more = page(rows, limit)
    return as_json(
        {"deliveries": [delivery_shown(row) for row in found], "next": cursor_of(found[-1].id) if more else None}
    )


@resource(
    blueprint,
    "/v1/webhooks/<webhook_id>/replay",
    Answer(ReplayedSchema, "How many are sent again.", status=202),
    method="POST",
    refusals=(409,),
    requestBody={"required": True, "content": {"application/json": {"schema": ReplayRangeSchema}}},
)
def replay_deliveries(webhook_id: str) -> Response:
    """Send messages of a time again that arrived or were given up, under their own ids."""
    engine, asked = store(), sent(ReplayRangeSchema())
    filters = Filters(webhook_id, asked.get("state"), asked["since"], asked.get("until"))
    with refused(), writing(engine) as connection:
        count = delivery_log.replay_range(connection, _now(), g.actor, filters)
    return as_json({"count": count}, status=202)


@resource(blueprint, "/v1/deliveries/<delivery_id>", Answer(TriedDeliverySchema, "The delivery."))
def show_delivery(delivery_id: str) -> Response:
    """Show a message with every attempt."""
    with refused(), reading(store()) as connection:
        row = delivery_log.a_delivery(connection, delivery_id)
        return as_json(tried_shown(row, delivery_log.attempts_of(connection, delivery_id)))


@resource(
    blueprint,
    "/v1/deliveries/<delivery_id>/replay",
    Answer(DeliverySchema, "The delivery, which waits.", status=202),
    method="POST",
    refusals=(409,),
)
def replay_delivery(delivery_id: str) -> Response:
    """Send a message again, under its own id, by which the receiver knows it."""
    with refused(), writing(store()) as connection:
        return as_json(delivery_shown(delivery_log.replay(connection, _now(), g.actor, delivery_id)), status=202)


def _now() -> datetime.datetime:
    return guard_of_app().clock()
