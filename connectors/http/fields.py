"""Fields of a connector's settings: references to secrets, and addresses."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from marshmallow import ValidationError, fields

from connectors.contract import Fault, SourceError
from connectors.http.references import REFERENCE, never

_LONGEST = 64 * 1024
_HOW = "write env:NAME for an environment variable or file:PATH for a file that holds it"


class Secret(fields.String):
    """A reference to a secret, kept as its text: env:NAME or file:PATH. A secret itself is refused, and not repeated."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or not REFERENCE.fullmatch(value.strip()):
            raise ValidationError(f"Not a reference to a secret; {_HOW}.")
        return value.strip()


class BaseUrl(fields.String):
    """The address of a tool, such as https://app.example.com/api: kept without a slash at its end.

    One without TLS (http) is taken here, and asked only where it lies in a network that the caller allows.
    """

    schemes: tuple[str, ...] = ("https", "http")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        parts = _split(text)
        if parts.scheme not in self.schemes:
            raise ValidationError(f"Not an address that begins with {' or '.join(f'{s}://' for s in self.schemes)}.")
        if parts.username is not None or parts.password is not None:
            raise ValidationError("Holds a user name or password; secrets are set apart, as references.")
        self._check(parts)
        return text.rstrip("/")

    def _check(self, parts: SplitResult) -> None:
        if parts.query or parts.fragment:
            raise ValidationError("Holds “?” or “#”; give the address up to the path.")


class HttpsUrl(BaseUrl):
    """The https address of one thing, such as an exported file; it may have a query."""

    schemes = ("https",)

    def _check(self, parts: SplitResult) -> None:
        pass


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        named = False
    if not named or re.search(r"[\s\\\x00-\x1f]", text):
        raise ValidationError("Not a web address, such as https://app.example.com.")
    return parts


def reveal(reference: str, *, lines: bool = False) -> str:
    """The secret behind a reference, stripped; read at the time of use and kept nowhere.

    `lines` allows one of several lines, such as a key file. Raises SourceError where it is absent, empty, or has several
    lines all the same, and for the service's own; the error names the reference, never the secret. Whether the operator
    allows a reference that a user gave is asked of `references.check`.
    """
    kind, _, name = reference.partition(":")
    if kind not in ("env", "file") or not name:
        raise SourceError(Fault("", "A setting is no reference to a secret.", _HOW))
    if why := never(reference):
        raise _unusable(reference, why)
    value = (os.environ.get(name, "") if kind == "env" else _read(name, reference)).strip()
    if not value:
        what = "environment variable is not set or empty" if kind == "env" else "file is empty"
        raise _unusable(reference, f"the {what}")
    if not lines and not value.isprintable():
        raise _unusable(reference, "it has several lines or control characters")
    return value


def _read(name: str, reference: str) -> str:
    problem = "the file cannot be read"
    try:
        path = Path(name)
        if not stat.S_ISREG(path.stat().st_mode):
            problem = "it is no file"
        elif path.stat().st_size > _LONGEST:
            problem = f"the file is longer than {_LONGEST:,} bytes"
        else:
            return path.read_text("utf-8")
    except (OSError, ValueError):
        pass
    raise _unusable(reference, problem)


def _unusable(reference: str, why: str) -> SourceError:
    message = f"The secret “{reference}” cannot be used: {why}."
    return SourceError(Fault("", message, "Set it for the process that reads the source, on one line."))
