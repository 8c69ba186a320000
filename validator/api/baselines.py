"""Adopting a connection: the resource /v1/connections/{connection_id}/baseline."""

from __future__ import annotations

from flask import Response, g

from validator.api import idempotent
from validator.api.data import as_json
from validator.api.guard import guard_of_app
from validator.api.openapi import Answer, Blueprint, resource
from validator.api.refused import refused
from validator.api.sent import sent
from validator.api.stored import store
from validator.api.waiver_schemas import BaselineSchema, NewBaselineSchema, baseline_shown
from validator.api.waivers import approval
from validator.service import baseline
from validator.service.lookups import a_connection
from validator.store.engine import reading, writing

blueprint = Blueprint("baselines", __name__, description="What was there from before, and is worked off.")
_PATH = "/v1/connections/<connection_id>/baseline"
_BODY = {"required": True, "content": {"application/json": {"schema": NewBaselineSchema}}}


@resource(
    blueprint,
    _PATH,
    Answer(BaselineSchema, "The baseline.", status=201),
    method="POST",
    requestBody=_BODY,
    parameters=[idempotent.PARAMETER],
)
@idempotent.idempotent()
def adopt(keep: idempotent.Keep, connection_id: str) -> Response:
    """Accept every finding that stands today until a day: from now on only newer ones count at the gate."""
    engine, asked = store(), sent(NewBaselineSchema())
    with refused(), writing(engine) as connection:
        made = baseline.adopt(connection, guard_of_app().clock(), g.actor, connection_id, **asked, approval=approval())
        return keep(connection, as_json(baseline_shown(made), status=201))


@resource(blueprint, _PATH, Answer(BaselineSchema, "The baseline."))
def show(connection_id: str) -> Response:
    """Show how far the baseline of a connection is worked off."""
    with refused(), reading(store()) as connection:
        a_connection(connection, connection_id)
        today = guard_of_app().clock().date()
        found = baseline.progress(connection, connection_id, today, approval=approval())
    return as_json(baseline_shown(found))


@resource(
    blueprint,
    f"{_PATH}/approve",
    Answer(BaselineSchema, "The baseline."),
    method="POST",
    refusals=(409,),
)
def approve(connection_id: str) -> Response:
    """Approve as a second person whatever of a baseline waits for it."""
    with refused(), writing(store()) as connection:
        return as_json(baseline_shown(baseline.approve(connection, guard_of_app().clock(), g.actor, connection_id)))


@resource(blueprint, _PATH, Answer(BaselineSchema, "The baseline, which has ended."), method="DELETE")
def end(connection_id: str) -> Response:
    """End a baseline before its day; the next run brings back what is left of it."""
    with refused(), writing(store()) as connection:
        return as_json(baseline_shown(baseline.end(connection, guard_of_app().clock(), g.actor, connection_id)))
