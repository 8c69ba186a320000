"""Drafts, versions and previews as they are asked for and shown."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from validator.api.run_schemas import ItemNamedSchema, ToldSchema
from validator.api.schema_parts import SEVERITIES, Answer, a_count, a_list, a_text, a_word, about
from validator.rules.source import MOST_CHARACTERS
from validator.service.drafts import Draft
from validator.service.new_versions import LONGEST_NOTE
from validator.service.preview import MOST_CONNECTIONS
from validator.service.texts import Target, Version

_HIGHEST = 999_999_999
_WORD = validate.Length(min=1, max=64)


class _Asked(Schema):
    class Meta:
        """How marshmallow treats it."""

        unknown = RAISE


class DraftTextSchema(_Asked):
    """A draft as it is saved."""

    text = fields.String(
        required=True,
        validate=validate.Length(max=MOST_CHARACTERS),
        metadata={"description": "The whole text, in YAML. It may be half written: publishing looks at it."},
    )
    base = fields.Integer(
        strict=True,
        allow_none=True,
        load_default=None,
        validate=validate.Range(min=1, max=_HIGHEST),
        metadata={
            "description": "The published version that the draft now takes into account. Null or absent: as it was."
        },
    )


class NoteSchema(_Asked):
    """Why a version is published."""

    note = fields.String(
        load_default="",
        validate=validate.Length(max=LONGEST_NOTE),
        metadata={"description": "Why; it stays with the version."},
    )


class RollbackSchema(NoteSchema):
    """An earlier version that is to be in force again."""

    version = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(min=1, max=_HIGHEST),
        metadata={"description": "Its number; the new version gets a number of its own."},
    )


class PreviewAskedSchema(_Asked):
    """What a draft is to be tried on."""

    connections = fields.List(
        fields.String(validate=_WORD),
        required=True,
        validate=validate.Length(max=MOST_CONNECTIONS),
        metadata={"description": "Ids of connections, whose last sets are judged again. None: only its own examples."},
    )


class DiffQuerySchema(_Asked):
    """Which versions are compared."""

    before = fields.String(
        validate=_WORD,
        metadata={"description": "A number, draft or shipped. Absent: the version in force, or else the one shipped."},
    )
    after = fields.String(validate=_WORD, load_default="draft", metadata={"description": "A number, draft or shipped."})


class DraftSchema(Answer):
    """A text that is being edited."""

    kind = a_text("Kind of text: ruleset, failure-table or metrics.")
    name = a_text("Name.")
    text = a_text("The whole text.")
    digest = a_text("Digest of the text.")
    base = fields.Integer(
        **about("The published version that it takes into account; null before the first.", null=True)
    )
    version = a_count("Rises with every edit.")
    updated_by = a_text("Who edited it last.")
    updated_at = fields.AwareDateTime(**about("When."))


class VersionSchema(Answer):
    """A published version, which never changes."""

    kind = a_text("Kind of text: ruleset, failure-table or metrics.")
    name = a_text("Name.")
    version = a_count("Number, from 1.")
    digest = a_text("Digest of the text.")
    published_by = a_text("Who published it.")
    published_at = fields.AwareDateTime(**about("When."))
    note = a_text("Why.")
    restored_from = fields.Integer(**about("The earlier version that it brings back; null where it is new.", null=True))


class VersionTextSchema(VersionSchema):
    """A published version with its text."""

    text = a_text("The whole text.")


class VersionListSchema(Answer):
    """A page of versions."""

    versions = a_list(VersionSchema, "Versions, the newest first.")
    next = a_text("Cursor of the next page; null on the last.", null=True)


class RuleChangedSchema(Answer):
    """A rule that both texts have and say differently."""

    id = a_text("Id.")
    fields_ = fields.List(fields.String(), data_key="fields", **about("Fields that differ."))


class RulesComparedSchema(Answer):
    """How the rules of two texts differ."""

    added = a_list(fields.String(), "Ids of the rules that only the later text has.")
    removed = a_list(fields.String(), "Ids of the rules that only the earlier text has.")
    changed = a_list(RuleChangedSchema, "Rules that differ.")
    parameters = a_list(fields.String(), "Names of the parameters that differ.")
    overrides = a_list(fields.String(), "Ids of the rules whose overrides differ.")
    extends = fields.Boolean(**about("Whether they extend different rulesets."))


class ComparisonSchema(Answer):
    """How two texts differ."""

    unified = a_text("By line, as diff -u writes it; empty where they are equal.")
    rules = fields.Nested(
        RulesComparedSchema, **about("By rule; null where one of them cannot be read, or is no ruleset.", null=True)
    )


class PreviewFindingSchema(Answer):
    """A finding that appears or vanishes."""

    connection = a_text("Id of the connection.")
    id = a_text("Fingerprint.")
    rule = a_text("Id of the rule.")
    severity = a_word(SEVERITIES, "Severity.")
    shadow = fields.Boolean(**about("True where the rule is on trial."))
    message = a_text("Message.")
    items = a_list(ItemNamedSchema, "Items that it is about.")


class PreviewChangeSchema(Answer):
    """A finding that is told otherwise."""

    connection = a_text("Id of the connection.")
    id = a_text("Fingerprint.")
    rule = a_text("Id of the rule.")
    fields_ = fields.List(fields.String(), data_key="fields", **about("What differs."))
    before = fields.Nested(ToldSchema, **about("By the ruleset in force."))
    after = fields.Nested(ToldSchema, **about("By the draft."))


class PreviewTriedSchema(Answer):
    """What the draft makes of one connection."""

    connection = a_text("Id of the connection.")
    run = a_text("Id of the run whose set was judged again.")
    as_of = fields.Date(**about("Day as of which it was judged."))
    ruleset = a_text("The ruleset that it has in force.")
    status_before = a_word(("pass", "fail"), "The verdict by the ruleset in force.")
    status_after = a_word(("pass", "fail"), "The verdict by the draft.")
    appeared = a_count("Findings that would appear.")
    vanished = a_count("Findings that would vanish.")
    changed = a_count("Findings that would be told otherwise.")


class PreviewCountSchema(Answer):
    """Findings of one severity that concern one team."""

    team = a_text("Id of the team; null for findings that concern none.", null=True)
    severity = a_word(SEVERITIES, "Severity; of those that change, the one by the draft.")
    appeared = a_count("Findings that would appear.")
    vanished = a_count("Findings that would vanish.")
    changed = a_count("Findings that would be told otherwise.")


class PreviewSchema(Answer):
    """What a draft would change. Nothing of it is stored."""

    connections = a_list(PreviewTriedSchema, "Connections, in the order asked for.")
    without_set = a_list(fields.String(), "Connections of which no set is stored.")
    semantic = fields.Boolean(**about("Whether likeness of meaning was used: where this service has a model for it."))
    counts = a_list(PreviewCountSchema, "Counts by team and severity; a finding of two teams counts for both.")
    appeared = a_list(PreviewFindingSchema, "Findings that would appear; at most 1,000 are listed.")
    vanished = a_list(PreviewFindingSchema, "Findings that would vanish; at most 1,000 are listed.")
    changed = a_list(PreviewChangeSchema, "Findings that would be told otherwise; at most 1,000 are listed.")


def draft_shown(what: Target, draft: Draft) -> dict[str, Any]:
    """A draft as it is answered."""
    return {**what._asdict(), **draft._asdict(), "updated_at": draft.updated_at.isoformat()}


def version_shown(what: Target, version: Version) -> dict[str, Any]:
    """A version as it is answered."""
    return {**what._asdict(), **version._asdict(), "published_at": version.published_at.isoformat()}
