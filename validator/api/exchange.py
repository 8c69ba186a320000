"""What happens around every request, whatever it asks for: its id, its body's limit, headers, counts and the log."""

from __future__ import annotations

import re
import time
import uuid
from typing import Any

from flask import Flask, Response, g, request

from validator.api import logs, metrics
from validator.api.body import Body

REQUEST_ID = "X-Request-Id"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SANE_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def install(app: Flask, max_body: int) -> None:
    """Wrap every request of the application."""

    def begin() -> None:
        _begin(max_body)

    app.before_request(begin)
    app.after_request(_finish)


def note(**facts: Any) -> None:
    """Add facts to the request's line in the log: numbers and names of ours, nothing that was sent."""
    g.facts.update(facts)


def _begin(max_body: int) -> None:
    given = request.headers.get(REQUEST_ID, "")
    g.request_id = given if _SANE_ID.fullmatch(given) else uuid.uuid4().hex
    g.started, g.facts = time.perf_counter(), {}
    g.body = Body(request.environ["wsgi.input"], max_body, request.content_length or 0)
    request.environ["wsgi.input"] = g.body
    logs.begin(g.request_id)


def _finish(response: Response) -> Response:
    g.body.drop()
    response.headers[REQUEST_ID] = g.request_id
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    route = request.url_rule.rule if request.url_rule else None
    seconds = time.perf_counter() - g.started
    # A client may make up methods; counts and the log keep to those that exist.
    method = request.method if request.method in _METHODS else "other"
    metrics.served(route, method, response.status_code, seconds)
    logs.served(
        method=method,
        route=route,
        status=response.status_code,
        ms=round(seconds * 1000, 1),
        bytes_in=g.body.taken,
        bytes_out=response.content_length,
        **g.facts,
    )
    return response
