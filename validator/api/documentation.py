"""The description of the API, and the page that shows it; everything comes from this server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import flask_swagger_ui
from flask import Blueprint, Response, redirect, send_from_directory

from validator.api.authentication import asks_everybody
from validator.api.data import as_reference
from validator.api.openapi import Api, as_served
from validator.api.problems import Problem

_OURS = Path(__file__).parent / "static"
_SWAGGER = Path(flask_swagger_ui.__file__).parent / "dist"
_FILES = {
    "docs.js": _OURS,
    "swagger-ui-bundle.js": _SWAGGER,
    "swagger-ui.css": _SWAGGER,
    "favicon-32x32.png": _SWAGGER,
}
# The page may load and ask for nothing but what this server gives; its styles are set by script, its icons are data.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def pages(api: Api) -> Blueprint:
    """The pages that describe an API."""
    blueprint = Blueprint("documentation", __name__)
    blueprint.get("/openapi.json")(_description(api))
    blueprint.get("/")(lambda: redirect("/docs", 302))
    blueprint.get("/docs")(_page)
    blueprint.get("/docs/<name>")(_file)
    return blueprint


def _description(api: Api) -> Callable[[], Response]:
    def openapi() -> Response:
        return as_reference(as_served(api, key_needed=asks_everybody()))

    return openapi


def _page() -> Response:
    response = send_from_directory(_OURS, "docs.html")
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def _file(name: str) -> Response:
    if name not in _FILES:
        raise Problem(404, "not-found", "There is no such file.")
    return send_from_directory(_FILES[name], name, max_age=3_600)
