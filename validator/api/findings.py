"""What was found, and what became of it: the resource /v1/findings."""

from __future__ import annotations

from typing import Any

from flask import Response, g

from validator.api.cursors import cursor_of, no_cursor, page, place_of
from validator.api.data import as_json
from validator.api.finding_schemas import FindingListSchema, FindingQuerySchema, FindingWithEventsSchema
from validator.api.openapi import Answer, Blueprint, resource
from validator.api.refused import refused
from validator.api.stored import store
from validator.service.findings import Filters, Place, list_findings, show_finding
from validator.service.shown import finding_shown, finding_with_events
from validator.store.engine import reading

blueprint = Blueprint("findings", __name__, description="What was found, and what became of it.")


@resource(
    blueprint,
    "/v1/findings",
    Answer(FindingListSchema, "The findings."),
    query=FindingQuerySchema,
)
def list_all(query: dict[str, Any]) -> Response:
    """List findings of the connections that the key may see, by what they are and whom they concern."""
    limit = query["limit"]
    with refused(), reading(store()) as connection:
        found, more = page(list_findings(connection, _filters(query), after=_place(query), limit=limit + 1), limit)
    last = cursor_of(f"{found[-1].connection_id}\n{found[-1].id}") if more else None
    return as_json({"findings": [finding_shown(row._asdict()) for row in found], "next": last})


@resource(
    blueprint,
    "/v1/connections/<connection_id>/findings/<finding_id>",
    Answer(FindingWithEventsSchema, "The finding."),
)
def show_one(connection_id: str, finding_id: str) -> Response:
    """Show a finding with all that happened to it."""
    with refused(), reading(store()) as connection:
        return as_json(finding_with_events(show_finding(connection, connection_id, finding_id)))


def _filters(query: dict[str, Any]) -> Filters:
    names = {name: query.get(name) for name in ("connection", "severity", "rule", "team", "owner")}
    states = tuple(dict.fromkeys(query["state"].split(","))) if "state" in query else ()
    return Filters(**names, states=states, failure=query.get("row"), within=g.connections)


def _place(query: dict[str, Any]) -> Place | None:
    place = place_of(query)
    if place is None:
        return None
    connection_id, separator, id = place.partition("\n")
    if not separator:
        raise no_cursor()
    return connection_id, id
