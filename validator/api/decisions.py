"""What was decided on conflicts, who has seen a finding, and what is late: /v1/decisions and parts of findings."""

from __future__ import annotations

from typing import Any

from flask import Response, g

from validator.api import idempotent
from validator.api.cursors import cursor_of, page, place_of
from validator.api.data import as_json
from validator.api.decision_schemas import (
    DecisionListSchema,
    DecisionQuerySchema,
    NewRecordedDecisionSchema,
    NoticeListSchema,
    NoticeQuerySchema,
    RecordedDecisionSchema,
    notice_shown,
    shown,
)
from validator.api.finding_schemas import StoredFindingSchema
from validator.api.guard import guard_of_app
from validator.api.openapi import Answer, Blueprint, resource
from validator.api.refused import refused
from validator.api.sent import sent
from validator.api.stored import store
from validator.service import acknowledge, decisions
from validator.service.deadlines import open_notices
from validator.service.decisions import Filters, Ruling, a_decision
from validator.service.shown import finding_shown
from validator.store.engine import reading, writing

blueprint = Blueprint("decisions", __name__, description="What was decided on conflicts, and what is late.")
_FINDING = "/v1/connections/<connection_id>/findings/<finding_id>"
_LOCATION = {"Location": {"description": "The decision.", "schema": {"type": "string"}}}
_BODY = {"required": True, "content": {"application/json": {"schema": NewRecordedDecisionSchema}}}


@resource(
    blueprint,
    "/v1/decisions",
    Answer(DecisionListSchema, "The decisions."),
    query=DecisionQuerySchema,
)
def list_decisions(query: dict[str, Any]) -> Response:
    """List decisions of the connections that the key may see."""
    limit, scope = query["limit"], None if g.connections is None else tuple(sorted(g.connections))
    filters = Filters(query.get("connection"), scope, query.get("finding"), query.get("holds"))
    with refused(), reading(store()) as connection:
        rows = decisions.listed(connection, filters, after=place_of(query) or "", limit=limit + 1)
    found, more = page(rows, limit)
    return as_json({"decisions": [shown(row) for row in found], "next": cursor_of(found[-1].id) if more else None})


@resource(
    blueprint,
    f"{_FINDING}/decisions",
    Answer(RecordedDecisionSchema, "The decision.", headers=_LOCATION, status=201),
    method="POST",
    refusals=(410,),
    requestBody=_BODY,
    parameters=[idempotent.PARAMETER],
)
@idempotent.idempotent()
def record_decision(keep: idempotent.Keep, connection_id: str, finding_id: str) -> Response:
    """Record a decision on a conflict: it settles the finding until either side changes."""
    engine, ruling = store(), Ruling(**sent(NewRecordedDecisionSchema()))
    with refused(), writing(engine) as connection:
        row = decisions.record(connection, guard_of_app().clock(), g.actor, connection_id, finding_id, ruling)
        return keep(connection, as_json(shown(row), {"Location": f"/v1/decisions/{row.id}"}, status=201))


@resource(blueprint, "/v1/decisions/<decision_id>", Answer(RecordedDecisionSchema, "The decision."))
def show_decision(decision_id: str) -> Response:
    """Show a decision."""
    with refused(), reading(store()) as connection:
        return as_json(shown(a_decision(connection, decision_id, g.connections)))


@resource(
    blueprint,
    f"{_FINDING}/acknowledgement",
    Answer(StoredFindingSchema, "The finding."),
    method="PUT",
    refusals=(409,),
)
def acknowledge_finding(connection_id: str, finding_id: str) -> Response:
    """Say that you have seen a finding. It stays open, and who said so first stays."""
    with refused(), writing(store()) as connection:
        row = acknowledge.acknowledge(connection, guard_of_app().clock(), g.actor, connection_id, finding_id)
    return as_json(finding_shown(row._asdict()))


@resource(
    blueprint,
    f"{_FINDING}/acknowledgement",
    Answer(StoredFindingSchema, "The finding."),
    method="DELETE",
)
def withdraw_acknowledgement(connection_id: str, finding_id: str) -> Response:
    """Take an acknowledgement back."""
    with refused(), writing(store()) as connection:
        row = acknowledge.withdraw(connection, guard_of_app().clock(), g.actor, connection_id, finding_id)
    return as_json(finding_shown(row._asdict()))


@resource(
    blueprint,
    "/v1/connections/<connection_id>/notices",
    Answer(NoticeListSchema, "What is late."),
    query=NoticeQuerySchema,
)
def list_notices(query: dict[str, Any], connection_id: str) -> Response:
    """List what the clock says of a connection: conflicts found late, decisions and dependencies that are overdue."""
    day = query.get("as_of") or guard_of_app().clock().date()
    with refused(), reading(store()) as connection:
        found = open_notices(connection, connection_id, day)
    return as_json({"as_of": str(day), "notices": [notice_shown(notice) for notice in found]})
