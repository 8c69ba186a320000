"""Decisions and notices as they are asked for and shown."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, fields, validate
from sqlalchemy import Row

from validator.api.cursors import PageSchema
from validator.api.schema_parts import SEVERITIES, Answer, a_list, a_text, a_word, about
from validator.history.deadlines import NOTICES
from validator.service.deadlines import Notice
from validator.service.decisions import LONGEST
from validator.service.lookups import plain

_NAMED = validate.Length(min=1, max=300)


def _text(name: str, sentence: str, **more: Any) -> fields.String:
    return fields.String(validate=validate.Length(min=1, max=LONGEST[name]), metadata={"description": sentence}, **more)


class DecisionQuerySchema(PageSchema):
    """Which decisions are asked for."""

    connection = fields.String(validate=_NAMED, metadata={"description": "Id of a connection."})
    finding = fields.String(validate=_NAMED, metadata={"description": "Fingerprint of a finding."})
    holds = fields.Boolean(metadata={"description": "Whether it still settles its finding."})


class NewRecordedDecisionSchema(Schema):
    """What was decided on a conflict."""

    class Meta:
        """How marshmallow treats it."""

        unknown = RAISE

    decider = _text("decider", "Who decided.", required=True)
    gives_way = _text("gives_way", "What gives way.", required=True)
    rationale = _text("rationale", "Why.", required=True)
    decided_on = fields.Date(required=True, metadata={"description": "Day of the decision."})
    tie_breaker = _text("tie_breaker", "Rule by which it was decided.", allow_none=True)
    forum = _text("forum", "Forum in which it was decided.", allow_none=True)


class RecordedDecisionSchema(Answer):
    """A decision on a conflict."""

    id = a_text("Id.")
    connection_id = a_text("Connection.")
    finding_id = a_text("Fingerprint of the conflict's finding.")
    decider = a_text("Who decided.")
    gives_way = a_text("What gives way.")
    tie_breaker = a_text("Rule by which it was decided.", null=True)
    rationale = a_text("Why.")
    forum = a_text("Forum in which it was decided.", null=True)
    decided_on = fields.Date(**about("Day of the decision."))
    sides_digest = a_text("Digest of what both sides claimed then.")
    recorded_by = a_text("Who recorded it.")
    recorded_at = fields.AwareDateTime(**about("When it was recorded."))
    void_since_run = a_text(
        "Run in which a side had changed, or the last one before another decision; null while it holds.", null=True
    )


class DecisionListSchema(Answer):
    """A page of decisions."""

    decisions = a_list(RecordedDecisionSchema, "Decisions, in the order in which they were recorded.")
    next = a_text("Cursor of the next page; null on the last.", null=True)


class NoticeQuerySchema(Schema):
    """As of which day."""

    class Meta:
        """How marshmallow treats it."""

        unknown = RAISE

    as_of = fields.Date(metadata={"description": "Day to look at the clock. Absent: today in UTC."})


class NoticeSchema(Answer):
    """Something that is late."""

    notice = a_word(NOTICES, "What is late: a conflict found after its cycle began, a decision, a dependency.")
    finding = a_text("Fingerprint of the finding.")
    rule = a_text("Id of the rule.")
    severity = a_word(SEVERITIES, "Severity.")
    message = a_text("What was found.")
    teams = a_list(fields.String(), "Ids of the teams that it concerns.")
    since = fields.Date(**about("Day since which it stands."))
    respond_by = fields.Date(**about("Last day for a decision.", null=True))
    escalate_on = fields.Date(**about("First day without a decision in time.", null=True))
    decision_maker = a_text("Who is to decide.", null=True)
    tie_breaker = a_text("Rule that settles it.", null=True)
    forum = a_text("Forum that decides.", null=True)
    forum_next = fields.Date(**about("Next day of the forum.", null=True))


class NoticeListSchema(Answer):
    """What is late in a connection."""

    as_of = fields.Date(**about("Day at which the clock was looked at."))
    notices = a_list(NoticeSchema, "Notices, by kind.")


def shown(row: Row[Any]) -> dict[str, Any]:
    """A decision as it is answered."""
    return plain(row)


def notice_shown(notice: Notice) -> dict[str, Any]:
    """A notice as it is answered."""
    days = {
        name: day and str(day) for name in ("since", "respond_by", "escalate_on") for day in [getattr(notice, name)]
    }
    return {**notice._asdict(), **days, "teams": list(notice.teams)}
