"""Turning pages: how a tool says that there are more records, and how it is asked for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urljoin

import orjson
from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from connectors.http.client import Answer
from connectors.http.offsets import Offsets
from connectors.http.paging import next_link
from connectors.mapping.fields import PathField
from connectors.mapping.paths import Path, find
from connectors.mapping.templates import plain

_TAKES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "none": ((), ()),
    "offset": ((), ("send", "total")),
    "page": ((), ("send", "first", "total", "pages")),
    "cursor": (("at", "send"), ("more",)),
    "next": (("at",), ()),
    "link": ((), ()),
    "relay": (("at",), ("send",)),
}
"""By kind of paging: the options that it needs, and those that it takes as well."""
_SENT = {"offset": "offset", "page": "page", "relay": "variables.after"}
_AFTER = ("", "false", "0")


class Paging(NamedTuple):
    """How a list is paged."""

    kind: str = "none"
    at: Path | None = None
    """Where the cursor is, the address of the next page, or Relay's pageInfo."""
    send: str = ""
    """Parameter, or path into the body of a POST, in which a page is asked for."""
    more: Path | None = None
    total: Path | None = None
    pages: Path | None = None
    first: int = 1


class Turner:
    """Finds the token of the next page of one list."""

    def __init__(self, paging: Paging) -> None:
        self._paging = paging
        self._offsets = Offsets(1)  # a tool may send less than it was asked for: only nothing is the end
        self._page, self._read = paging.first, 0

    def following(self, answer: Answer, entries: Sequence[Any]) -> str | None:
        """The token of the page after an answer with these records; None at the end."""
        paging, data = self._paging, answer.data
        if paging.kind == "link":
            return next_link(answer)
        if paging.kind == "relay":
            info = _first(paging.at, data)
            more = isinstance(info, Mapping) and info.get("hasNextPage") is True
            return plain(info.get("endCursor")) or None if more else None
        if paging.kind in ("cursor", "next"):
            ended = paging.more is not None and plain(_first(paging.more, data)) in _AFTER
            found = "" if ended else plain(_first(paging.at, data))
            return (_joined(answer.url, found) if paging.kind == "next" else found) if found else None
        return self._counted(data, entries) if paging.kind in ("offset", "page") else None

    def _counted(self, data: Any, entries: Sequence[Any]) -> str | None:
        total, pages = (_number(_first(path, data)) for path in (self._paging.total, self._paging.pages))
        if self._paging.kind == "offset":
            marks = [str(hash(orjson.dumps(entry, option=orjson.OPT_SORT_KEYS))) for entry in entries]
            self._offsets.move(marks, len(entries), total)
            return self._offsets.next
        self._page += 1
        self._read += len(entries)
        over = (total is not None and self._read >= total) or (
            pages is not None and self._page - self._paging.first >= pages
        )
        return None if over or not entries else str(self._page)


def _first(path: Path | None, data: Any) -> Any:
    return next(iter(find(path, data)), None) if path is not None else None


def _number(value: Any) -> float | None:
    text = plain(value)
    return float(text) if text.isdecimal() and len(text) < 16 else None


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link)
    except ValueError:
        return link


class PagingSchema(Schema):
    """The option `paging`."""

    kind = fields.String(required=True, validate=validate.OneOf(tuple(_TAKES)))
    at = PathField()
    send = fields.String(validate=validate.Length(1, 100))
    more = PathField()
    total = PathField()
    pages = PathField()
    first = fields.Integer(strict=True, validate=validate.Range(0, 1))

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def check_options(self, data: Mapping[str, Any], given: Mapping[str, Any], **_: Any) -> None:
        """Raise ValidationError where a kind lacks what it needs, or has what is of no use to it."""
        kind = str(data.get("kind"))
        if kind not in _TAKES or not isinstance(given, Mapping):
            return
        needed, also = _TAKES[kind]
        faults = {name: [f"“{kind}” needs it."] for name in needed if name not in given}
        of_no_use = (name for name in self.fields if name in given and name not in ("kind", *needed, *also))
        faults |= {name: [f"“{kind}” does not use it."] for name in of_no_use}
        if faults:
            raise ValidationError(faults)

    @post_load
    def make(self, data: Mapping[str, Any], **_: Any) -> Paging:
        """The paging."""
        return Paging(**{"send": _SENT.get(data["kind"], ""), **data})
