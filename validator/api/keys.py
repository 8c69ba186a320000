"""API keys: the resource /v1/keys."""

from __future__ import annotations

import datetime
from typing import Any

import orjson
from flask import Response, g

from validator.api import idempotent
from validator.api.cursors import PageSchema, cursor_of, no_cursor, page, place_of
from validator.api.data import as_json
from validator.api.guard import guard_of_app
from validator.api.key_schemas import KeyListSchema, KeySchema, NewKeySchema, WishSchema, shown
from validator.api.openapi import Answer, Blueprint, resource
from validator.api.problems import Problem
from validator.api.sent import invalid, sent
from validator.api.stored import store
from validator.errors import BadInput
from validator.service import keys
from validator.service.key_wishes import Wish
from validator.service.keys import Key
from validator.store.engine import reading, writing

blueprint = Blueprint("keys", __name__, description="Keys of the apps and people that use this API.")
_BODY = {"required": True, "content": {"application/json": {"schema": WishSchema}}}
_LOCATION = {"Location": {"description": "The key, without its secret.", "schema": {"type": "string"}}}


@resource(blueprint, "/v1/keys", Answer(KeyListSchema, "The keys."), query=PageSchema)
def list_keys(query: dict[str, Any]) -> Response:
    """List the keys, never their secrets."""
    below, limit = place_of(query), query["limit"]
    with reading(store()) as connection:
        if below is not None and keys.find(connection, below) is None:
            raise no_cursor()
        found, more = page(keys.listed(connection, below=below, limit=limit + 1), limit)
    now = _now()
    last = cursor_of(found[-1].id) if more else None
    return as_json({"keys": [shown(key, now) for key in found], "next": last})


def without_secret(body: bytes) -> bytes:
    """The answer to who made a key, as it may be stored."""
    return orjson.dumps({**orjson.loads(body), "key": None})


@resource(
    blueprint,
    "/v1/keys",
    Answer(NewKeySchema, "The key, with its secret.", headers=_LOCATION, status=201),
    method="POST",
    requestBody=_BODY,
    parameters=[idempotent.PARAMETER],
)
@idempotent.idempotent(stored=without_secret)
def create_key(keep: idempotent.Keep) -> Response:
    """Make a key. Its secret is shown in this answer, and can never be read again."""
    engine, wish = store(), Wish(**sent(WishSchema()))
    pepper = guard_of_app().pepper.make()
    now = _now()
    try:
        with writing(engine) as connection:
            key, text = keys.create(connection, pepper, now, g.actor, wish)
            answer = {**shown(key, now), "key": text}
            return keep(connection, as_json(answer, {"Location": f"/v1/keys/{key.id}"}, status=201))
    except BadInput as error:
        raise invalid(error.faults) from None


@resource(blueprint, "/v1/keys/<id>", Answer(KeySchema, "The key."))
def show_key(id: str) -> Response:
    """Show a key, never its secret."""
    with reading(store()) as connection:
        return as_json(shown(_known(keys.find(connection, id)), _now()))


@resource(
    blueprint,
    "/v1/keys/<id>",
    Answer(KeySchema, "The key, which opens nothing any more."),
    method="DELETE",
)
def revoke_key(id: str) -> Response:
    """Revoke a key, at once and for good. One that was revoked before stays as it is."""
    now = _now()
    with writing(store()) as connection:
        key = keys.revoke(connection, now, g.actor, id)
    return as_json(shown(_known(key), now))


def _known(key: Key | None) -> Key:
    if key is None:
        raise Problem(404, "not-found", "There is no such key.")
    return key


def _now() -> datetime.datetime:
    return guard_of_app().clock()
