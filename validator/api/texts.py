"""Editing rulesets, the failure table and the metric catalogue: drafts, versions, going back, comparing, previews."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from flask import Response, g, request

from validator.api import etags, idempotent
from validator.api.authentication import within
from validator.api.cursors import PageSchema, cursor_of, no_cursor, page, place_of
from validator.api.data import as_json
from validator.api.gate import Gate
from validator.api.openapi import Answer, Blueprint, resource
from validator.api.previews import preview_shown
from validator.api.refused import refused
from validator.api.sent import sent
from validator.api.services import services
from validator.api.stored import store
from validator.api.text_schemas import (
    ComparisonSchema,
    DiffQuerySchema,
    DraftSchema,
    DraftTextSchema,
    NoteSchema,
    PreviewAskedSchema,
    PreviewSchema,
    RollbackSchema,
    VersionListSchema,
    VersionSchema,
    VersionTextSchema,
    draft_shown,
    version_shown,
)
from validator.errors import BadInput
from validator.rules.table_texts import TABLES
from validator.service.drafts import delete_draft, draft_of, save_draft
from validator.service.faults import Exists, Outdated
from validator.service.preview import preview
from validator.service.publishing import difference, put_in_force, ready_to_publish, ready_to_roll_back, version_number
from validator.service.texts import RULESET, Target, Version, target, text_of, version_of
from validator.service.texts import versions as listed
from validator.store.engine import reading, writing

_compilers = Gate(inside=2, queue=6)
"""Processes that compile at a time, beside this one: each may take a core and its memory for some seconds."""
_IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "schema": {"type": "string", "enum": ["*"]},
    "description": "“*” begins a draft where there is none yet; then If-Match is not needed.",
}
_OPTIONAL_MATCH = {**etags.IF_MATCH, "required": False}
_LOCATION = {"Location": {"description": "The version.", "schema": {"type": "string"}}}
_MADE = Answer(VersionSchema, "The version, which is in force from now on.", headers=_LOCATION, status=201)


class _Part(NamedTuple):
    """One resource under the name of a text."""

    path: str
    view: Callable[..., Response]
    answer: Answer
    more: Mapping[str, Any]


def show_draft(what: Target) -> Response:
    """Show the draft; its ETag is for If-Match."""
    with refused(), reading(store()) as connection:
        return _shown_draft(what, draft_of(connection, what))


def keep_draft(what: Target) -> Response:
    """Save the draft. Of two who edit the same one, the second is refused."""
    engine, asked = store(), sent(DraftTextSchema())
    version = None if request.headers.get("If-None-Match") == "*" else etags.version_read()
    with refused(), writing(engine) as connection:
        try:
            saved = save_draft(connection, _now(), g.actor, what, asked["text"], version=version, base=asked["base"])
        except Exists as error:
            raise Outdated(error.faults) from None
    return _shown_draft(what, saved)


def remove_draft(what: Target) -> Response:
    """Delete the draft; the answer shows it as it was. What was published stays."""
    engine, version = store(), etags.version_read()
    with refused(), writing(engine) as connection:
        removed = delete_draft(connection, _now(), g.actor, what, version=version)
    return as_json(draft_shown(what, removed))


def publish_text(keep: idempotent.Keep, what: Target) -> Response:
    """Publish the draft, once it compiles and its examples are as expected. What is published never changes."""
    engine, asked, version = store(), sent(NoteSchema()), etags.version_read()
    with refused(), _compilers.turn():
        ready = ready_to_publish(engine, what, version=version, note=asked["note"])
        with writing(engine) as connection:
            return keep(connection, _made(what, put_in_force(connection, _now(), g.actor, ready)))


def roll_back(keep: idempotent.Keep, what: Target) -> Response:
    """Put an earlier version in force again, under a new number."""
    engine, asked = store(), sent(RollbackSchema())
    with refused(), _compilers.turn():
        ready = ready_to_roll_back(engine, what, asked["version"], note=asked["note"])
        with writing(engine) as connection:
            return keep(connection, _made(what, put_in_force(connection, _now(), g.actor, ready)))


def list_versions(query: dict[str, Any], what: Target) -> Response:
    """List the published versions."""
    limit = query["limit"]
    with refused(), reading(store()) as connection:
        found, more = page(listed(connection, what, below=_below(query), limit=limit + 1), limit)
    shown = [version_shown(what, version) for version in found]
    return as_json({"versions": shown, "next": cursor_of(str(found[-1].version)) if more else None})


def show_version(what: Target, version: str) -> Response:
    """Show a published version with its text."""
    with refused(), reading(store()) as connection:
        number = version_number(version)
        found, text = version_of(connection, what, number), text_of(connection, what, number)
    return as_json({**version_shown(what, found), "text": text})


def compare_versions(query: dict[str, Any], what: Target) -> Response:
    """Compare two versions, or the draft with one."""
    with refused(), _compilers.turn():
        return as_json(difference(store(), what, query.get("before"), query["after"])._asdict())


def preview_draft(what: Target) -> Response:
    """Try the draft of a ruleset on the last sets of connections: what would appear, vanish or change. Nothing is stored."""
    engine, asked = store(), sent(PreviewAskedSchema())
    for id in asked["connections"]:
        within(id)
    with refused(), _compilers.turn():
        found = preview(engine, what.name, asked["connections"], model=services().settings.model_dir)
    return as_json(preview_shown(found))


def _body(schema: Any) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


_REFUSALS = (404, 422)
"""There may be no draft yet, and what the path says may be no name or number of a version."""
_CREATES = {"method": "POST", "parameters": [idempotent.PARAMETER]}
_PARTS = (
    _Part("/draft", show_draft, Answer(DraftSchema, "The draft.", headers=etags.ETAG), {}),
    _Part(
        "/draft",
        keep_draft,
        Answer(DraftSchema, "The draft.", headers=etags.ETAG),
        {"method": "PUT", "parameters": [_OPTIONAL_MATCH, _IF_NONE_MATCH], **_body(DraftTextSchema)},
    ),
    _Part(
        "/draft",
        remove_draft,
        Answer(DraftSchema, "The draft as it was."),
        {"method": "DELETE", "parameters": [etags.IF_MATCH]},
    ),
    _Part(
        "/publish",
        idempotent.idempotent()(publish_text),
        _MADE,
        {"method": "POST", "parameters": [etags.IF_MATCH, idempotent.PARAMETER], **_body(NoteSchema)},
    ),
    _Part("/rollback", idempotent.idempotent()(roll_back), _MADE, {**_CREATES, **_body(RollbackSchema)}),
    _Part("/versions", list_versions, Answer(VersionListSchema, "The versions."), {"query": PageSchema}),
    _Part("/versions/<version>", show_version, Answer(VersionTextSchema, "The version."), {}),
    _Part(
        "/diff",
        compare_versions,
        Answer(ComparisonSchema, "The difference."),
        {"query": DiffQuerySchema},
    ),
)
_ONLY_OF_RULESETS = (
    _Part(
        "/preview",
        preview_draft,
        Answer(PreviewSchema, "What would change."),
        {"method": "POST", **_body(PreviewAskedSchema)},
    ),
)


def _blueprint(kind: str, rule: str, parts: tuple[_Part, ...]) -> Blueprint:
    made = Blueprint(f"{kind}-versions", __name__, description=f"Versions of the {kind}, and the draft of the next.")
    for part in parts:
        resource(made, rule + part.path, part.answer, refusals=_REFUSALS, **part.more)(_bound(part.view, kind))
    return made


def _bound(view: Callable[..., Response], kind: str) -> Callable[..., Response]:
    """The view of one kind of text; the failure table and the metric catalogue are called as their kind."""

    @functools.wraps(view)
    def bound(*query: Any, name: str = kind, **path: str) -> Response:
        with refused():
            what = target(kind, name)
        return view(*query, what, **path)

    return bound


def _shown_draft(what: Target, draft: Any) -> Response:
    return etags.tagged(as_json(draft_shown(what, draft)), draft.version)


def _made(what: Target, version: Version) -> Response:
    place = f"/v1/rulesets/{what.name}" if what.kind == RULESET else f"/v1/{what.kind}"
    return as_json(version_shown(what, version), {"Location": f"{place}/versions/{version.version}"}, status=201)


def _below(query: dict[str, Any]) -> int | None:
    place = place_of(query)
    try:
        return None if place is None else version_number(place)
    except BadInput:
        raise no_cursor() from None


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


blueprints = (
    _blueprint(RULESET, "/v1/rulesets/<name>", (*_PARTS, *_ONLY_OF_RULESETS)),
    *(_blueprint(kind, f"/v1/{kind}", _PARTS) for kind in TABLES),
)
"""To be registered, each."""
