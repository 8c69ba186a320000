"""What is remembered of one connection, or of one person, handed out or erased."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator

from flask import Response, g
from marshmallow import RAISE, Schema, fields, validate
from sqlalchemy import Connection

from validator.api.data import as_json
from validator.api.guard import guard_of_app
from validator.api.openapi import Answer, Blueprint, resource
from validator.api.problems import Problem
from validator.api.refused import refused
from validator.api.schema_parts import Answer as AnswerSchema
from validator.api.schema_parts import a_text, some_counts
from validator.api.sent import sent
from validator.api.stored import store
from validator.service import privacy
from validator.service.exporting import export_connection, export_person, in_blocks, spooled
from validator.service.pepper import BadPepper
from validator.service.privacy import Erased

blueprint = Blueprint("privacy", __name__, description="Names and texts of one connection or one person.")
_NAME = validate.Length(min=2, max=200)
_OTHERS = 50
_EXPORT = {"Content-Disposition": {"description": "A name for the file.", "schema": {"type": "string"}}}


class WhoSchema(Schema):
    """Who is meant."""

    class Meta:
        """How marshmallow treats it."""

        unknown = RAISE

    person = fields.String(
        required=True,
        validate=_NAME,
        metadata={
            "description": "Name, e-mail address or id. It is sent in the body, since paths and queries are logged."
        },
    )
    also = fields.List(
        fields.String(validate=_NAME),
        load_default=list,
        validate=validate.Length(max=_OTHERS),
        metadata={"description": "Other ways in which the name is written."},
    )


class ErasedSchema(AnswerSchema):
    """What was erased."""

    pseudonym = a_text("What stands for the person from now on; empty for a connection.")
    changed = some_counts("Rows and snapshots that were rewritten or removed, by table.")


_PERSON = {"required": True, "content": {"application/json": {"schema": WhoSchema}}}
_DOWNLOAD = Answer({"type": "object"}, "Everything that is remembered, as one JSON object.", headers=_EXPORT)


@resource(blueprint, "/v1/connections/<connection_id>/export", _DOWNLOAD)
def export_one_connection(connection_id: str) -> Response:
    """Hand out everything that is remembered of a connection: its rows, its part of the audit trail, its documents."""
    now = _now()
    return _download(lambda connection: export_connection(connection, now, connection_id), "connection")


@resource(
    blueprint, "/v1/connections/<connection_id>/erase", Answer(ErasedSchema, "What was removed."), method="POST"
)  # fmt: skip
def erase_one_connection(connection_id: str) -> Response:
    """Remove a connection with all that is remembered of it.

    Of the audit trail stays who did what and when. The files of the database are rewritten, which may take minutes.
    """
    with refused():
        return _answer(privacy.erase_connection(store(), _now(), g.actor, connection_id))


@resource(blueprint, "/v1/people/export", _DOWNLOAD, method="POST", requestBody=_PERSON)
def export_one_person() -> Response:
    """Hand out every place that names a person."""
    asked, now, secret = sent(WhoSchema()), _now(), _secret()
    return _download(lambda c: export_person(c, now, asked["person"], asked["also"], secret=secret), "person")


@resource(
    blueprint, "/v1/people/erase", Answer(ErasedSchema, "What was rewritten."), method="POST", requestBody=_PERSON
)  # fmt: skip
def erase_one_person() -> Response:
    """Put a pseudonym in place of a person: of whole names and addresses everywhere, of ids in fields that name people.

    Ids stay elsewhere, as in descriptions, `extra` and settings, where the same word may mean something else, and so do parts
    of names: give them in `also`. Published versions of rulesets and tables stay, too, since they never change. Findings keep their identity and history. The tool that the name comes from is not changed: erase it there, too, or the
    next run brings it back. The files of the database are rewritten, which may take minutes.
    """
    engine, asked = store(), sent(WhoSchema())
    with refused():
        erased = privacy.erase_person(engine, _now(), g.actor, asked["person"], asked["also"], secret=_secret())
        return _answer(erased)


def _download(pieces: Callable[[Connection], Iterator[bytes]], name: str) -> Response:
    """What is handed out, as it was at one moment; a client that takes its time holds up nobody."""
    with refused():
        file = spooled(store(), pieces)
    headers = {"Content-Disposition": f'attachment; filename="okr-validator-{name}.json"'}
    response = Response(in_blocks(file), content_type="application/json", headers=headers)
    response.call_on_close(file.close)
    return response


def _answer(erased: Erased) -> Response:
    return as_json(erased._asdict())


def _secret() -> bytes:
    """What pseudonyms are worked out with: the same secret as for keys. Raises Problem (503) where there is none."""
    try:
        return guard_of_app().pepper.make()
    except BadPepper as error:
        raise Problem(
            503, "no-pepper", "This service has no secret to make pseudonyms with.", faults=error.faults
        ) from None


def _now() -> datetime.datetime:
    return guard_of_app().clock()
