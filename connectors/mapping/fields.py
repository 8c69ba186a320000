"""Fields of the mapping language: paths, templates, tables of words, and where a value comes from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from connectors.mapping.filters import Conditions
from connectors.mapping.paths import Path, read_path
from connectors.mapping.templates import plain, read_template, read_whole
from connectors.mapping.values import PER_SECOND, Value
from connectors.reading.words import DIRECTIONS, LEVELS

MOST = 20
"""Entries of one list in a mapping."""
_CHOICES = {"level": LEVELS, "direction": DIRECTIONS}


class PathField(fields.Field[Path]):
    """A path."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Path:
        return _path(value)


def _path(value: Any) -> Path:
    if not isinstance(value, str):
        raise ValidationError("A path is a text such as owner.email.")
    try:
        return read_path(value.strip())
    except ValueError as error:
        raise ValidationError(str(error)) from None


class Paths(fields.Field[tuple[Path, ...]]):
    """A path, or a list of them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[Path, ...]:
        listed = value if isinstance(value, list) else [value]
        if not 0 < len(listed) <= MOST:
            raise ValidationError(f"One path, or a list of at most {MOST}.")
        return tuple(_path(one) for one in listed)


class TemplateField(fields.String):
    """A text with places such as {id}."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        if not text:
            raise ValidationError("An empty text.")
        try:
            return read_template(text)
        except ValueError as error:
            raise ValidationError(str(error)) from None


def _object(value: Any) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping):
        raise ValidationError("An object: names and values.")
    return value


class Whole(fields.Field[Any]):
    """An object in which a text may be a place such as {id}."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        given = _object(value)
        try:
            return read_whole(given)
        except ValueError as error:
            raise ValidationError(str(error)) from None


class ConditionsField(fields.Field[Conditions]):
    """What a record must hold: paths, each with the value or values that will do."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        given = _object(value)
        return tuple((_path(path), _texts(wanted)) for path, wanted in given.items())


def _texts(wanted: Any) -> frozenset[str]:
    listed = wanted if isinstance(wanted, list) else [wanted]
    if not all(one is None or isinstance(one, str | int | float) for one in listed):
        raise ValidationError("A value, or a list of values.")
    return frozenset(map(plain, listed))


class Words(fields.Field[Any]):
    """What the tool's words mean: a table whose keys count as texts; null means nothing."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        given = _object(value)
        odd = {word: ["A text, a number or null."] for word, meant in given.items() if isinstance(meant, dict | list)}
        if odd:
            raise ValidationError(odd)
        return {plain(word): meant for word, meant in given.items()}


class ValueField(fields.Field[Value]):
    """Where a field of the document comes from: a path, several of them, or an object that says more."""

    def __init__(self, kind: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind = kind
        self.schema = ValueSchema()

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Value:
        if not isinstance(value, Mapping):
            return Value(self.kind, Paths().deserialize(value))
        found: Value = self.schema.load(value)._replace(kind=self.kind)
        faults = dict(_misfits(found))
        if faults:
            raise ValidationError(faults)
        return found


def _single(value: Any) -> None:
    if not isinstance(value, str | int | float):
        raise ValidationError("A text or a number.")


class ValueSchema(Schema):
    """Where a field comes from, in full."""

    path = Paths()
    value = fields.Raw(validate=_single)
    template = TemplateField()
    words = Words(validate=validate.Length(1, 200))
    date = fields.String(validate=validate.OneOf(("iso", *PER_SECOND)), load_default="iso")
    times = fields.Float(validate=validate.Range(-1e9, 1e9))

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def check_source(self, _data: Mapping[str, Any], given: Mapping[str, Any], **_: Any) -> None:
        """Raise ValidationError where it does not come from exactly one thing."""
        if isinstance(given, Mapping) and len(given.keys() & {"path", "value", "template"}) != 1:
            raise ValidationError("Give one of “path”, “value” and “template”.")

    @post_load
    def make(self, data: Mapping[str, Any], **_: Any) -> Value:
        """The value, of no kind yet."""
        return Value(
            "", data.get("path", ()), data.get("value"), data.get("template"), data.get("words"), data["date"],
            data.get("times"),
        )  # fmt: skip


def _misfits(value: Value) -> Any:
    """Options that a kind of field does not take, and words that it does not know."""
    if value.date != "iso" and value.kind != "day":
        yield "date", ["Only a date has it."]
    if value.times is not None and value.kind != "number":
        yield "times", ["Only a number has it."]
    if value.constant is not None and (said := _unknown(value.kind, value.constant)):
        yield "value", [said]
    unknown = {word: [said] for word, meant in (value.words or {}).items() if (said := _unknown(value.kind, meant))}
    if unknown:
        yield "words", unknown


def _unknown(kind: str, constant: Any) -> str:
    """What is wrong with a constant; "" where nothing is."""
    odd: Counter[str] = Counter()
    if constant is not None:
        Value(kind, constant=constant).of({}, odd, "constant")
    known = f" Known: {', '.join(_CHOICES[kind])}." if kind in _CHOICES else ""
    return f"“{str(constant)[:50]}” cannot stand here.{known}" if odd else ""
