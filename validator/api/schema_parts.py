"""The small parts that the descriptions of answers are made of."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, fields, validate

SEVERITIES = ("error", "warning", "info")


class Answer(Schema):
    """An object of an answer: nothing else stands in it."""

    class Meta:
        """How marshmallow treats it."""

        unknown = RAISE


def about(sentence: str, *, null: bool = False, **more: Any) -> dict[str, Any]:
    """A field that is always there; `null` where it may hold nothing."""
    return {"required": True, "allow_none": null, "metadata": {"description": sentence, **more}}


def a_text(sentence: str, *, null: bool = False) -> fields.String:
    """A text."""
    return fields.String(**about(sentence, null=null))


def a_word(words: tuple[str, ...], sentence: str) -> fields.String:
    """One of a few words."""
    return fields.String(validate=validate.OneOf(words), **about(sentence))


def a_count(sentence: str) -> fields.Integer:
    """A whole number from 0 up."""
    return fields.Integer(validate=validate.Range(min=0), **about(sentence))


def a_list(of: type[Schema] | fields.String, sentence: str) -> Any:
    """A list."""
    if isinstance(of, fields.String):
        return fields.List(of, **about(sentence))
    return fields.Nested(of, many=True, **about(sentence))


def a_condition(sentence: str, *, null: bool = False) -> fields.Dict:
    """A condition of a rule, or a group of them."""
    return fields.Dict(keys=fields.String(), **about(sentence, null=null))


def some_counts(sentence: str) -> fields.Dict:
    """Whole numbers by name."""
    return fields.Dict(keys=fields.String(), values=fields.Integer(), **about(sentence))
