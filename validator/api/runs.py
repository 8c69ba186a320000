"""What was judged for a connection, one time after another: the resource /v1/runs."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request

from validator.api import exchange, idempotent, intake, metrics, uploads
from validator.api.cursors import PageSchema, cursor_of, no_cursor, page, place_of
from validator.api.data import as_json
from validator.api.guard import guard_of_app
from validator.api.openapi import Answer, Blueprint, resource
from validator.api.refused import refused
from validator.api.report_schema import ReportSchema
from validator.api.run_schemas import (
    ReplaySchema,
    RunDifferenceSchema,
    RunListSchema,
    RunQuerySchema,
    RunReportSchema,
    RunSchema,
)
from validator.api.sent import invalid
from validator.api.services import services
from validator.api.stored import store
from validator.api.validations import STATUS, VERDICT
from validator.errors import BadInput, Fault
from validator.service.lookups import a_connection
from validator.service.past_runs import a_run, list_runs, report_of
from validator.service.replay import replay
from validator.service.run_difference import difference_of_run
from validator.service.runs import RunResult, Then, run_document
from validator.service.shown import difference_shown, run_shown
from validator.store.engine import reading

blueprint = Blueprint("runs", __name__, description="What was judged for a connection, one time after another.")
_MADE = {**VERDICT, "Location": {"description": "The run.", "schema": {"type": "string"}}}


@resource(
    blueprint,
    "/v1/connections/<connection_id>/runs",
    Answer(RunReportSchema, "The report, with the life of every finding.", headers=_MADE, status=201),
    method="POST",
    query=RunQuerySchema,
    requestBody=intake.BODY,
    parameters=[idempotent.PARAMETER],
)
@idempotent.idempotent()
def add_run(keep: idempotent.Keep, query: dict[str, Any], connection_id: str) -> Response:
    """Judge an OKR set for a connection, by its overlay, rules and gate, and remember what came of it."""
    engine = store()
    with refused(), reading(engine) as connection:
        a_connection(connection, connection_id)
    read = intake.received(request)
    with services().gate.turn(), refused():
        given, kept = read(), list[Response]()
        result = _recorded(connection_id, given, query, lambda within, made: kept.append(keep(within, _answer(made))))
    metrics.judged(result.report)
    exchange.note(verdict=result.run["status"], findings=len(result.report["findings"]))
    return kept[0]


@resource(
    blueprint,
    "/v1/connections/<connection_id>/runs",
    Answer(RunListSchema, "The runs."),
    query=PageSchema,
)
def list_all(query: dict[str, Any], connection_id: str) -> Response:
    """List the runs of a connection, the last first."""
    limit = query["limit"]
    with refused(), reading(store()) as connection:
        a_connection(connection, connection_id)
        found, more = page(list_runs(connection, connection_id, below=_below(query), limit=limit + 1), limit)
    last = cursor_of(str(found[-1].number)) if more else None
    return as_json({"runs": [run_shown(row._asdict()) for row in found], "next": last})


@resource(blueprint, "/v1/runs/<run_id>", Answer(RunSchema, "The run."))
def show_run(run_id: str) -> Response:
    """Show a run."""
    with refused(), reading(store()) as connection:
        return as_json(run_shown(a_run(connection, run_id, g.connections)._asdict()))


@resource(blueprint, "/v1/runs/<run_id>/report", Answer(ReportSchema, "The report of the run."), refusals=(410,))
def show_report(run_id: str) -> Response:
    """Give the report of a run, byte for byte as it was made; its gate knows of no waivers."""
    with refused(), reading(store()) as connection:
        content = report_of(connection, a_run(connection, run_id, g.connections))
    return Response(content, content_type="application/json")


@resource(
    blueprint,
    "/v1/runs/<run_id>/difference",
    Answer(RunDifferenceSchema, "What the run changed."),
)
def show_difference(run_id: str) -> Response:
    """Show what a run changed since the one before it, and why."""
    with refused(), reading(store()) as connection:
        return as_json(difference_shown(difference_of_run(connection, a_run(connection, run_id, g.connections))))


@resource(
    blueprint,
    "/v1/runs/<run_id>/replay",
    Answer(ReplaySchema, "Whether the report came out the same."),
    method="POST",
    refusals=(410, 422),
)
def replay_run(run_id: str) -> Response:
    """Judge a stored run again, storing nothing: the report must come out the same, byte for byte."""
    engine = store()
    with refused(), reading(engine) as connection:
        a_run(connection, run_id, g.connections)
    with services().gate.turn(), refused():
        found = replay(engine, run_id, encoder=services().encoder)
    return as_json({name: value for name, value in found._asdict().items() if name != "report"})


def _answer(made: RunResult) -> Response:
    headers = {STATUS: made.run["status"], "Location": f"/v1/runs/{made.run['id']}"}
    return as_json(made.report, headers, status=201)


def _recorded(connection_id: str, given: intake.Input, query: dict[str, Any], then: Then) -> RunResult:
    if given.overlays:
        hint = f"put it at /v1/connections/{connection_id}/overlay, for this and every later run"
        raise invalid([Fault("", "A run takes the overlay of its connection, and no other.", hint, "part “overlay”")])
    try:
        return run_document(
            store(),
            connection_id,
            given.document,
            now=guard_of_app().clock(),
            actor=g.actor,
            notes=tuple(given.notes),
            as_of=query.get("as_of"),
            approval=services().settings.waiver_approval,
            encoder=services().encoder,
            then=then,
        )
    except BadInput as error:
        raise intake.at_fault(uploads.with_places(error.faults, given.places)) from None


def _below(query: dict[str, Any]) -> int | None:
    place = place_of(query)
    if place is None:
        return None
    if not place.isascii() or not place.isdecimal() or len(place) > 18:
        raise no_cursor()
    return int(place)
