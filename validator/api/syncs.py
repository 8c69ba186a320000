"""Reading sources: asked for, looked at and tried; the resource /v1/syncs."""

from __future__ import annotations

import time
from threading import BoundedSemaphore
from typing import Any

from flask import Response, g

from connectors.contract import Fault, Reach, SourceError
from validator.api import idempotent
from validator.api.cursors import cursor_of, page, place_of
from validator.api.data import as_json
from validator.api.guard import guard_of_app
from validator.api.openapi import Answer, Blueprint, resource
from validator.api.problems import Problem
from validator.api.refused import refused
from validator.api.services import services
from validator.api.stored import store
from validator.api.sync_schemas import SourceTestSchema, StandingSchema, SyncListSchema, SyncQuerySchema, SyncSchema
from validator.service import sync, sync_rows
from validator.service.lookups import a_connection
from validator.service.sync_source import source_of
from validator.service.sync_status import standing
from validator.service.sync_trial import Tried, try_source
from validator.store.engine import reading, writing

blueprint = Blueprint("syncs", __name__, description="Reading the sources of connections.")
PATIENCE = 20.0
"""Seconds in which a source that is tried must give each answer; it is not waited for longer either."""
_trials = BoundedSemaphore(2)  # a tool may keep each waiting for long, and the other threads are for others
_LOCATION = {"Location": {"description": "The sync, to be looked at until it has ended.", "schema": {"type": "string"}}}


@resource(
    blueprint,
    "/v1/connections/<connection_id>/sync",
    Answer(SyncSchema, "The sync; where one is not finished yet, that one.", headers=_LOCATION, status=202),
    method="POST",
    refusals=(409,),
    parameters=[idempotent.PARAMETER],
)
@idempotent.idempotent()
def ask_for_sync(keep: idempotent.Keep, connection_id: str) -> Response:
    """Have the source of a connection read, judged and remembered.

    A worker does it. A connection has one sync at a time.
    """
    with refused(), writing(store()) as connection:
        row = sync.ask(connection, guard_of_app().clock(), g.actor, connection_id)
        answer = as_json(sync_rows.sync_shown(row), {"Location": f"/v1/syncs/{row.id}"}, status=202)
        return keep(connection, answer)


@resource(blueprint, "/v1/syncs", Answer(SyncListSchema, "The syncs."), refusals=(404,), query=SyncQuerySchema)
def list_all(query: dict[str, Any]) -> Response:
    """List the syncs of all connections that the key may see, or of one, the last first."""
    limit = query["limit"]
    with refused(), reading(store()) as connection:
        if "connection" in query:
            a_connection(connection, query["connection"])
        found, more = page(
            sync_rows.list_syncs(
                connection,
                connection_id=query.get("connection"),
                below=place_of(query),
                within=g.connections,
                limit=limit + 1,
            ),
            limit,
        )
    listed = [sync_rows.sync_shown(row) for row in found]
    return as_json({"syncs": listed, "next": cursor_of(found[-1].id) if more else None})


@resource(blueprint, "/v1/syncs/<sync_id>", Answer(SyncSchema, "The sync."))
def show_sync(sync_id: str) -> Response:
    """Show a sync: how far it has come, and what came of it."""
    with refused(), reading(store()) as connection:
        return as_json(sync_rows.sync_shown(sync_rows.a_sync(connection, sync_id, g.connections)))


@resource(
    blueprint,
    "/v1/connections/<connection_id>/test",
    Answer(SourceTestSchema, "What the source answered."),
    method="POST",
    refusals=(409,),
)
def test_source(connection_id: str) -> Response:
    """Ask the source of a connection for its first pages, until an objective comes of them; nothing is stored.

    It shows whether credential, scope and settings are right.
    """
    with refused(), reading(store()) as connection:
        row = a_connection(connection, connection_id)
    settings = services().settings
    reach = Reach(
        settings.allowed_networks,
        wait=_hurry,
        patience=PATIENCE,
        secrets=settings.secrets,
        folders=settings.allowed_folders,
    )
    if not _trials.acquire(blocking=False):
        raise Problem(503, "busy", "Too many sources are being tried at this moment.", headers={"Retry-After": "5"})
    try:
        with refused():
            return as_json(_tried(try_source(source_of(row), reach)))
    except SourceError as error:
        return as_json(_failed(error.faults))
    finally:
        _trials.release()


@resource(blueprint, "/v1/sources", Answer(StandingSchema, "How it stands with all sources."))
def show_standing() -> Response:
    """Tell which sources are silent, and whether syncs wait for a worker."""
    with refused(), reading(store()) as connection:
        return as_json(standing(connection, guard_of_app().clock(), g.connections))


def _hurry(seconds: float) -> None:
    """Nobody waits for a tool that asks for patience."""
    if seconds > PATIENCE:
        raise SourceError(Fault("", f"The tool asks to be left alone for {seconds:.0f} seconds.", "try again later"))
    time.sleep(seconds)


def _tried(tried: Tried) -> dict[str, Any]:
    missing = [{"scope": part.scope, "reason": part.reason} for part in tried.missing]
    return {**tried._asdict(), "missing": missing, "ok": True, "problem": None}


def _failed(faults: Any) -> dict[str, Any]:
    problem = [{"pointer": fault.pointer, "message": fault.message, "hint": fault.hint} for fault in faults]
    nothing = Tried("", (), None, 0, {}, {}, (), ())._asdict()
    return {**nothing, "title": None, "ok": False, "problem": problem}
