"""What messages to endpoints hold, one schema for each type of event: fields may be added to an object, and none goes.

Version 1 of these is what `payloads.VERSION` says in every message.
"""

from __future__ import annotations

from typing import Any

from marshmallow import INCLUDE, Schema, fields, validate

from validator.alerts import digests, events, runs
from validator.alerts.payloads import VERSION
from validator.api.report_schema import DecisionSchema, FailureSchema, ItemSchema, WhySchema
from validator.api.run_schemas import a_cause
from validator.api.schema_parts import SEVERITIES, a_count, a_list, a_text, a_word, about, some_counts


class Growing:
    """How marshmallow treats what may get more fields."""

    unknown = INCLUDE


class Told(Schema):
    """An object of a message."""

    Meta: Any = Growing


class NamedSchema(Told):
    """A thing with its name."""

    id = a_text("Id.")
    name = a_text("Name.", null=True)


class ToldRulesetSchema(Told):
    """The ruleset that judged."""

    name = a_text("Name.")
    version = a_text("Version.")


class ToldRunSchema(Told):
    """The run that found it."""

    id = a_text("Id.")
    number = fields.Integer(**about("1, 2, 3 within the connection."))
    as_of = fields.Date(**about("Day as of which it judged."))
    status = a_word(("pass", "fail"), "Whether it passed its gate.")
    ruleset = fields.Nested(ToldRulesetSchema, **about("The ruleset that judged."))


class ToldItemSchema(ItemSchema):
    """An item that a finding is about."""

    Meta: Any = Growing


class ToldWhySchema(WhySchema):
    """A condition that held, with the value that was met."""

    Meta: Any = Growing


class ToldFailureSchema(FailureSchema):
    """A row of the failure table."""

    Meta: Any = Growing


class ToldFindingSchema(Told):
    """A finding."""

    id = a_text("Fingerprint: the same from run to run.")
    rule = a_text("Id of the rule.")
    severity = a_word(SEVERITIES, "Severity.")
    message = a_text("What was found, in a sentence.")


class FindingOfDigestSchema(ToldFindingSchema):
    """One of several findings that came together."""

    owners = a_list(fields.String(), "Ids of the owners of its items.")


class FindingGoneSchema(ToldFindingSchema):
    """One of several findings that went together, as it was last seen."""

    state = a_word(tuple(sorted(runs.WENT)), "State: “removed” where its rule is gone.")


class OwnerOfDigestSchema(NamedSchema):
    """Somebody who owns items of findings that came together."""

    count = a_count("How many of them are theirs.")
    severities = some_counts("Of theirs: how many of each severity.")
    causes = some_counts("Of theirs: how many of each cause.")


class FindingWithItemsSchema(ToldFindingSchema):
    """A finding with the items that it is about: of a conflict, both sides."""

    items = a_list(ToldItemSchema, "Items that it is about, with links into the source tool.")


class FindingThatWentSchema(FindingWithItemsSchema):
    """A finding that no longer holds, as it was last seen."""

    state = a_word(("resolved",), "State.")
    cause = a_cause()


class FindingThatCameSchema(FindingWithItemsSchema):
    """A finding with its why and what mends it."""

    why = a_list(ToldWhySchema, "Conditions that held.")
    failure = fields.Nested(ToldFailureSchema, **about("Row of the failure table.", null=True))
    confidence = fields.Float(validate=validate.Range(min=0, max=1), **about("How sure the detector is."))
    state = a_word(("new", "reopened"), "State.")
    cause = a_cause()
    owners = a_list(NamedSchema, "Owners of its items.")


class WayToDecisionSchema(DecisionSchema):
    """Who decides a conflict, by when, by which rule and where."""

    Meta: Any = Growing
    escalate_on = fields.Date(**about("First day without a decision in time.", null=True))


class RulingSchema(Told):
    """What was decided."""

    id = a_text("Id of the decision.")
    decider = a_text("Who decided.")
    gives_way = a_text("What gives way.")
    rationale = a_text("Why.")
    tie_breaker = a_text("Rule by which it was decided.", null=True)
    forum = a_text("Forum in which it was decided.", null=True)
    decided_on = fields.Date(**about("Day of the decision."))
    recorded_by = a_text("Who recorded it.")
    recorded_at = fields.AwareDateTime(**about("When it was recorded."))


