"""The API's description as OpenAPI 3.1, generated from the marshmallow schemas, and how a view joins it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple, TypeVar

import flask_smorest
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, Response
from flask_smorest.utils import load_info_from_docstring
from marshmallow import RAISE, Schema
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import HTTPException

from validator import __version__
from validator.api import problems
from validator.api.in_path import in_path
from validator.api.outgoing import describe_messages
from validator.api.permissions import needed, sentence
from validator.api.refusals import ID_HEADER, components, expected, named
from validator.api.schemas import ProblemSchema
from validator.document.jsonschema import describe_fields, name_of

View = TypeVar("View", bound=Callable[..., Response])
_ETAG = {"ETag": {"description": "Changes with the content.", "schema": {"type": "string"}}}
_IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "schema": {"type": "string"},
    "description": "ETag of the answer at hand; what is unchanged is not sent again.",
}
_KEY = "key"
_SCHEME = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "okrv_…",
    "description": "A key of this service. Until one is made it answers programs of its own machine only, without a key.",
}


class Answer(NamedTuple):
    """What a view answers when all is well."""

    schema: type[Schema] | dict[str, Any] | None
    description: str
    content_type: str = "application/json"
    headers: Mapping[str, Any] = {}
    status: int = 200
    reference: bool = False
    """Whether it seldom changes: it bears an ETag, and is not sent again to who has it."""


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """Views of one resource, with their description."""


class Api(flask_smorest.Api):  # type: ignore[misc]
    """The description of all resources; every error is a problem document."""

    DEFAULT_ERROR_RESPONSE_NAME = None
    ERROR_SCHEMA = ProblemSchema

    def handle_http_exception(self, error: HTTPException) -> Response:
        """Answer an error."""
        return problems.answer(error)


class Parameters(FlaskParser):
    """Reads query parameters: unknown ones, and the same one twice, are refused."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {"query": RAISE}  # noqa: RUF012 - webargs' attribute

    def load_querystring(self, req: Any, schema: Schema) -> dict[str, Any]:
        """The query parameters by name."""
        for name, values in req.args.lists():
            if len(values) > 1:
                raise problems.unreadable("Given more than once.", "", f"query parameter “{name[:50]}”")
        parameters: dict[str, Any] = req.args.to_dict()
        return parameters

    def handle_error(self, error: Any, *_: Any, **__: Any) -> Any:
        """Refuse parameters at fault."""
        raise problems.bad_fields(error.messages["query"], "query parameter")


_parameters = Parameters()


def describe(app: Flask) -> Api:
    """Start the description of an application."""
    app.config.update(API_TITLE="OKR Validator", API_VERSION=__version__, OPENAPI_VERSION="3.1.0")
    about = "Judges OKR sets kept in other tools. Every finding says why it fired and what mends it."
    plugin = MarshmallowPlugin(schema_name_resolver=name_of)
    api = Api(app, spec_kwargs={"marshmallow_plugin": plugin, "info": {"description": about}})
    describe_fields(plugin)
    api.spec.components.security_scheme(_KEY, _SCHEME)
    for name, refusal in components():
        api.spec.components.response(name, refusal)
    describe_messages(api.spec)
    return api


def as_served(api: Api, *, key_needed: bool) -> dict[str, Any]:
    """The whole description. Where no key is needed yet, each operation says that it may do without."""
    document: dict[str, Any] = api.spec.to_dict()
    if key_needed:
        return document
    paths = {
        path: {name: _without_key(part) for name, part in parts.items()} for path, parts in document["paths"].items()
    }
    return {**document, "paths": paths}


def _without_key(part: Any) -> Any:
    closed = isinstance(part, dict) and "security" in part
    return {**part, "security": [*part["security"], {}]} if closed else part


def resource(
    blueprint: Blueprint,
    rule: str,
    answer: Answer,
    *,
    method: str = "GET",
    refusals: Collection[int] = (),
    query: type[Schema] | None = None,
    **doc: Any,
) -> Callable[[View], View]:
    """Decorator: serve a view at a rule, and describe what it takes and answers.

    Who may ask, and which refusals follow from that and from what it takes, is worked out: `refusals` are its own ones.
    """

    def decorate(view: View) -> View:
        need = needed(method, rule)
        served: Any = view if query is None else _parameters.use_args(query, location="query")(view)
        told = {
            **doc,
            "description": "\n\n".join(filter(None, (_told(view), sentence(need)))),
            "parameters": _taken(answer, query, doc),
            "security": [] if need.role is None else [{_KEY: []}],
        }
        told["responses"] = _answers(answer, {*refusals, *expected(rule, need, told)})
        documented = blueprint.doc(**{name: value for name, value in told.items() if value})
        blueprint.route(rule, methods=[method], parameters=in_path(rule))(documented(served))
        return view

    return decorate


def _told(view: Callable[..., Response]) -> str:
    """What a docstring says below its first line."""
    return str(load_info_from_docstring(view.__doc__).get("description", ""))


def _taken(answer: Answer, query: type[Schema] | None, doc: Mapping[str, Any]) -> list[Any]:
    """The parameters besides those in the path."""
    asked = [] if query is None else [{"in": "query", "schema": query}]
    return [*asked, *doc.get("parameters", ()), *([_IF_NONE_MATCH] if answer.reference else ())]


def _answers(answer: Answer, refusals: Collection[int]) -> dict[int, Any]:
    headers = {**ID_HEADER, **answer.headers, **(_ETAG if answer.reference else {})}
    content = {} if answer.schema is None else {"content": {answer.content_type: {"schema": answer.schema}}}
    unchanged = {304: {"description": "Unchanged.", "headers": {**ID_HEADER, **_ETAG}}}
    return {
        answer.status: {"description": answer.description, "headers": headers, **content},
        **(unchanged if answer.reference else {}),
        **named(refusals),
    }
