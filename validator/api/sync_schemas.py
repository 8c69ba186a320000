"""Syncs as they are asked for and shown."""

from __future__ import annotations

from marshmallow import fields, validate

from validator.api.cursors import PageSchema
from validator.api.schema_parts import Answer, a_count, a_list, a_text, a_word, about, some_counts
from validator.service.sync_rows import STATES


def _count(sentence: str) -> fields.Integer:
    return fields.Integer(validate=validate.Range(min=0), **about(sentence, null=True))


def _moment(sentence: str) -> fields.AwareDateTime:
    return fields.AwareDateTime(**about(sentence, null=True))


class MissingSchema(Answer):
    """A part of a source that could not be read."""

    scope = a_text("What is missing.")
    reason = a_text("Why.")


class SourceFaultSchema(Answer):
    """What kept a sync from recording a run."""

    pointer = a_text("Place in the settings or in what was read, as a JSON Pointer; empty where there is none.")
    message = a_text("What is wrong.")
    hint = a_text("What would mend it; empty where nothing is known.")


class SyncSchema(Answer):
    """One time that the source of a connection is read, from being asked for to its end."""

    id = a_text("Id.")
    connection_id = a_text("Id of the connection.")
    asked_by = a_text("Who asked for it; schedule: the schedule did.")
    tick_at = _moment("The moment of the schedule; null where somebody asked.")
    state = a_word(
        STATES, "unchanged: nothing is new at the source; failed: no run came of it; dead: it ended whoever ran it."
    )
    stage = a_text("What is being done; null where nothing is.", null=True)
    done = _count("Records read in this stage.")
    total = _count("Records there are, where the tool says so.")
    resumes = a_count("Times that it was taken up again, the process that ran it having died.")
    run_id = a_text("The run that came of it; null where none has.", null=True)
    missing = a_list(MissingSchema, "What could not be read, as far as it is listed.")
    missing_count = a_count("Parts that could not be read, listed or not.")
    problem = fields.Nested(
        SourceFaultSchema, many=True, **about("Why no run came of it; null where none is.", null=True)
    )
    created_at = fields.AwareDateTime(**about("When it was asked for."))
    started_at = _moment("When it began.")
    finished_at = _moment("When it ended.")


class SyncListSchema(Answer):
    """A page of syncs."""

    syncs = a_list(SyncSchema, "Syncs, the last first.")
    next = a_text("Cursor of the next page; null on the last.", null=True)


class SyncQuerySchema(PageSchema):
    """Which syncs, and which page of them."""

    connection = fields.String(
        validate=validate.Length(min=1, max=64), metadata={"description": "Id of a connection. Absent: all."}
    )


class SourceTestSchema(Answer):
    """What a source answered when it was tried."""

    ok = fields.Boolean(**about("Whether its first pages could be read and mapped."))
    title = a_text("The connector.", null=True)
    provides = a_list(fields.String(), "What such a source can express.")
    kind = a_text("What the last page holds that was read; null where there was none.", null=True)
    records = a_count("Records of that page.")
    read = some_counts("Records of all pages that were read, by what they hold.")
    mapped = some_counts("Entries of each list of the document that these would be; no objectives: a note says more.")
    missing = a_list(MissingSchema, "What could not be read.")
    notes = a_list(fields.String(), "What the connector decided or left out.")
    problem = fields.Nested(
        SourceFaultSchema, many=True, **about("Why it could not be read; null where it could.", null=True)
    )


class SilentSchema(Answer):
    """A source that was not heard in time."""

    connection_id = a_text("Id of the connection.")
    since = fields.AwareDateTime(**about("Since when it is silent."))
    heard_at = _moment("When it was last heard; null: never.")


class StandingSchema(Answer):
    """How it stands with all sources."""

    silent = a_list(SilentSchema, "Sources that were not heard by their schedule and grace, the longest silent first.")
    queued = a_count("Syncs that wait.")
    running = a_count("Syncs that run.")
    waiting_since = _moment("Since when the longest waiting sync waits: long ago says that no worker runs.")
