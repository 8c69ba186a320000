"""The kinds of field that hold other values: bounded before anything in them is read."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from validator.document import limits
from validator.document.fields import refuse, writable


class Many(fields.Nested):
    """A list of parts. Its length is checked before anything in it is read."""

    def __init__(self, schema: type[Schema], *, most: int, **kwargs: Any) -> None:
        super().__init__(schema, many=True, validate=validate.Length(max=most), **kwargs)
        self.most = most

    def _deserialize(self, value: Any, attr: str | None, data: Any, partial: Any = None, **kwargs: Any) -> Any:
        return super()._deserialize(_at_most(self.most, value), attr, data, partial, **kwargs)


class Listed(fields.List[Any]):
    """A list of values. Its length is checked before anything in it is read."""

    def __init__(self, of: fields.Field[Any], *, most: int, **kwargs: Any) -> None:
        super().__init__(of, validate=validate.Length(max=most), **kwargs)
        self.most = most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        return super()._deserialize(_at_most(self.most, value), attr, data, **kwargs)


def _at_most(most: int, value: Any) -> Any:
    if isinstance(value, list) and len(value) > most:
        raise refuse(f"Longer than {most:,} entries.")
    return value


class Extra(fields.Dict):
    """Whatever else the sender wants to keep with an item: never judged, bounded in size."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, dict):
            raise refuse("Not an object.")
        _bound(value)
        return value


def _bound(value: Any) -> None:
    nodes, layer = 0, [value]
    for _ in range(limits.EXTRA_DEPTH):
        nodes += len(layer)
        if nodes > limits.EXTRA_NODES:
            raise refuse(f"Holds more than {limits.EXTRA_NODES} values.")
        if not all(_is_json(node) for node in layer):
            raise refuse("Holds what JSON cannot: a number beyond 64 bits, half a character, or a key that is no text.")
        layer = [inner for node in layer for inner in _inner(node)]
    if layer:
        raise refuse(f"Nested deeper than {limits.EXTRA_DEPTH} levels.")


def _is_json(node: Any) -> bool:
    """Whether a value, but for what it holds, can be written as JSON."""
    if isinstance(node, int):
        return abs(node) <= limits.WHOLE
    texts = [node] if isinstance(node, str) else list(node) if isinstance(node, dict) else []
    return all(isinstance(text, str) and writable(text) for text in texts)


def _inner(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return list(node.values())
    return list(node) if isinstance(node, list) else []
