"""Waivers and baselines as they are asked for and shown."""

from __future__ import annotations

import datetime
from typing import Any

from marshmallow import RAISE, Schema, fields, validate
from sqlalchemy import Row

from validator.api.cursors import PageSchema
from validator.api.schema_parts import Answer, a_count, a_list, a_text, a_word, about
from validator.history.waivers import KINDS, SCOPES, STATUSES
from validator.service.baseline import Baseline
from validator.service.lookups import plain
from validator.service.waiver_rows import status
from validator.service.waivers import LONGEST, LONGEST_NAME

_NAMED = validate.Length(min=1, max=300)


def _asked(sentence: str, **more: Any) -> fields.String:
    return fields.String(validate=more.pop("validate", _NAMED), metadata={"description": sentence}, **more)


class WaiverQuerySchema(PageSchema):
    """Which waivers are asked for."""

    connection = _asked("Id of a connection.")
    finding = _asked("Fingerprint of a finding: waivers of that one alone.")
    kind = _asked("waiver, or baseline: an accepted finding that is to be worked off.", validate=validate.OneOf(KINDS))
    status = _asked("What has become of it.", validate=validate.OneOf(STATUSES))


class _WhySchema(Schema):
    """Why something is accepted, and who answers for it."""

    class Meta:
        """How marshmallow treats it."""

        unknown = RAISE

    reason = _asked("Why.", required=True, validate=validate.Length(min=1, max=LONGEST))
    owner = _asked("Who answers for it.", required=True, validate=validate.Length(min=1, max=LONGEST_NAME))


class NewWaiverSchema(_WhySchema):
    """What is to be accepted; each scope names what belongs to it, and nothing else."""

    scope = _asked(
        "finding: one finding; item: a rule on an item; team: a rule on a team.",
        required=True,
        validate=validate.OneOf(SCOPES),
    )
    last_day = fields.Date(required=True, metadata={"description": "The last day on which it holds, in UTC."})
    finding = _asked("Scope finding: its fingerprint.")
    rule = _asked("Scopes item and team: id of the rule.")
    item_kind = _asked("Scope item: kind of the item, such as objective.")
    item_id = _asked("Scope item: id of the item.")
    team = _asked("Scope team: id of the team.")


class NewBaselineSchema(_WhySchema):
    """How today's findings are accepted."""

    burn_down = fields.Date(required=True, metadata={"description": "The last day on which they are accepted, in UTC."})


class WaiverSchema(Answer):
    """A waiver."""

    id = a_text("Id.")
    connection_id = a_text("Connection.")
    kind = a_word(KINDS, "waiver, or part of a baseline.")
    status = a_word(STATUSES, "proposed: it waits for a second person; active; expired; ended by somebody.")
    scope = a_word(SCOPES, "What it is for.")
    finding_id = a_text("The finding.", null=True)
    rule = a_text("The rule.", null=True)
    item_kind = a_text("Kind of the item.", null=True)
    item_id = a_text("The item.", null=True)
    team = a_text("The team.", null=True)
    reason = a_text("Why.")
    owner = a_text("Who answers for it.")
    last_day = fields.Date(**about("The last day on which it holds."))
    created_by = a_text("Who made it.")
    created_at = fields.AwareDateTime(**about("When it was made."))
    approved_by = a_text("Who approved it.", null=True)
    approved_at = fields.AwareDateTime(**about("When that was.", null=True))
    ended_by = a_text("Who ended it; “run” for a part of a baseline that is worked off.", null=True)
    ended_at = fields.AwareDateTime(**about("When that was.", null=True))
    version = fields.Integer(**about("Rises with every change; the ETag says it."))


class MadeWaiverSchema(WaiverSchema):
    """A waiver that was just changed."""

    covers = a_count("Findings that it covers today.")


class WaiverListSchema(Answer):
    """A page of waivers."""

    waivers = a_list(WaiverSchema, "Waivers, the oldest first.")
    next = a_text("Cursor of the next page; null on the last.", null=True)


class BaselineSchema(Answer):
    """How far a baseline is worked off."""

    connection = a_text("Connection.")
    accepted = a_count("Findings that were ever accepted.")
    left = a_count("Those that are still accepted, or wait for approval.")
    waiting = a_count("Those that wait for a second person.")
    burn_down = fields.Date(
        **about("The last day on which any of them is accepted; null where none is left.", null=True)
    )


def shown(row: Row[Any], today: datetime.date, *, approval: bool) -> dict[str, Any]:
    """A waiver as it is answered."""
    return {**plain(row), "status": status(row, today, approval=approval)}


def baseline_shown(baseline: Baseline) -> dict[str, Any]:
    """A baseline as it is answered."""
    return {**baseline._asdict(), "burn_down": baseline.burn_down and str(baseline.burn_down)}
