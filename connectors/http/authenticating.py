"""How a request proves who sends it, as a setting: the secret itself is always a reference."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, NamedTuple

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from connectors.http.fields import Secret, reveal
from connectors.http.references import REFERENCE
from connectors.http.secrets import in_headers

_NEEDS = {"bearer": (), "header": ("name",), "basic": ("user",), "query": ("name",)}
_NAME = validate.Regexp(r"[A-Za-z0-9_.\-\[\]]{1,100}\Z", error="Not the name of a header or parameter.")


class Proof(NamedTuple):
    """What goes with every request. Kept only as long as it is asked."""

    headers: Mapping[str, str]
    params: Mapping[str, str]
    secrets: tuple[str, ...]
    """To be scrubbed."""


NOTHING = Proof({}, {}, ())


class Authentication(NamedTuple):
    """A way to prove who asks."""

    kind: str
    secret: str
    """A reference: env:NAME or file:PATH."""
    name: str = ""
    user: str = ""
    prefix: str = ""

    def proof(self) -> Proof:
        """With the secret, read now. Raises SourceError."""
        secret = reveal(self.secret)
        if self.kind == "query":
            return Proof({}, {self.name: f"{self.prefix}{secret}"}, (secret,))
        if self.kind == "header":
            return Proof({self.name: f"{self.prefix}{secret}"}, {}, (secret,))
        if self.kind == "basic":
            both = base64.b64encode(f"{self.user}:{secret}".encode()).decode()
            return Proof({"Authorization": f"Basic {both}"}, {}, (secret, both))
        return Proof({"Authorization": f"Bearer {secret}"}, {}, (secret,))


class Headers(fields.Field[Mapping[str, str]]):
    """Further headers: texts, and references for what is secret."""

    _texts = fields.Dict(
        keys=fields.String(validate=_NAME),
        values=fields.String(validate=validate.Length(1, 1000)),
        validate=validate.Length(max=20),
    )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Mapping[str, str]:
        headers: Mapping[str, str] = self._texts.deserialize(value)
        secret = [
            name for name, text in headers.items() if not REFERENCE.fullmatch(text) and any(in_headers({name: text}))
        ]
        if secret:
            raise ValidationError({name: ["It looks like a secret; write env:NAME or file:PATH."] for name in secret})
        return headers


def revealed(headers: Mapping[str, str]) -> Proof:
    """Further headers with their secrets, read now. Raises SourceError."""
    secrets = {name: reveal(value) for name, value in headers.items() if REFERENCE.fullmatch(value)}
    return Proof({**headers, **secrets}, {}, tuple(secrets.values()))


class AuthenticationSchema(Schema):
    """The setting `auth`."""

    kind = fields.String(required=True, validate=validate.OneOf(tuple(_NEEDS)))
    secret = Secret(required=True)
    name = fields.String(validate=_NAME)
    user = fields.String(validate=validate.Length(1, 200))
    prefix = fields.String(validate=validate.Regexp(r"[ -~]{0,50}\Z", error="Not plain text of at most 50 characters."))

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def check_parts(self, data: Mapping[str, Any], given: Mapping[str, Any], **_: Any) -> None:
        """Raise ValidationError where a kind lacks what it needs, or has what is of no use to it."""
        kind = data.get("kind")
        if kind not in _NEEDS or not isinstance(given, Mapping):
            return
        needs = _NEEDS[kind]
        faults = {name: [f"“{kind}” needs it."] for name in needs if name not in given}
        takes = (*needs, "prefix") if "name" in needs else needs
        others = (name for name in ("name", "user", "prefix") if name in given and name not in takes)
        faults |= {name: [f"“{kind}” does not use it."] for name in others}
        if faults:
            raise ValidationError(faults)

    @post_load
    def make(self, data: Mapping[str, Any], **_: Any) -> Authentication:
        """The setting as it is used."""
        return Authentication(**data)
