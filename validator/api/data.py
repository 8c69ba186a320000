"""Answers with data, as JSON."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response, request


def as_json(data: Any, headers: Mapping[str, str] | None = None, *, status: int = 200) -> Response:
    """Data as JSON, not to be kept by anyone."""
    return Response(orjson.dumps(data), status, dict(headers or {}), content_type="application/json")


def as_reference(data: Any) -> Response:
    """Data that seldom changes: it may be kept, asking each time whether it is still right."""
    response = as_json(data, {"Cache-Control": "no-cache"})
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    response.make_conditional(request)
    return response
