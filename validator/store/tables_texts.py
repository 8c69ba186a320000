"""Tables of the texts that admins edit: published versions never change, a draft is edited until it is published."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Integer, Table

from validator.store.columns import Moment, Name, Words, metadata

_KINDS = "kind IN ('ruleset', 'failure-table', 'metrics')"

text_versions = Table(
    "okr_text_version",
    metadata,
    Column("kind", Name, primary_key=True),
    Column("name", Name, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("digest", Name, nullable=False, index=True),  # of the text's snapshot
    Column("published_by", Words, nullable=False),
    Column("published_at", Moment, nullable=False),
    Column("note", Words, nullable=False),
    Column("restored_from", Integer),
    CheckConstraint(_KINDS, "kind"),
)

text_drafts = Table(
    "okr_text_draft",
    metadata,
    Column("kind", Name, primary_key=True),
    Column("name", Name, primary_key=True),
    Column("text_digest", Name, nullable=False, index=True),  # of the text's snapshot
    Column("base_version", Integer),  # the published one that it began from; null: none
    Column("version", Integer, nullable=False),  # rises with every edit
    Column("updated_by", Words, nullable=False),
    Column("updated_at", Moment, nullable=False),
    CheckConstraint(_KINDS, "kind"),
)
