"""The audit trail: the resource /v1/audit."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from validator.api.cursors import PageSchema, cursor_of, no_cursor, page, place_of
from validator.api.data import as_json
from validator.api.openapi import Answer, Blueprint, resource
from validator.api.schema_parts import Answer as AnswerSchema
from validator.api.schema_parts import a_list, a_text, about
from validator.api.stored import store
from validator.service import audit
from validator.store.engine import reading

blueprint = Blueprint("audit", __name__, description="Who changed what, and what was refused.")
_HIGHEST = 2**63 - 1
_LINES = {"type": "string"}


def _text(sentence: str) -> fields.String:
    return fields.String(validate=validate.Length(min=1, max=200), metadata={"description": sentence})


def _moment(sentence: str) -> fields.AwareDateTime:
    return fields.AwareDateTime(format="iso", metadata={"description": sentence})


class FiltersSchema(Schema):
    """Which entries are asked for."""

    class Meta(PageSchema.Meta):
        """How marshmallow treats it."""

    actor = _text("Who did it: the name of a key, or cli: and a login name.")
    action = _text("What was done: create, revoke, refuse and so on.")
    target_kind = _text("Kind of thing that it was done to: key, finding, connection and so on.")
    target_id = _text("Id of that thing.")
    since = _moment("From this moment on, with an offset from UTC.")
    until = _moment("Before this moment.")


class QuerySchema(FiltersSchema, PageSchema):
    """Which entries, and which page of them."""


class EntrySchema(AnswerSchema):
    """One thing that somebody did, or was refused."""

    id = fields.Integer(**about("Number, rising with time."))
    at = fields.AwareDateTime(**about("When."))
    actor = a_text("Who.")
    action = a_text("What was done.")
    target_kind = a_text("Kind of thing that it was done to.")
    target_id = a_text("Id of that thing; for a refusal the route that was asked for.")
    before = fields.Dict(keys=fields.String(), **about("The thing before; null where it was not there.", null=True))
    after = fields.Dict(keys=fields.String(), **about("The thing after; null where it is gone.", null=True))


class EntryListSchema(AnswerSchema):
    """A page of the audit trail."""

    entries = a_list(EntrySchema, "Entries, the newest first.")
    next = a_text("Cursor of the next page; null on the last.", null=True)


@resource(blueprint, "/v1/audit", Answer(EntryListSchema, "The entries."), query=QuerySchema)
def list_entries(query: dict[str, Any]) -> Response:
    """List who changed what, and what was refused."""
    below, limit = _below(query), query["limit"]
    with reading(store()) as connection:
        found, more = page(audit.read(connection, _filters(query), below=below, limit=limit + 1), limit)
    last = cursor_of(str(found[-1].id)) if more else None
    return as_json({"entries": [audit.as_dict(entry) for entry in found], "next": last})


@resource(
    blueprint,
    "/v1/audit/export",
    Answer(_LINES, "The entries, one JSON object a line, the oldest first.", "application/x-ndjson"),
    query=FiltersSchema,
)
def export_entries(query: dict[str, Any]) -> Response:
    """Hand out the audit trail as JSON Lines."""
    lines = audit.exported(store(), _filters(query))
    disposition = {"Content-Disposition": 'attachment; filename="okr-validator-audit.jsonl"'}
    return Response(lines, content_type="application/x-ndjson", headers=disposition)


def _filters(query: dict[str, Any]) -> audit.Filters:
    return audit.Filters(**{name: value for name, value in query.items() if name in audit.Filters._fields})


def _below(query: dict[str, Any]) -> int | None:
    place = place_of(query)
    if place is None:
        return None
    if not (place.isascii() and place.isdigit() and len(place) < 20 and int(place) <= _HIGHEST):
        raise no_cursor()
    return int(place)
