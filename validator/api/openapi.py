"""The API's description as OpenAPI 3.1, generated from the marshmallow schemas, and how a view joins it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import flask_smorest
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, Response
from marshmallow import RAISE, Schema
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import HTTPException

from validator import __version__
from validator.api import problems
from validator.api.schemas import ProblemSchema
from validator.document.jsonschema import describe_fields, name_of

View = TypeVar("View", bound=Callable[..., Response])
_ID_HEADER = {"X-Request-Id": {"description": "Id of the request, as in the log.", "schema": {"type": "string"}}}
_ETAG = {"ETag": {"description": "Changes with the content.", "schema": {"type": "string"}}}
_IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "schema": {"type": "string"},
    "description": "ETag of the answer at hand; what is unchanged is not sent again.",
}
_PROBLEMS = {
    400: "The request cannot be read.",
    401: "The request needs a key that is valid here.",
    403: "The key does not allow that.",
    404: "There is no such resource.",
    408: "The request did not arrive in time.",
    409: "It does not fit what is there.",
    410: "It is no longer kept.",
    412: "It was changed meanwhile: read it again.",
    413: "The body is larger than this server takes.",
    415: "The body is of a kind that is not read here.",
    422: "What was sent is at fault; every fault is listed.",
    428: "Say by If-Match which version is meant.",
    429: "More requests came than are allowed.",
    500: "The service itself failed; the log has the request's id.",
    503: "Not now: come back after a while.",
}


_OF_THE_DOOR = (401, 403, 429, 503)
"""Refusals that every resource but the open ones may meet with, before it is asked."""


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


Blueprint.ARGUMENTS_PARSER = Parameters()


def describe(app: Flask) -> Api:
    """Start the description of an application."""
    app.config.update(API_TITLE="OKR Validator", API_VERSION=__version__, OPENAPI_VERSION="3.1.0")
    about = "Judges OKR sets kept in other tools. Every finding says why it fired and what mends it."
    plugin = MarshmallowPlugin(schema_name_resolver=name_of)
    api = Api(app, spec_kwargs={"marshmallow_plugin": plugin, "info": {"description": about}})
    describe_fields(plugin)
    return api


def resource(
    blueprint: Blueprint,
    rule: str,
    answer: Answer,
    *,
    method: str = "GET",
    refusals: Sequence[int] = (),
    query: type[Schema] | None = None,
    **doc: Any,
) -> Callable[[View], View]:
    """Decorator: serve a view at a rule, and describe what it takes and answers."""

    def decorate(view: View) -> View:
        wrapped: Any = view
        door = _OF_THE_DOOR if rule.startswith("/v1/") else ()
        asked = (400, 422) if query is not None else ()
        for status in sorted({*refusals, *door, *asked, 500}):
            wrapped = _refusal(blueprint, status)(wrapped)
        wrapped = _success(blueprint, answer)(wrapped)
        if answer.reference:
            wrapped = blueprint.doc(parameters=[_IF_NONE_MATCH])(wrapped)
            wrapped = blueprint.alt_response(304, description="Unchanged.", headers={**_ID_HEADER, **_ETAG})(wrapped)
        if query is not None:
            wrapped = blueprint.arguments(query, location="query")(wrapped)
        blueprint.route(rule, methods=[method])(blueprint.doc(**doc)(wrapped))
        return view

    return decorate


def _success(blueprint: Blueprint, answer: Answer) -> Callable[[Any], Any]:
    headers = {**_ID_HEADER, **answer.headers, **(_ETAG if answer.reference else {})}
    decorator: Callable[[Any], Any] = blueprint.response(
        answer.status, answer.schema, content_type=answer.content_type, description=answer.description, headers=headers
    )
    return decorator


def _refusal(blueprint: Blueprint, status: int) -> Callable[[Any], Any]:
    headers = {**_ID_HEADER, "Retry-After": {"schema": {"type": "string"}}} if status in (429, 503) else _ID_HEADER
    decorator: Callable[[Any], Any] = blueprint.alt_response(
        status,
        schema=ProblemSchema,
        content_type=problems.CONTENT_TYPE,
        description=_PROBLEMS[status],
        headers=headers,
    )
    return decorator
