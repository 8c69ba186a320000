"""Runs, and reports with the life of their findings, as they are shown."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields

from validator.api.report_schema import ConditionSchema, FindingSchema, GateSchema, ReportSchema
from validator.api.schema_parts import SEVERITIES, Answer, a_count, a_list, a_text, a_word, about
from validator.history.life import STATES


def a_cause() -> fields.Dict:
    """The cause of a state."""
    return fields.Dict(
        keys=fields.String(), **about("Why: its kind, and what is known besides; null where it goes on.", null=True)
    )


class RunQuerySchema(Schema):
    """How a set is to be judged."""

    class Meta:
        """How marshmallow treats it."""

        unknown = RAISE

    as_of = fields.Date(
        metadata={"description": "Day as of which to judge. Absent: the day of the export, or else today in UTC."}
    )


class RulesetNamedSchema(Answer):
    """A ruleset by name and version."""

    name = a_text("Name.")
    version = a_text("Version.")


class RunSchema(Answer):
    """A run: one document judged for one connection."""

    id = a_text("Id; later runs have greater ones.")
    connection_id = a_text("Connection that it was judged for.", null=True)
    number = fields.Integer(**about("1, 2, 3 within the connection.", null=True))
    asked_by = a_text("Who asked for it.")
    engine = a_text("Engine that judged.")
    complete = fields.Boolean(**about("Whether the whole set was read."))
    status = a_word(("pass", "fail"), "Whether it passed its gate, waivers, baseline and decisions counted out.")
    counts = fields.Dict(keys=fields.String(), **about("Findings by severity, by state, waived and settled."))
    timings = fields.Dict(keys=fields.String(), **about("Milliseconds of each stage."))
    started_at = fields.AwareDateTime(**about("When it began."))
    finished_at = fields.AwareDateTime(**about("When it was judged."))
    as_of = fields.Date(**about("Day as of which it was judged."))
    ruleset = fields.Nested(RulesetNamedSchema, **about("Ruleset that judged."))
    input_digest = a_text("Digest of the set with its overlay, as in the report.")
    document_digest = a_text("Digest of the document as it is stored.")
    overlay_digest = a_text("Digest of the overlay; null where there was none.", null=True)
    report_digest = a_text("Digest of the report's bytes; a replay must give them again.")
    erased_at = fields.AwareDateTime(
        **about("When names of people were erased from it, so that it cannot be replayed; null where never.", null=True)
    )


class RunListSchema(Answer):
    """A page of runs."""

    runs = a_list(RunSchema, "Runs of the connection, the last first.")
    next = a_text("Cursor of the next page; null on the last.", null=True)


class SeenSchema(Answer):
    """A run and its moment."""

    run = a_text("Id of the run.")
    at = fields.AwareDateTime(**about("When it was."))


class LifeSchema(Answer):
    """What has become of a finding."""

    state = a_word(STATES, "State since this run.")
    before = a_text("State before; null where it was never seen.", null=True)
    cause = a_cause()
    first_seen = fields.Nested(SeenSchema, **about("Where it was first seen."))
    waived_by = a_text("Waiver that covers it.", null=True)
    decision_id = a_text("Decision that settles it.", null=True)
    respond_by = fields.Date(**about("Last day for a decision.", null=True))
    escalate_on = fields.Date(**about("First day without a decision in time.", null=True))
    notices = a_list(fields.String(), "What the clock adds: late-conflict, conflict-overdue, dependency-overdue.")


class LivingFindingSchema(FindingSchema):
    """A finding with its life."""

    life = fields.Nested(LifeSchema, **about("What has become of it."))


class ItemNamedSchema(Answer):
    """An item by kind and id."""

    kind = a_text("Kind.")
    id = a_text("Id in the source.")


class MissedSchema(Answer):
    """A finding that the run no longer reports."""

    id = a_text("Fingerprint.")
    rule = a_text("Id of the rule.")
    severity = a_word(SEVERITIES, "Severity when it was last seen.")
    items = a_list(ItemNamedSchema, "Items that it is about.")
    state = a_word(STATES, "State since this run: resolved, stale or removed.")
    before = a_text("State before.", null=True)
    cause = a_cause()


class CountedConditionSchema(ConditionSchema):
    """A condition of the gate, and what does not count."""

    waived = a_count("Findings that a waiver covers.")
    baseline = a_count("Findings of the baseline.")
    settled = a_count("Findings that a decision settles.")


class CountedGateSchema(GateSchema):
    """The gate once waivers, the baseline and decisions are counted out."""

    conditions = a_list(CountedConditionSchema, "Conditions; all must hold.")


class RunReportSchema(ReportSchema):
    """A report with its run and the life of every finding."""

    gate = fields.Nested(CountedGateSchema, **about("What makes the verdict."))
    run = fields.Nested(RunSchema, **about("The run."))
    findings = a_list(LivingFindingSchema, "Findings: by severity, rule and item.")
    missed = a_list(MissedSchema, "Findings that the run reports no longer, and whose state it changed.")


class ReplaySchema(Answer):
    """What judging a run again came to."""

    same = fields.Boolean(**about("Whether the report has the same bytes."))
    expected = a_text("Digest of the stored report.")
    digest = a_text("Digest of the report made now.")
    program = a_text("Version of the validator that judged then.")


class TurnedSchema(Answer):
    """What happened to a finding in a run."""

    finding_id = a_text("Fingerprint.")
    event = a_word(STATES, "What it became.")
    cause = a_cause()
    rule = a_text("Id of the rule.")
    severity = a_word(SEVERITIES, "Severity now.")
    shadow = fields.Boolean(**about("True where the rule is on trial."))
    message = a_text("What was found when it was last seen.")
    items = fields.List(fields.Dict(keys=fields.String()), **about("Items that it is about."))
    failure = a_text("Row of the failure table.", null=True)
    state = a_word(STATES, "State now, which a later run may have changed.")


class ToldSchema(Answer):
    """What a report shows of a finding."""

    severity = a_word(SEVERITIES, "Severity.")
    message = a_text("Message.")
    shadow = fields.Boolean(**about("True where the rule is on trial."))


class ChangedSchema(Answer):
    """A finding that both reports hold and show differently."""

    finding_id = a_text("Fingerprint.")
    rule = a_text("Id of the rule.")
    fields_ = fields.List(fields.String(), data_key="fields", **about("What differs."))
    before = fields.Nested(ToldSchema, **about("In the run before."))
    after = fields.Nested(ToldSchema, **about("In this run."))


class RunDifferenceSchema(Answer):
    """What a run changed since the one before it."""

    run = fields.Nested(RunSchema, **about("The run."))
    before = fields.Nested(RunSchema, **about("The run before it; null for the first.", null=True))
    turned = a_list(TurnedSchema, "Findings that came or went, each with its cause.")
    changed = a_list(ChangedSchema, "Findings that go on and are told otherwise.")
    compared = fields.Boolean(**about("False where one of the reports is gone: then nothing is counted below."))
    by_severity = fields.Dict(keys=fields.String(), **about("Findings that appeared, vanished and changed."))
    by_team = fields.List(fields.Dict(keys=fields.String()), **about("The same by team and severity."))