class LatenessSchema(Told):
    """How late a decision is."""

    since = fields.Date(**about("Day since which the conflict stands."))
    respond_by = fields.Date(**about("Last day for the decision.", null=True))
    escalate_on = fields.Date(**about("First day without a decision in time.", null=True))
    decision_maker = a_text("Who is to decide.", null=True)
    tie_breaker = a_text("Rule that settles it.", null=True)
    forum = a_text("Forum that decides.", null=True)
    forum_next = fields.Date(**about("Next day of the forum.", null=True))


class FailedSyncSchema(Told):
    """A sync that gave no document."""

    id = a_text("Id of the sync; empty where there is none.")
    problem = a_text("Why; holds no credential.")
    stale = a_count("Findings of which nobody knows now whether they stand.")


class SilentSourceSchema(Told):
    """A source that was not heard in time."""

    silent_since = fields.AwareDateTime(**about("When it should have been heard, with its grace."))
    heard_at = fields.AwareDateTime(**about("When it was last heard; null where never.", null=True))


class DataSchema(Told):
    """What every message tells."""

    version = fields.String(validate=validate.Equal(VERSION), **about("Version of these schemas.", const=VERSION))
    event = a_text(
        "Id of the event: “evt_” and a number. The numbers rise in the order in which events were recorded, so that a receiver "
        "can put what is sent again, or comes late, into its order."
    )
    connection = fields.Nested(NamedSchema, **about("The connection; its id is empty where it is about none."))
    truncated = fields.Boolean(**about("Whether texts or lists were cut to keep the message under 20 kB."))
    more = a_text("Where all of it is to be found: a link, or a path where the service does not know its own address.")


_run = fields.Nested(ToldRunSchema, **about("The run."))
_conflict = fields.Nested(FindingWithItemsSchema, **about("The conflict."))
_DATA: dict[str, dict[str, Any]] = {
    events.OPENED: {"run": _run, "finding": fields.Nested(FindingThatCameSchema, **about("The finding."))},
    events.RESOLVED: {"run": _run, "finding": fields.Nested(FindingThatWentSchema, **about("The finding."))},
    events.CONFLICT: {
        "run": _run,
        "finding": fields.Nested(FindingThatCameSchema, **about("The conflict; its items are both sides.")),
        "decision": fields.Nested(WayToDecisionSchema, **about("The way to a decision.")),
    },
    events.DECIDED: {"finding": _conflict, "decision": fields.Nested(RulingSchema, **about("What was decided."))},
    events.OVERDUE: {"finding": _conflict, "decision": fields.Nested(LatenessSchema, **about("What is late."))},
    events.DIGEST: {
        "run": _run,
        "count": a_count("Findings that came together, and are not told of one by one."),
        "resolved": a_count("Findings that went, being resolved or with their rule, and are not told of one by one."),
        "severities": some_counts("Of those that came: how many of each severity."),
        "rules": some_counts("How many of each rule."),
        "causes": some_counts("How many of each cause."),
        "owners": a_list(OwnerOfDigestSchema, "Owners of those that came, who has most first."),
        "findings": a_list(
            FindingOfDigestSchema,
            f"The worst of those that came, {digests.MOST_LISTED} at most, then up to {digests.MOST_OF_OWNER} more of each "
            f"owner; {digests.MOST_IN_ALL:,} at most in all.",
        ),
        "gone": a_list(FindingGoneSchema, f"The worst of those that went, {digests.MOST_LISTED} at most."),
    },
    events.FAILED: {"sync": fields.Nested(FailedSyncSchema, **about("The sync."))},
    events.SILENT: {"source": fields.Nested(SilentSourceSchema, **about("The source."))},
    events.PING: {"endpoint": fields.Nested(NamedSchema, **about("The endpoint that is tried."))},
}
_DATA[events.REOPENED] = _DATA[events.OPENED]


def message_schema(type_: str) -> type[Schema]:
    """The schema of the messages about one type of event."""
    name = "".join(word.title() for word in type_.split("."))
    data = type(f"{name}DataSchema", (DataSchema,), dict(_DATA[type_]))
    parts: dict[str, Any] = {
        "type": fields.String(validate=validate.Equal(type_), **about("What happened.", const=type_)),
        "timestamp": fields.AwareDateTime(**about("When it happened.")),
        "data": fields.Nested(data, **about("What is told of it.")),
    }
    made: type[Schema] = type(f"{name}MessageSchema", (Told,), parts)
    return made
