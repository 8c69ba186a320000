"""Takes in an OKR set from a request: as JSON, or as an uploaded file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from flask import Request

from validator.api import uploads
from validator.api.body import parse_json, read_all
from validator.api.problems import Problem
from validator.document.schema import OkrSetSchema
from validator.errors import BadInput, Fault

BODY = {
    "required": True,
    "description": "The OKR set: as JSON, or as a file that a connector reads.",
    "content": {
        "application/json": {"schema": OkrSetSchema},
        "multipart/form-data": {"schema": uploads.UploadSchema},
    },
}
"""A request's body that `received` takes in, as the API's description tells of it."""


class Input(NamedTuple):
    """An OKR set to judge, and what is known of how it was read."""

    document: Any
    overlays: tuple[Any, ...] = ()
    places: Mapping[str, str] = {}
    notes: tuple[str, ...] = ()


def received(request: Request) -> Callable[[], Input]:
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
        raise at_fault(error.faults) from None
    return Input(reading.document, overlays, reading.places, reading.notes)


def at_fault(faults: Iterable[Fault]) -> Problem:
    """The problem of an OKR set at fault."""
    return Problem(422, "invalid-okr-set", "The OKR set cannot be judged.", faults=faults)
