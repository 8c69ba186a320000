"""GraphQL for the fake tool: queries are checked and run by graphql-core on an excerpt of a vendor's schema."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from tests.connectors.fake_tool import Asked, Listing, Served, Single

SCHEMAS = Path(__file__).parent / "schemas"
Change = Callable[[dict[str, Any]], Any]
"""Changes the body of an answer."""


def schema(name: str) -> GraphQLSchema:
    """The excerpt of a vendor's schema."""
    return build_schema((SCHEMAS / f"{name}.graphql").read_text("utf-8"))


@cache
def _checked(schema: GraphQLSchema, query: str) -> tuple[DocumentNode, list[GraphQLError]]:
    document = parse(query)
    return document, validate(schema, document)


def run(schema: GraphQLSchema, asked: Asked, root: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a query: what it asks for of the root, or what is wrong with it."""
    document, errors = _checked(schema, asked.body["query"])
    if errors:
        return {"errors": [error.formatted for error in errors]}
    return execute_sync(schema, document, dict(root), variable_values=asked.body["variables"]).formatted


def connection(nodes: Sequence[Any], following: str | None = None) -> dict[str, Any]:
    """A list as the Relay specification has it."""
    info = {"hasNextPage": following is not None, "endCursor": following, "hasPreviousPage": False}
    return {"nodes": list(nodes), "edges": [{"cursor": "c", "node": node} for node in nodes], "pageInfo": info}


def paged(
    schema: GraphQLSchema,
    path: str,
    at: Sequence[str],
    records: Callable[[Asked], Sequence[Any]],
    *,
    size: int = 40,
    changes: Mapping[int, Change] = {},
) -> Listing:
    """The list that lies there in the data, in pages; `changes` are made to the answers of these numbers, from 1."""
    numbers = itertools.count(1)

    def body(served: Served) -> Any:
        root: Any = connection(served.records, served.token)
        for name in reversed(at):
            root = {name: root}
        return changes.get(next(numbers), lambda found: found)(run(schema, served.asked, root))

    def token(asked: Asked) -> str | None:
        return asked.body["variables"].get("after")

    return Listing(path, records, body, token=token, size=size, method="POST", when=_asks(at[-1]))


def single(schema: GraphQLSchema, path: str, field: str, value: Callable[[Asked], Any]) -> Single:
    """One field of the query."""
    return Single(path, lambda asked: run(schema, asked, {field: value(asked)}), method="POST", when=_asks(field))


def failing(*errors: Mapping[str, Any], data: Any = None) -> Change:
    """Errors in place of an answer."""
    return lambda _found: {"data": data, "errors": list(errors)}


def price(query: str, first: int) -> float:
    """What GitLab's source counts for a query of this form: a point for each field, and one percent more for each entry."""
    (definition,) = parse(query).definitions
    return _points(definition.selection_set.selections) * (1 + first / 100)


def _points(selections: Sequence[Any]) -> int:
    own = sum(isinstance(node, FieldNode) for node in selections)
    return own + sum(
        _points(node.selection_set.selections)
        for node in selections
        if isinstance(node, FieldNode | InlineFragmentNode) and node.selection_set
    )


def _asks(field: str) -> Callable[[Asked], bool]:
    return lambda asked: isinstance(asked.body, dict) and field in asked.body.get("query", "")
