"""API keys as they are asked for and shown."""

from __future__ import annotations

import datetime
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from validator.api.schema_parts import Answer, a_list, a_text, a_word, about
from validator.service.key_wishes import LONGEST_NAME, ROLES
from validator.service.keys import Key, status_of

STATES = ("active", "expired", "revoked")


class WishSchema(Schema):
    """A key to be made."""

    class Meta:
        """How marshmallow treats it."""

        unknown = RAISE

    name = fields.String(
        required=True,
        validate=validate.Length(min=1, max=LONGEST_NAME),
        metadata={"description": "Name of the app or person that uses it; the audit trail says it."},
    )
    role = fields.String(
        required=True,
        validate=validate.OneOf(ROLES),
        metadata={"description": "What it may do; each role more than the one before it."},
    )
    connections = fields.List(
        fields.String(validate=validate.Length(min=1, max=100)),
        allow_none=True,
        load_default=None,
        validate=validate.Length(min=1, max=1_000),
        metadata={"description": "Ids of the connections that it is for. Null or absent: all."},
    )
    expires_at = fields.AwareDateTime(
        format="iso",
        allow_none=True,
        load_default=None,
        metadata={"description": "When it ends, with an offset from UTC. Null or absent: when it is revoked."},
    )


class KeySchema(Answer):
    """A key, without its secret."""

    id = a_text("Id: the middle of the key itself, which is no secret.")
    name = a_text("Name of the app or person that uses it.")
    role = a_word(ROLES, "What it may do.")
    connections = fields.List(
        fields.String(), **about("Ids of the connections that it is for; null for all.", null=True)
    )
    state = a_word(STATES, "Whether it opens anything.")
    created_by = a_text("Who made it.")
    created_at = fields.AwareDateTime(**about("When it was made."))
    expires_at = fields.AwareDateTime(**about("When it ends by itself; null for never.", null=True))
    revoked_at = fields.AwareDateTime(**about("When it was revoked; null where it was not.", null=True))
    last_used_at = fields.AwareDateTime(**about("When it was last used, within a minute; null for never.", null=True))


class NewKeySchema(KeySchema):
    """A key just made."""

    key = a_text("The key itself, shown this once; null where the answer is given again.", null=True)


class KeyListSchema(Answer):
    """A page of keys."""

    keys = a_list(KeySchema, "Keys, the newest first, revoked ones too.")
    next = a_text("Cursor of the next page; null on the last.", null=True)


def shown(key: Key, now: datetime.datetime) -> dict[str, Any]:
    """A key as it is answered."""
    moments = {name: moment and moment.isoformat() for name, moment in key._asdict().items() if name.endswith("_at")}
    return {**key._asdict(), **moments, "state": status_of(key, now)}
