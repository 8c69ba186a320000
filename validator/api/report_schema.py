"""What a report holds, as a marshmallow schema: it makes the description, and tests hold reports against it."""

from __future__ import annotations

from marshmallow import fields, validate

from validator.api.schema_parts import SEVERITIES, Answer, a_count, a_list, a_text, a_word, about, some_counts
from validator.facts.phases import PHASES


class ConditionSchema(Answer):
    """A condition of the quality gate."""

    severity = a_word(SEVERITIES, "Severity that is counted.")
    at_most = a_count("Findings that pass.")
    count = a_count("Findings there are.")
    passed = fields.Boolean(**about("Whether it holds."))


class GateSchema(Answer):
    """The quality gate: what makes the verdict."""

    fail_on = a_word((*SEVERITIES, "never"), "Least severity that fails the set.")
    conditions = a_list(ConditionSchema, "Conditions; all must hold.")


class RuleCountsSchema(Answer):
    """Rules by their outcome."""

    pass_ = fields.Integer(data_key="pass", **about("Rules without a finding."))
    fail = a_count("Rules with findings.")
    not_applicable = a_count("Rules that met nothing to judge.")
    not_evaluated = a_count("Rules whose input the source cannot express.")


class SummarySchema(Answer):
    """Counts over the whole report."""

    error = a_count("Findings of severity error.")
    warning = a_count("Findings of severity warning.")
    info = a_count("Findings of severity info.")
    shadow = a_count("Findings of rules on trial: counted here only.")
    items = some_counts("Items judged, by kind.")
    classes = some_counts("Objectives by class: single-team, shared, cross-functional.")
    rules = fields.Nested(RuleCountsSchema, **about("Rules by outcome."))


class RulesetUsedSchema(Answer):
    """The ruleset that judged."""

    name = a_text("Name.")
    version = a_text("Version.")
    digest = a_text("Digest of its content.")


class SourceSeenSchema(Answer):
    """Where the OKR set comes from."""

    tool = a_text("Name of the tool.", null=True)
    exported_at = fields.Date(**about("Day of the export.", null=True))
    url = a_text("Link to the set in the tool.", null=True)


class InputSchema(Answer):
    """What was judged."""

    digest = a_text("Digest of the document.")
    source = fields.Nested(SourceSeenSchema, **about("Where it comes from."))
    complete = fields.Boolean(**about("False where part of the set could not be read."))
    as_of = fields.Date(**about("Day as of which it was judged."))
    provides = a_list(fields.String(), "What the source can express.")
    notes = a_list(fields.String(), "What was decided or left out while reading.")


class LaterSchema(Answer):
    """A severity that holds from a time on."""

    severity = a_word(SEVERITIES, "Severity.")
    from_ = fields.Date(data_key="from", **about("First day; null where a phase is given.", null=True))
    from_phase = fields.String(
        validate=validate.OneOf(tuple(PHASES)),
        **about("Phase of the cycle of a finding's items; null where a day is given.", null=True),
    )


class RuleOutcomeSchema(Answer):
    """What became of a rule."""

    id = a_text("Id of the rule.")
    title = a_text("Title of the rule.")
    severity = a_word(SEVERITIES, "Severity of its findings.")
    later = a_list(LaterSchema, "What that severity turns into with time; the last that has begun counts.")
    failure = a_text("Row of the failure table.", null=True)
    status = a_word(("pass", "fail", "not_applicable", "not_evaluated"), "Outcome.")
    evaluated = a_count("Facts judged.")
    failed = a_count("Facts with a finding.")
    missing = a_list(fields.String(), "Inputs to supply so that it can be evaluated.")


class ItemSchema(Answer):
    """An item that a finding is about."""

    kind = a_text("Kind: objective, key_result, team, person, governance, …")
    id = a_text("Id in the source.", null=True)
    title = a_text("Title or name.", null=True)
    team = a_text("Id of its team.", null=True)
    team_name = a_text("Name of its team.", null=True)
    url = a_text("Link into the source tool.", null=True)


class WhySchema(Answer):
    """A condition that held, with the value that was met."""

    attribute = a_text("Attribute of the fact.")
    operator = a_text("How it was compared.")
    expected = fields.Raw(**about("What it was compared with.", null=True))
    actual = fields.Raw(**about("What was met.", null=True))


class FailureSchema(Answer):
    """A row of the failure table."""

    id = a_text("Id of the row.")
    problem = a_text("What goes wrong.")
    root_cause = a_text("Why.")
    fix = a_text("What mends it.")


class DecisionSchema(Answer):
    """Who settles a conflict, by when and by which rule."""

    decision_maker = a_text("Person who decides.", null=True)
    raise_by = fields.Date(**about("Day by which it must be raised.", null=True))
    respond_by = fields.Date(**about("Day by which the leader must act.", null=True))
    tie_breaker = a_text("Rule that decides.", null=True)
    forum = a_text("Meeting that can settle it.", null=True)
    forum_next = fields.Date(**about("Its next day.", null=True))
    unnamed = a_list(fields.String(), "What the document does not say.")


class FindingSchema(Answer):
    """Something found: why it fired and what mends it."""

    id = a_text("Fingerprint: the same from run to run.")
    rule = a_text("Id of the rule.")
    severity = a_word(SEVERITIES, "Severity.")
    shadow = fields.Boolean(**about("True where the rule is on trial."))
    message = a_text("What was found, in a sentence.")
    items = a_list(ItemSchema, "Items it is about.")
    why = a_list(WhySchema, "Conditions that held.")
    failure = fields.Nested(FailureSchema, **about("Row of the failure table.", null=True))
    confidence = fields.Float(validate=validate.Range(min=0, max=1), **about("How sure the detector is."))
    decision = fields.Nested(DecisionSchema, **about("How a conflict is settled.", null=True))


class ReportSchema(Answer):
    """The report on an OKR set."""

    format = fields.String(
        validate=validate.Equal("okr-report/1"), **about("Format of this report.", const="okr-report/1")
    )
    status = a_word(("pass", "fail"), "Verdict.")
    gate = fields.Nested(GateSchema, **about("What made the verdict."))
    summary = fields.Nested(SummarySchema, **about("Counts."))
    ruleset = fields.Nested(RulesetUsedSchema, **about("Ruleset that judged."))
    input = fields.Nested(InputSchema, **about("What was judged."))
    rules = a_list(RuleOutcomeSchema, "Outcome of every rule.")
    findings = a_list(FindingSchema, "Findings: by severity, rule and item.")
