"""Reads an OKR set that was uploaded as a file, with the connector that knows such files."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from flask import Request
from flask_smorest.fields import Upload
from marshmallow import RAISE, Schema, ValidationError, fields, validate
from werkzeug.datastructures import FileStorage
from werkzeug.utils import secure_filename

from connectors import registry
from connectors.contract import Fault, Reading, Settings, SourceError
from validator.api.problems import bad_fields, unreadable
from validator.errors import BadInput

_NAME_LENGTH = 100


class UploadSettingsSchema(Schema):
    """How an uploaded file is written."""

    class Meta:
        """How marshmallow treats it."""

        unknown = RAISE

    dates = fields.String(
        validate=validate.OneOf(["dmy", "mdy"]), metadata={"description": "Order of a date such as 01/02/2026."}
    )
    decimals = fields.String(
        validate=validate.OneOf(["point", "comma"]),
        metadata={"description": "Mark between whole and fraction in a text such as 1,234."},
    )
    sheet = fields.String(
        validate=validate.Length(max=255), metadata={"description": "The one sheet of a workbook to read."}
    )


class UploadSchema(UploadSettingsSchema):
    """An OKR set as a file."""

    file = Upload(required=True, metadata={"description": "JSON, YAML, CSV, XLSX or ZIP; which of them is found out."})
    overlay = fields.List(Upload(), metadata={"description": "Documents laid over the set, in this order."})


class Parts(NamedTuple):
    """The parts of a multipart request."""

    file: FileStorage
    overlays: tuple[FileStorage, ...]
    settings: Settings


def parts_of(request: Request) -> Parts:
    """Take in the parts of a multipart request; raises Problem (400)."""
    files = request.files.getlist("file")
    if set(request.files) - {"file", "overlay"} or len(files) != 1:
        raise unreadable(
            "The request needs exactly one file part “file”, and may have file parts “overlay”.",
            "curl -F file=@okrs.xlsx",
        )
    return Parts(files[0], tuple(request.files.getlist("overlay")), _settings(request.form))


def read_parts(parts: Parts) -> tuple[Reading, tuple[Any, ...]]:
    """The OKR set in the file, and the documents to lay over it; raises BadInput with places in the files."""
    with tempfile.TemporaryDirectory(prefix="okr-validator-") as folder:
        reading = _read(parts.file, Path(folder) / "file", parts.settings)
        overlays = [
            _read(part, Path(folder) / f"overlay-{number}", parts.settings)
            for number, part in enumerate(parts.overlays, 1)
        ]
    return reading, tuple(overlay.document for overlay in overlays)


def with_places(faults: Iterable[Fault], places: Mapping[str, str]) -> tuple[Fault, ...]:
    """The same faults, each with the place in the file that its pointer, or the nearest part above it, came from."""
    return tuple(fault if fault.place else fault._replace(place=_place(fault.pointer, places)) for fault in faults)


def _settings(form: Any) -> Settings:
    try:
        return Settings(**UploadSettingsSchema().load(form.to_dict()))
    except ValidationError as error:
        raise bad_fields(_messages(error), "form field") from None


def _messages(error: ValidationError) -> dict[str, list[str]]:
    found: dict[str, list[str]] = error.normalized_messages()  # type: ignore[no-untyped-call]
    return found


def _read(part: FileStorage, folder: Path, settings: Settings) -> Reading:
    folder.mkdir()
    path = folder / _safe_name(part.filename)
    part.save(path)
    try:
        return registry.read(path, settings=settings)
    except SourceError as error:
        raise BadInput(_without(fault, folder) for fault in error.faults) from None


def _safe_name(name: str | None) -> str:
    safe = secure_filename(name or "").lstrip("-_.") or "upload"
    stem, dot, ending = safe.rpartition(".")
    return safe if len(safe) <= _NAME_LENGTH else stem[: _NAME_LENGTH - 10] + dot + ending[:9]


def _without(fault: Fault, folder: Path) -> Fault:
    return Fault(*(text.replace(f"{folder}/", "") for text in fault))


def _place(pointer: str, places: Mapping[str, str]) -> str:
    while pointer and pointer not in places:
        pointer = pointer.rpartition("/")[0]
    return places.get(pointer, "")
