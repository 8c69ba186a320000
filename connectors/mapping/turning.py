"""Turning pages: how a tool says that there are more records, and how it is asked for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urljoin

import orjson
from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from connectors.http.client import Answer
from connectors.http.paging import next_link
from connectors.mapping.counting import ByOffset, ByPage, Listed
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
_COUNTED = ("offset", "page")
_NO_WAY = "The tool says that there is more and gives no way to it."
_NOT_SAID = "The tool does not say any more whether there is more."


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
    """Finds the token of the next page of one list, and what tells that the list is not whole."""

    def __init__(self, paging: Paging, identity: Callable[[Any], str]) -> None:
        self.next: str | None = None
        """The token of the next page; None at the end."""
        self.cut = ""
        """Why records are missing, as far as the paging tells."""
        self._paging, self._identity = paging, identity
        self._counting = ByOffset() if paging.kind == "offset" else ByPage(paging.first)
        self._answered = self._told = False

    @property
    def again(self) -> str | None:
        """The token of a page that is to be asked for once more, and given to `compare`."""
        return self._counting.again

    @property
    def untold(self) -> str:
        """The path in the mapping that leads to whether there is more, where no answer had it."""
        path = self._paging.at if self._paging.kind == "relay" else self._paging.more
        return path.text if path is not None and self._answered and not self._told else ""

    def take(self, answer: Answer, entries: Sequence[Any]) -> Sequence[Any]:
        """Go on after an answer with these records; gives those that were not on the page before."""
        self._answered = True
        kind = self._paging.kind
        if kind in _COUNTED:
            return entries[self._count(answer.data, entries) :]
        if kind == "link":
            self.next = next_link(answer)
        elif kind == "relay":
            self.next = self._relayed(_first(self._paging.at, answer.data))
        elif kind != "none":
            self.next = self._pointed(answer)
        return entries

    def compare(self, entries: Sequence[Any]) -> None:
        """Take note of a page that was asked for once more."""
        if isinstance(self._counting, ByPage):
            self._counting.compare([self._identity(entry) for entry in entries])
            self.cut = self._counting.cut

    def _count(self, data: Any, entries: Sequence[Any]) -> int:
        total, pages = (_number(_first(path, data)) for path in (self._paging.total, self._paging.pages))
        ids = [self._identity(entry) for entry in entries]
        known = self._counting.take(Listed(ids, [content(entry) for entry in entries], total, pages))
        self.next, self.cut = self._counting.next, self._counting.cut
        return known

    def _relayed(self, info: Any) -> str | None:
        if not isinstance(info, Mapping) or "hasNextPage" not in info:
            self.cut = _NOT_SAID if self._told else ""
            return None
        self._told = True
        return self._going_on(info.get("endCursor")) if _is_more(info["hasNextPage"]) else None

    def _pointed(self, answer: Answer) -> str | None:
        value, more = _first(self._paging.at, answer.data), self._paging.more
        if more is not None:
            said = find(more, answer.data)
            self._told = self._told or bool(said)
            if not said or not _is_more(said[0]):
                return None
        elif value in (None, "", [], {}):
            return None
        found = self._going_on(value)
        return _joined(answer.url, found) if found and self._paging.kind == "next" else found

    def _going_on(self, cursor: Any) -> str | None:
        """The cursor as a token, where there is more."""
        self.cut = "" if plain(cursor) else _NO_WAY
        return plain(cursor) or None


def content(entry: Any) -> str:
    """What tells a record from others by all that it holds."""
    return str(hash(orjson.dumps(entry, option=orjson.OPT_SORT_KEYS)))


def _is_more(value: Any) -> bool:
    return bool(value) if isinstance(value, Mapping | list) else plain(value).lower() not in _AFTER


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
