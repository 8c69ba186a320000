"""Judging OKR sets: the resource /v1/validations."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from marshmallow import RAISE, Schema, fields, validate

from validator.api import exchange, intake, library, metrics, uploads
from validator.api.data import as_json
from validator.api.openapi import Answer, Blueprint, resource
from validator.api.report_schema import ReportSchema
from validator.api.services import services
from validator.errors import BadInput
from validator.pipeline import judge
from validator.service.rules import Loaded

blueprint = Blueprint("validations", __name__, description="Judge an OKR set.")
STATUS = "OKR-Validator-Status"
_LONGEST = 74
"""Characters of a name, with a version."""
VERDICT = {STATUS: {"description": "The verdict.", "schema": {"type": "string", "enum": ["pass", "fail"]}}}


class QuerySchema(Schema):
    """How a set is to be judged."""

    class Meta:
        """How marshmallow treats it."""

        unknown = RAISE

    ruleset = fields.String(
        validate=validate.Length(min=1, max=_LONGEST),
        metadata={
            "description": "Name of a ruleset, or NAME@VERSION for one that was published. Absent: the server's own choice.",
            "example": "base",
        },
    )
    fail_on = fields.String(
        validate=validate.OneOf(["error", "warning", "info", "never"]),
        load_default="error",
        metadata={"description": "Least severity of a finding that fails the set."},
    )
    as_of = fields.Date(
        metadata={"description": "Day as of which to judge. Absent: the day of the export, or else today in UTC."}
    )


@resource(
    blueprint,
    "/v1/validations",
    Answer(ReportSchema, "The report; the verdict is its status, pass or fail.", headers=VERDICT),
    method="POST",
    refusals=(404,),
    query=QuerySchema,
    requestBody=intake.BODY,
)
def judge_set(query: dict[str, Any]) -> Response:
    """Judge an OKR set.

    Nothing is stored. The same document, ruleset, tables and day give the same bytes.
    """
    loaded = library.find(query.get("ruleset") or services().settings.ruleset)
    exchange.note(ruleset=loaded.bundle.key)
    read = intake.received(request)
    with services().gate.turn():
        report = _judge(read(), loaded, query)
    metrics.judged(report)
    exchange.note(
        verdict=report["status"], findings=len(report["findings"]), items=sum(report["summary"]["items"].values())
    )
    return as_json(report, {STATUS: report["status"]})


def _judge(given: intake.Input, loaded: Loaded, query: dict[str, Any]) -> dict[str, Any]:
    try:
        return judge(
            given.document,
            loaded.ruleset,
            overlays=given.overlays,
            fail_on=query["fail_on"],
            as_of=query.get("as_of"),
            notes=given.notes,
            encoder=services().encoder,
            **loaded.tables._asdict(),
        )
    except BadInput as error:
        raise intake.at_fault(uploads.with_places(error.faults, given.places)) from None
