"""Loading: any document in, checked values out. One of the two hot places; nothing else calls the schema."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields

from validator.document import limits
from validator.document.fields import Hinted, Reading
from validator.document.schema import HABITS, OkrSetSchema
from validator.errors import BadInput, Fault

_SCHEMA = OkrSetSchema()


def load(document: object) -> dict[str, Any]:
    """The document's values by the schema: dates as dates, numbers as floats or ints, absent fields as None.

    Raises BadInput with every fault found (at most `limits.FAULTS`), each with a JSON Pointer.
    """
    if not isinstance(document, Mapping):
        raise BadInput([Fault("", "The document is not an object.", 'it looks like {"objectives": [...]}')])
    with Reading(_habits(document)):
        try:
            loaded: dict[str, Any] = _SCHEMA.load(document)
        except ValidationError as error:
            raise BadInput(capped(_faults(error.messages, "", _SCHEMA))) from None
    return loaded


def _habits(document: Mapping[str, Any]) -> dict[str, str | None]:
    source = document.get("source")
    reading = source.get("reading") if isinstance(source, Mapping) else None
    if not isinstance(reading, Mapping):
        return {}
    return {
        key: habit for key, known in HABITS.items() if isinstance(habit := reading.get(key), str) and habit in known
    }


def _faults(messages: Any, pointer: str, schema: Schema | None) -> Iterator[Fault]:
    if isinstance(messages, list):
        yield from (_fault(pointer, message) for message in messages)
        return
    for key, inner in messages.items():
        if inner == ["Unknown field."] and schema is not None:
            yield Fault(f"{pointer}/{escape(key)}", f"Unknown field “{_printable(key)[:60]}”.", _near(str(key), schema))
        elif key == "_schema":
            yield from _faults(inner, pointer, schema)
        else:
            yield from _faults(inner, f"{pointer}/{escape(key)}", _schema_below(schema, key))


def _fault(pointer: str, message: Any) -> Fault:
    return Fault(pointer, str(message), message.hint if isinstance(message, Hinted) else "")


def _near(key: str, schema: Schema) -> str:
    names = [field.data_key or name for name, field in schema.fields.items()]
    near = difflib.get_close_matches(key[:60], names, n=1)
    return f"did you mean “{near[0]}”?" if near else "put what is not part of the format under “extra”"


def _schema_below(schema: Schema | None, key: Any) -> Schema | None:
    if schema is None or isinstance(key, int):
        return schema
    field = next((field for name, field in schema.fields.items() if (field.data_key or name) == key), None)
    return field.schema if isinstance(field, fields.Nested) else None


def capped(faults: Iterator[Fault]) -> list[Fault]:
    """The first faults, and one that says where there are more."""
    listed = list(itertools.islice(faults, limits.FAULTS))
    if next(faults, None) is None:
        return listed
    return [*listed, Fault("", f"The document has more faults than the {limits.FAULTS:,} listed.")]


def escape(key: object) -> str:
    """A key as one step of a JSON Pointer (RFC 6901)."""
    return _printable(key)[:200].replace("~", "~0").replace("/", "~1")


def _printable(key: object) -> str:
    return str(key).encode(errors="replace").decode()
