"""The document's format as JSON Schema 2020-12, generated from the marshmallow schemas."""

from __future__ import annotations

import json
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from validator.document import limits
from validator.document.fields import Amount, Id
from validator.document.holders import Extra
from validator.document.schema import OkrSetSchema

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def document_schema() -> dict[str, Any]:
    """JSON Schema of the OKR set document."""
    return json_schema(OkrSetSchema, "OKR set")


def json_schema(schema: type[Schema], title: str) -> dict[str, Any]:
    """JSON Schema of a marshmallow schema, parts under `$defs`."""
    plugin = MarshmallowPlugin(schema_name_resolver=name_of)
    spec = APISpec(title, "1", "3.1.0", plugins=[plugin])
    describe_fields(plugin)
    spec.components.schema(name_of(schema), schema=schema)
    parts = spec.to_dict()["components"]["schemas"]
    text = json.dumps(parts).replace("#/components/schemas/", "#/$defs/")
    return {"$schema": DIALECT, "title": title, "$ref": f"#/$defs/{name_of(schema)}", "$defs": json.loads(text)}


def describe_fields(plugin: MarshmallowPlugin) -> None:
    """Teach a plugin what our own kinds of field accept beyond their base."""
    if plugin.converter is not None:
        plugin.converter.add_attribute_function(_accepted)  # type: ignore[no-untyped-call]


def _accepted(_: Any, field: Any, ret: dict[str, Any], **__: Any) -> dict[str, Any]:
    nullable = ["null"] if field.allow_none else []
    if isinstance(field, Id):
        lengths = {"minLength": 1, "maxLength": limits.ID_LENGTH}
        return {"type": ["string", "integer", *nullable], **lengths, "minimum": -limits.WHOLE, "maximum": limits.WHOLE}
    if isinstance(field, Amount):
        return {"type": ["number", "string", *nullable], "minimum": -limits.AMOUNT, "maximum": limits.AMOUNT}
    return {"additionalProperties": True} if isinstance(field, Extra) else {}


def name_of(schema: Any) -> str:
    """The name a schema goes by in published documents: KeyResultSchema is KeyResult."""
    made = schema if isinstance(schema, type) else type(schema)
    return made.__name__.removesuffix("Schema")
