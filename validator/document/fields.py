"""The kinds of value in a document, as marshmallow fields that also take what people write in cells."""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Sequence
from typing import Any

from marshmallow import ValidationError, fields, validate
from marshmallow.experimental.context import Context

from validator.document import limits
from validator.document.values import Unreadable, parse_date, parse_number

Reading = Context[dict[str, str | None]]
"""How this document writes dates and numbers: `source.reading`."""


class Hinted(str):
    """A message that knows what would mend it."""

    __slots__ = ("hint",)
    hint: str

    def __new__(cls, message: str, hint: str) -> Hinted:
        made = super().__new__(cls, message)
        made.hint = hint
        return made


def refuse(message: str, hint: str = "") -> ValidationError:
    """A validation error whose message carries a hint."""
    return ValidationError([Hinted(message, hint)])


def _reading(key: str) -> str | None:
    return Reading.get({}).get(key)


class Id(fields.String):
    """An id as the source has it: text, or a whole number that becomes text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= limits.WHOLE:
            return str(value)
        if not isinstance(value, str):
            raise refuse("An id is text or a whole number.")
        if not value.strip() or len(value) > limits.ID_LENGTH:
            raise refuse(f"An id has 1 to {limits.ID_LENGTH} characters.")
        return _written(value)


class Text(fields.String):
    """Text of a bounded length."""

    def __init__(self, *, most: int = limits.TEXT_LENGTH, least: int = 0, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(min=least, max=most), **kwargs)
        self.most, self.least = most, least

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise refuse("Not text.", 'put it in quotes: "12"' if isinstance(value, int | float) else "")
        return _written(value)


def _written(text: str) -> str:
    if not writable(text):
        raise refuse("Holds half a character (a lone surrogate).", "export it again as UTF-8")
    return text


def writable(text: str) -> bool:
    """Whether a text can be written as UTF-8: JSON's escapes may also name half a character."""
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


class Amount(fields.Float):
    """A finite number, or a text that holds one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if isinstance(value, str):
            value = _read(parse_number, value, _reading("decimals"))
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise refuse("Not a number.")
        if not abs(value) <= limits.AMOUNT:
            raise refuse(f"A number lies between -{limits.AMOUNT:.0e} and {limits.AMOUNT:.0e}.", "use a larger unit")
        return value


class Flag(fields.Boolean):
    """True or false, as JSON has them: a word or a number that could mean either is refused."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise refuse("Not true or false.", "write true or false without quotes")
        return value


class Day(fields.Date):
    """A calendar day: an ISO date, or a text that holds one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime.date:
        if isinstance(value, datetime.datetime):
            return value.date()
        if isinstance(value, datetime.date):
            return value
        if not isinstance(value, str):
            raise refuse("Not a date.", 'write it as "2026-12-31"')
        day: datetime.date = _read(parse_date, value, _reading("dates"))
        return day


def _read(parse: Any, value: str, habit: str | None) -> Any:
    try:
        return parse(value, habit)
    except Unreadable as error:
        raise refuse(f"{error}.", error.hint) from None


class Word(fields.String):
    """One of a fixed set of words."""

    def __init__(self, words: Sequence[str], **kwargs: Any) -> None:
        super().__init__(validate=validate.OneOf(words), **kwargs)
        self.words = tuple(words)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, str) and value in self.words:
            return value
        near = difflib.get_close_matches(value[:50].casefold(), self.words, n=1) if isinstance(value, str) else []
        known = ", ".join(self.words)
        raise refuse(f"Not one of: {known}.", f"did you mean “{near[0]}”?" if near else "")
