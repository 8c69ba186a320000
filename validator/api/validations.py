"""Judging OKR sets: the resource /v1/validations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from flask import Response, request
from marshmallow import RAISE, Schema, fields, validate

from validator.api import exchange, library, metrics, uploads
from validator.api.body import parse_json, read_all
from validator.api.data import as_json
from validator.api.openapi import Answer, Blueprint, resource
from validator.api.problems import Problem
from validator.api.schemas import ReportSchema
from validator.api.services import services
from validator.document.schema import OkrSetSchema
from validator.errors import BadInput, Fault
from validator.pipeline import judge
from validator.rules.catalogue import Ruleset

blueprint = Blueprint("validations", __name__, description="Judge an OKR set.")
STATUS = "OKR-Validator-Status"


class QuerySchema(Schema):
    """How a set is to be judged."""

    class Meta:
        """How marshmallow treats it."""

        unknown = RAISE

    ruleset = fields.String(
        validate=validate.Length(min=1, max=64),
        metadata={"description": "Name of a ruleset. Absent: the server's own choice."},
    )
    fail_on = fields.String(
        validate=validate.OneOf(["error", "warning", "info", "never"]),
        load_default="error",
        metadata={"description": "Least severity of a finding that fails the set."},
    )
    as_of = fields.Date(
        metadata={"description": "Day as of which to judge. Absent: the day of the export, or none if it is unknown."}
    )


class Input(NamedTuple):
    """An OKR set to judge, and what is known of how it was read."""

    document: Any
    overlays: tuple[Any, ...] = ()
    places: Mapping[str, str] = {}
    notes: tuple[str, ...] = ()


_FILE = {"type": "string", "contentMediaType": "application/octet-stream"}
_BODY = {
    "required": True,
    "description": "The OKR set: as JSON, or as a file that a connector reads.",
    "content": {
        "application/json": {"schema": OkrSetSchema},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "additionalProperties": False,
                "properties": {
                    "file": {**_FILE, "description": "JSON, YAML, CSV, XLSX or ZIP; which of them is found out."},
                    "overlay": {"type": "array", "items": _FILE, "description": "Documents laid over the set."},
                    "dates": {
                        "type": "string",
                        "enum": ["dmy", "mdy"],
                        "description": "Order of a date such as 01/02/2026.",
                    },
                    "decimals": {
                        "type": "string",
                        "enum": ["point", "comma"],
                        "description": "Decimal mark in a text.",
                    },
                    "sheet": {
                        "type": "string",
                        "maxLength": 255,
                        "description": "The one sheet of a workbook to read.",
                    },
                },
            }
        },
    },
}
_VERDICT = {STATUS: {"description": "The verdict.", "schema": {"type": "string", "enum": ["pass", "fail"]}}}


@resource(
    blueprint,
    "/v1/validations",
    Answer(ReportSchema, "The report; the verdict is its status, pass or fail.", headers=_VERDICT),
    method="POST",
    refusals=(400, 404, 408, 413, 415, 422, 503),
    query=QuerySchema,
    requestBody=_BODY,
)
def judge_set(query: dict[str, Any]) -> Response:
    """Judge an OKR set.

    Nothing is stored. The same document, ruleset and day give the same bytes.
    """
    ruleset = library.find(query.get("ruleset") or services().settings.ruleset)
    exchange.note(ruleset=ruleset.name)
    read = _received()
    with services().gate.turn():
        report = _judge(read(), ruleset, query)
    metrics.judged(report)
    exchange.note(
        verdict=report["status"], findings=len(report["findings"]), items=sum(report["summary"]["items"].values())
    )
    return as_json(report, {STATUS: report["status"]})


def _received() -> Callable[[], Input]:
    """Take in the whole body, which waits for the client; what is returned reads it, which waits for nobody."""
    kind = request.mimetype
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Problem(
            415,
            "unsupported-body",
            "The body is compressed; send it as it is.",
            headers={"Accept-Encoding": "identity"},
        )
    if kind == "multipart/form-data":
        parts = uploads.parts_of(request)
        return lambda: _upload(parts)
    if kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json")):
        raw = read_all(request)
        return lambda: Input(parse_json(raw))
    raise Problem(
        415,
        "unsupported-body",
        "Send the OKR set as application/json, or a file as the part “file” of multipart/form-data.",
        headers={"Accept-Post": "application/json, multipart/form-data"},
    )


def _upload(parts: uploads.Parts) -> Input:
    try:
        reading, overlays = uploads.read_parts(parts)
    except BadInput as error:
        raise _at_fault(error.faults) from None
    return Input(reading.document, overlays, reading.places, reading.notes)


def _judge(given: Input, ruleset: Ruleset, query: dict[str, Any]) -> dict[str, Any]:
    try:
        return judge(
            given.document,
            ruleset,
            overlays=given.overlays,
            fail_on=query["fail_on"],
            as_of=query.get("as_of"),
            notes=given.notes,
        )
    except BadInput as error:
        raise _at_fault(uploads.with_places(error.faults, given.places)) from None


def _at_fault(faults: Iterable[Fault]) -> Problem:
    return Problem(422, "invalid-okr-set", "The OKR set cannot be judged.", faults=faults)
