"""Findings that somebody has accepted: the resource /v1/waivers."""

from __future__ import annotations

from typing import Any

from flask import Response, g

from validator.api import etags, idempotent
from validator.api.cursors import cursor_of, page, place_of
from validator.api.data import as_json
from validator.api.guard import guard_of_app
from validator.api.openapi import Answer, Blueprint, resource
from validator.api.refused import refused
from validator.api.sent import sent
from validator.api.services import services
from validator.api.stored import store
from validator.api.waiver_schemas import (
    MadeWaiverSchema,
    NewWaiverSchema,
    WaiverListSchema,
    WaiverQuerySchema,
    WaiverSchema,
    shown,
)
from validator.service import waiver_rows, waivers
from validator.service.waiver_rows import Filters, a_waiver
from validator.service.waivers import Made, Proposal
from validator.store.engine import reading, writing

blueprint = Blueprint("waivers", __name__, description="Findings that somebody has accepted, until when, and why.")
_LOCATION = {"Location": {"description": "The waiver.", "schema": {"type": "string"}}}
_BODY = {"required": True, "content": {"application/json": {"schema": NewWaiverSchema}}}


@resource(blueprint, "/v1/waivers", Answer(WaiverListSchema, "The waivers."), query=WaiverQuerySchema)
def list_waivers(query: dict[str, Any]) -> Response:
    """List waivers of the connections that the key may see."""
    limit, today = query["limit"], guard_of_app().clock().date()
    scope = None if g.connections is None else tuple(sorted(g.connections))
    filters = Filters(query.get("connection"), scope, query.get("finding"), query.get("kind"), query.get("status"))
    with refused(), reading(store()) as connection:
        rows = waiver_rows.listed(
            connection, filters, today, approval=approval(), after=place_of(query) or "", limit=limit + 1
        )
    found, more = page(rows, limit)
    listed = [shown(row, today, approval=approval()) for row in found]
    return as_json({"waivers": listed, "next": cursor_of(found[-1].id) if more else None})


@resource(
    blueprint,
    "/v1/connections/<connection_id>/waivers",
    Answer(MadeWaiverSchema, "The waiver.", headers={**_LOCATION, **etags.ETAG}, status=201),
    method="POST",
    requestBody=_BODY,
    parameters=[idempotent.PARAMETER],
)
@idempotent.idempotent()
def make_waiver(keep: idempotent.Keep, connection_id: str) -> Response:
    """Accept findings of a connection until a last day.

    Where a second person must approve, the waiver holds only once one did. The next run counts what it covers out at the
    gate; it is still judged and shown.
    """
    engine, proposal = store(), Proposal(**sent(NewWaiverSchema()))
    now = guard_of_app().clock()
    with refused(), writing(engine) as connection:
        made = waivers.propose(connection, now, g.actor, connection_id, proposal, approval=approval())
        response = _answer(made)
        response.headers["Location"] = f"/v1/waivers/{made.row.id}"
        response.status_code = 201
        return keep(connection, response)


@resource(blueprint, "/v1/waivers/<waiver_id>", Answer(WaiverSchema, "The waiver.", headers=etags.ETAG))
def show_waiver(waiver_id: str) -> Response:
    """Show a waiver."""
    with refused(), reading(store()) as connection:
        row = a_waiver(connection, waiver_id, g.connections)
    answer = as_json(shown(row, guard_of_app().clock().date(), approval=approval()))
    return etags.tagged(answer, row.version)


@resource(
    blueprint,
    "/v1/waivers/<waiver_id>/approve",
    Answer(MadeWaiverSchema, "The waiver, which holds now.", headers=etags.ETAG),
    method="POST",
    refusals=(409,),
    parameters=[etags.IF_MATCH],
)
def approve_waiver(waiver_id: str) -> Response:
    """Approve a waiver as a second person: not the one who made it."""
    return _changed(waivers.approve, waiver_id)


@resource(
    blueprint,
    "/v1/waivers/<waiver_id>/end",
    Answer(MadeWaiverSchema, "The waiver, which has ended.", headers=etags.ETAG),
    method="POST",
    refusals=(409,),
    parameters=[etags.IF_MATCH],
)
def end_waiver(waiver_id: str) -> Response:
    """End a waiver before its last day; the next run brings its findings back as new."""
    return _changed(waivers.end, waiver_id)


def approval() -> bool:
    """Whether a second person must approve a waiver here."""
    return services().settings.waiver_approval


def _changed(change: Any, waiver_id: str) -> Response:
    engine, version = store(), etags.version_read()
    with refused():
        with reading(engine) as connection:
            a_waiver(connection, waiver_id, g.connections)
        with writing(engine) as connection:
            now = guard_of_app().clock()
            return _answer(change(connection, now, g.actor, waiver_id, approval=approval(), version=version))


def _answer(made: Made) -> Response:
    waiver = shown(made.row, guard_of_app().clock().date(), approval=approval())
    return etags.tagged(as_json({**waiver, "covers": made.covers}), made.row.version)
