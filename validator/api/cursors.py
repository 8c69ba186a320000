"""Pages of a list: how many entries, and where the next page begins."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from validator.api.problems import Problem, unreadable

MOST = 200


class PageSchema(Schema):
    """Which page of a list."""

    class Meta:
        """How marshmallow treats it."""

        unknown = RAISE

    limit = fields.Integer(
        load_default=50,
        validate=validate.Range(min=1, max=MOST),
        metadata={"description": "Entries of a page, at most."},
    )
    cursor = fields.String(
        validate=validate.Length(min=1, max=200),
        metadata={"description": "Where the page begins: the next of the page before. Absent: the first page."},
    )


def cursor_of(place: str) -> str:
    """A place in a list as an opaque text."""
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def place_of(query: dict[str, Any]) -> str | None:
    """The place that the query's cursor stands for; None for the first page. Raises Problem (400)."""
    text = query.get("cursor")
    if text is None:
        return None
    try:
        place = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True).decode("utf-8")
    except (UnicodeError, binascii.Error):
        raise no_cursor() from None
    if cursor_of(place) != text:
        raise no_cursor()
    return place


def no_cursor() -> Problem:
    """The problem of a cursor that no list gave."""
    return unreadable(
        "It is no cursor of this list.", "take it from “next” of the page before", "query parameter “cursor”"
    )


def page(entries: Sequence[Any], limit: int) -> tuple[Sequence[Any], bool]:
    """The entries of a page, of which one more than the limit was asked for, and whether others follow."""
    return entries[:limit], len(entries) > limit
