"""What the API answers, as marshmallow schemas: they make the description, and tests hold answers against them."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, fields, validate

SEVERITIES = ("error", "warning", "info")
_COUNT = {"type": "integer", "minimum": 0}


class Answer(Schema):
    """An object of an answer: nothing else stands in it."""

    class Meta:
        """How marshmallow treats it."""

        unknown = RAISE


def _meta(text: str, *, null: bool = False, **more: Any) -> dict[str, Any]:
    return {"required": True, "allow_none": null, "metadata": {"description": text, **more}}


def _text(text: str, *, null: bool = False) -> fields.String:
    return fields.String(**_meta(text, null=null))


def _word(words: tuple[str, ...], text: str) -> fields.String:
    return fields.String(validate=validate.OneOf(words), **_meta(text))


def _count(text: str) -> fields.Integer:
    return fields.Integer(validate=validate.Range(min=0), **_meta(text))


def _list(of: type[Schema] | fields.String, text: str) -> Any:
    if isinstance(of, fields.String):
        return fields.List(of, **_meta(text))
    return fields.Nested(of, many=True, **_meta(text))


def _counts(text: str) -> fields.Dict:
    return fields.Dict(keys=fields.String(), values=fields.Integer(), **_meta(text))


class ConditionSchema(Answer):
    """A condition of the quality gate."""

    severity = _word(SEVERITIES, "Severity that is counted.")
    at_most = _count("Findings that pass.")
    count = _count("Findings there are.")
    passed = fields.Boolean(**_meta("Whether it holds."))


class GateSchema(Answer):
    """The quality gate: what makes the verdict."""

    fail_on = _word((*SEVERITIES, "never"), "Least severity that fails the set.")
    conditions = _list(ConditionSchema, "Conditions; all must hold.")


class RuleCountsSchema(Answer):
    """Rules by their outcome."""

    pass_ = fields.Integer(data_key="pass", **_meta("Rules without a finding."))
    fail = _count("Rules with findings.")
    not_applicable = _count("Rules that met nothing to judge.")
    not_evaluated = _count("Rules whose input the source cannot express.")


class SummarySchema(Answer):
    """Counts over the whole report."""

    error = _count("Findings of severity error.")
    warning = _count("Findings of severity warning.")
    info = _count("Findings of severity info.")
    shadow = _count("Findings of rules on trial: counted here only.")
    items = _counts("Items judged, by kind.")
    classes = _counts("Objectives by class: single-team, shared, cross-functional.")
    rules = fields.Nested(RuleCountsSchema, **_meta("Rules by outcome."))


class RulesetUsedSchema(Answer):
    """The ruleset that judged."""

    name = _text("Name.")
    version = _text("Version.")
    digest = _text("Digest of its content.")


class SourceSeenSchema(Answer):
    """Where the OKR set comes from."""

    tool = _text("Name of the tool.", null=True)
    exported_at = fields.Date(**_meta("Day of the export.", null=True))
    url = _text("Link to the set in the tool.", null=True)


class InputSchema(Answer):
    """What was judged."""

    digest = _text("Digest of the document.")
    source = fields.Nested(SourceSeenSchema, **_meta("Where it comes from."))
    complete = fields.Boolean(**_meta("False where part of the set could not be read."))
    as_of = fields.Date(**_meta("Day as of which it was judged.", null=True))
    provides = _list(fields.String(), "What the source can express.")
    notes = _list(fields.String(), "What was decided or left out while reading.")


class RuleOutcomeSchema(Answer):
    """What became of a rule."""

    id = _text("Id of the rule.")
    title = _text("Title of the rule.")
    severity = _word(SEVERITIES, "Severity of its findings.")
    failure = _text("Row of the failure table.", null=True)
    status = _word(("pass", "fail", "not_applicable", "not_evaluated"), "Outcome.")
    evaluated = _count("Facts judged.")
    failed = _count("Facts with a finding.")
    missing = _list(fields.String(), "Inputs to supply so that it can be evaluated.")


class ItemSchema(Answer):
    """An item that a finding is about."""

    kind = _text("Kind: objective, key_result, team, person, governance, …")
    id = _text("Id in the source.", null=True)
    title = _text("Title or name.", null=True)
    team = _text("Team.", null=True)
    url = _text("Link into the source tool.", null=True)


class WhySchema(Answer):
    """A condition that held, with the value that was met."""

    attribute = _text("Attribute of the fact.")
    operator = _text("How it was compared.")
    expected = fields.Raw(**_meta("What it was compared with.", null=True))
    actual = fields.Raw(**_meta("What was met.", null=True))


class FailureSchema(Answer):
    """A row of the failure table."""

    id = _text("Id of the row.")
    problem = _text("What goes wrong.")
    root_cause = _text("Why.")
    fix = _text("What mends it.")


class DecisionSchema(Answer):
    """Who settles a conflict, by when and by which rule."""

    decision_maker = _text("Person who decides.", null=True)
    raise_by = fields.Date(**_meta("Day by which it must be raised.", null=True))
    respond_by = fields.Date(**_meta("Day by which the leader must act.", null=True))
    tie_breaker = _text("Rule that decides.", null=True)
    forum = _text("Meeting that can settle it.", null=True)
    forum_next = fields.Date(**_meta("Its next day.", null=True))
    unnamed = _list(fields.String(), "What the document does not say.")


class FindingSchema(Answer):
    """Something found: why it fired and what mends it."""

    id = _text("Fingerprint: the same from run to run.")
    rule = _text("Id of the rule.")
    severity = _word(SEVERITIES, "Severity.")
    shadow = fields.Boolean(**_meta("True where the rule is on trial."))
    message = _text("What was found, in a sentence.")
    items = _list(ItemSchema, "Items it is about.")
    why = _list(WhySchema, "Conditions that held.")
    failure = fields.Nested(FailureSchema, **_meta("Row of the failure table.", null=True))
    confidence = fields.Float(validate=validate.Range(min=0, max=1), **_meta("How sure the detector is."))
    decision = fields.Nested(DecisionSchema, **_meta("How a conflict is settled.", null=True))


class ReportSchema(Answer):
    """The report on an OKR set."""

    format = fields.String(
        validate=validate.Equal("okr-report/1"), **_meta("Format of this report.", const="okr-report/1")
    )
    status = _word(("pass", "fail"), "Verdict.")
    gate = fields.Nested(GateSchema, **_meta("What made the verdict."))
    summary = fields.Nested(SummarySchema, **_meta("Counts."))
    ruleset = fields.Nested(RulesetUsedSchema, **_meta("Ruleset that judged."))
    input = fields.Nested(InputSchema, **_meta("What was judged."))
    rules = _list(RuleOutcomeSchema, "Outcome of every rule.")
    findings = _list(FindingSchema, "Findings: by severity, rule and item.")


class FaultSchema(Answer):
    """One thing wrong with a request or an OKR set."""

    pointer = _text("JSON Pointer into the document; empty for the whole.")
    message = _text("What is wrong.")
    hint = _text("What would mend it; may be empty.")
    place = _text("Where a person finds it: a cell, a line, a parameter; may be empty.")


class ProblemSchema(Answer):
    """A problem of RFC 9457."""

    type = _text("Kind of problem, for programs.")
    title = _text("Kind of problem, for people.")
    status = fields.Integer(**_meta("HTTP status."))
    detail = fields.String(metadata={"description": "What happened."})
    instance = _text("This occurrence.")
    request_id = _text("Id of the request, as in the log.")
    errors = fields.Nested(FaultSchema, many=True, metadata={"description": "Faults found; at most 1,000."})
    errors_total = fields.Integer(metadata={"description": "All faults found, listed or not."})


class HealthSchema(Answer):
    """A process that is well."""

    status = _word(("ok",), "ok.")


class RulesetSummarySchema(Answer):
    """A ruleset in a list."""

    name = _text("Name, as in the query parameter ruleset.")
    version = _text("Version.")
    digest = _text("Digest of its content.")
    description = _text("What it is for.")
    rule_count = _count("Rules in it.")


class RulesetListSchema(Answer):
    """The rulesets that there are."""

    rulesets = _list(RulesetSummarySchema, "Rulesets, by name.")


class RuleSchema(Answer):
    """A rule: what it looks for, and where."""

    id = _text("Id.")
    title = _text("The fault it finds.")
    description = _text("Why that is a fault.")
    kind = _text("Kind of fact that it judges, as in the vocabulary.")
    conditions = fields.Dict(
        keys=fields.String(),
        **_meta("When it fires: all, any or none of a list of such objects, or attribute, operator and expected."),
    )
    severity = _word((*SEVERITIES, "off"), "Severity of its findings.")
    shadow = fields.Boolean(**_meta("True where it is on trial: counted, never gating."))
    failure = _text("Row of the failure table.", null=True)
    needs = _list(fields.String(), "Inputs without which it is not evaluated: names of source.provides.")
    message = _text("Message of its findings, with {attribute} to fill in.")


class RulesetSchema(RulesetSummarySchema):
    """A ruleset with its rules."""

    parameters = fields.Dict(keys=fields.String(), **_meta("Values that its rules compare with, by name."))
    rules = _list(RuleSchema, "Rules, in their order.")


class FailureTableSchema(Answer):
    """How OKRs fail: what goes wrong, why, and what mends it."""

    failures = _list(FailureSchema, "Rows.")


class AttributeSchema(Answer):
    """An attribute that a rule may ask."""

    kind = _text("Kind of fact.")
    name = _text("Name in a rule.")
    type = _text("Type of its values.")
    sentence = _text("What it says.")
    needs = _list(fields.String(), "Inputs that it rests on: names of source.provides.")


class VocabularySchema(Answer):
    """Everything that a rule may ask."""

    attributes = _list(AttributeSchema, "Attributes, by kind of fact.")
