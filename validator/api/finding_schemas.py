"""Findings of the store as they are asked for and shown."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate

from validator.api.cursors import PageSchema
from validator.api.report_schema import ItemSchema
from validator.api.run_schemas import SeenSchema, a_cause
from validator.api.schema_parts import SEVERITIES, Answer, a_list, a_text, a_word, about
from validator.history.life import STATES

_NAME = validate.Length(min=1, max=300)


def _states(text: str) -> None:
    unknown = [state for state in text.split(",") if state not in STATES]
    if unknown:
        raise ValidationError(f"There is no state “{unknown[0][:50]}”: they are {', '.join(STATES)}.")


def _asked(sentence: str, **more: Any) -> fields.String:
    return fields.String(validate=more.pop("validate", _NAME), metadata={"description": sentence, **more})


class FindingQuerySchema(PageSchema):
    """Which findings are asked for."""

    state = _asked("One state, or several with commas between: new,unchanged,reopened,stale.", validate=_states)
    severity = _asked("Severity.", validate=validate.OneOf(SEVERITIES))
    rule = _asked("Id of a rule.")
    row = _asked("Row of the failure table.")
    team = _asked("Id of a team that it concerns.")
    owner = _asked("Id of a person who owns what it is about.")
    connection = _asked("Id of a connection.")


class StoredFindingSchema(Answer):
    """A finding, as the runs until now left it."""

    connection_id = a_text("Connection.")
    id = a_text("Fingerprint: the same from run to run.")
    rule = a_text("Id of the rule.")
    severity = a_word(SEVERITIES, "Severity.")
    shadow = fields.Boolean(**about("True where the rule is on trial."))
    state = a_word(STATES, "State.")
    cause = a_cause()
    message = a_text("What was found when it was last seen.")
    items = a_list(ItemSchema, "Items that it is about.")
    failure = a_text("Row of the failure table.", null=True)
    waived_by = a_text("Waiver that covers it.", null=True)
    decision_id = a_text("Decision that settles it.", null=True)
    acknowledged_by = a_text("Who has seen it.", null=True)
    acknowledged_at = fields.AwareDateTime(**about("When that was.", null=True))
    first_seen = fields.Nested(SeenSchema, **about("Where it was first seen."))
    last_seen = fields.Nested(SeenSchema, **about("Where it was last seen."))
    state_since = fields.Nested(SeenSchema, **about("Where it came, went, or was seen again."))
    respond_by = fields.Date(**about("Last day for a decision.", null=True))
    escalate_on = fields.Date(**about("First day without a decision in time.", null=True))


class FindingListSchema(Answer):
    """A page of findings."""

    findings = a_list(StoredFindingSchema, "Findings, by connection and id.")
    next = a_text("Cursor of the next page; null on the last.", null=True)


class EventSchema(Answer):
    """Something that happened to a finding."""

    id = fields.Integer(**about("Rises with every event."))
    run_id = a_text("Run that made it so; null for what somebody did.", null=True)
    at = fields.AwareDateTime(**about("When it was."))
    event = a_text("A state that it came to, or what somebody did.")
    cause = a_cause()
    actor = a_text("Who did it; null for a run.", null=True)


class FindingWithEventsSchema(StoredFindingSchema):
    """A finding with all that happened to it."""

    teams = a_list(fields.String(), "Ids of the teams that it concerns.")
    owners = a_list(fields.String(), "Ids of the people who own what it is about.")
    events = a_list(EventSchema, "What happened to it, the oldest first; the last 500.")
