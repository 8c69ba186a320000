"""What the API answers besides reports, as marshmallow schemas."""

from __future__ import annotations

from marshmallow import fields

from validator.api.report_schema import FailureSchema, LaterSchema
from validator.api.schema_parts import (
    SEVERITIES,
    Answer,
    a_condition,
    a_count,
    a_list,
    a_text,
    a_word,
    about,
)
from validator.detection.catalogue import BETTER, MOVES
from validator.facts.vocabulary import IN_PART


class FaultSchema(Answer):
    """One thing wrong with a request or an OKR set."""

    pointer = a_text("JSON Pointer into the document; empty for the whole.")
    message = a_text("What is wrong.")
    hint = a_text("What would mend it; may be empty.")
    place = a_text("Where a person finds it: a cell, a line, a parameter; may be empty.")


class ProblemSchema(Answer):
    """A problem of RFC 9457."""

    type = a_text("Kind of problem, for programs.")
    title = a_text("Kind of problem, for people.")
    status = fields.Integer(**about("HTTP status."))
    detail = fields.String(metadata={"description": "What happened."})
    instance = a_text("This occurrence.")
    request_id = a_text("Id of the request, as in the log.")
    errors = fields.Nested(FaultSchema, many=True, metadata={"description": "Faults found; at most 1,000."})
    errors_total = fields.Integer(metadata={"description": "All faults found, listed or not."})


class HealthSchema(Answer):
    """A process that is well."""

    status = a_word(("ok",), "ok.")


class ReadinessSchema(HealthSchema):
    """A process that can judge."""

    attention = a_list(fields.String(), "What somebody should look after, though it can judge all the same.")


class RulesetSummarySchema(Answer):
    """A ruleset without its rules."""

    name = a_text("Name, as in the query parameter ruleset.")
    version = a_text("Version: the number of a published one, or what a shipped one calls itself.")
    published = fields.Boolean(**about("Whether it was published here; else it comes with the service."))
    digest = a_text("Digest of its content, with the failure table and the metric catalogue in force.")
    description = a_text("What it is for.")
    extends = a_list(fields.String(), "Rulesets that it builds on.")
    rule_count = a_count("Rules in it.")


class RulesetEntrySchema(RulesetSummarySchema):
    """A ruleset in a list."""

    problem = a_text("Why this release cannot use it, which was published in another; null where it can.", null=True)


class RulesetListSchema(Answer):
    """A page of the rulesets in force."""

    rulesets = a_list(RulesetEntrySchema, "Rulesets, by name.")
    next = a_text("Cursor of the next page; null on the last.", null=True)


class SeverityWhenSchema(Answer):
    """A severity that applies under a condition."""

    severity = a_word(SEVERITIES, "Severity.")
    conditions = a_condition("When it applies.")


class RuleSchema(Answer):
    """A rule: what it looks for, and where."""

    id = a_text("Id.")
    title = a_text("The fault it finds.")
    description = a_text("Why that is a fault.")
    kind = a_text("Kind of fact that it judges, as in the vocabulary.")
    where = a_condition("Which facts of its kind it judges; null for all.", null=True)
    conditions = a_condition("When it fires: all, any or none of a list of such, or attribute, operator and expected.")
    severity = a_word((*SEVERITIES, "off"), "Severity of its findings.")
    severity_when = a_list(SeverityWhenSchema, "Other severities and when they apply; the first that holds counts.")
    later = a_list(LaterSchema, "What the plain severity turns into with time; the last that has begun counts.")
    shadow = fields.Boolean(**about("True where it is on trial: counted, never gating."))
    decision = fields.Boolean(**about("True where its findings are conflicts, and carry the way to a decision."))
    failure = a_text("Row of the failure table.", null=True)
    needs = a_list(fields.String(), "Inputs without which it is not evaluated: names of source.provides.")
    message = a_text("Message of its findings, with {attribute} to fill in.")


class RulesetSchema(RulesetSummarySchema):
    """A ruleset with its rules."""

    parameters = fields.Dict(keys=fields.String(), **about("Values that its rules compare with, by name."))
    rules = a_list(RuleSchema, "Rules, in their order.")


def a_version() -> fields.String:
    """The version of a table."""
    return a_text("Number of the published version that is in force, or shipped where none was published.")


class FailureTableSchema(Answer):
    """How OKRs fail: what goes wrong, why, and what mends it."""

    version = a_version()
    failures = a_list(FailureSchema, "Rows.")


class MetricSchema(Answer):
    """A metric of the catalogue."""

    id = a_text("Id.")
    name = a_text("Name.")
    synonyms = a_list(fields.String(), "Other names.")
    better = a_word(BETTER, "Which way is better.")
    families = a_list(fields.String(), "Families that it belongs to.")
    functions = a_list(fields.String(), "Functions that watch it.")
    inverse = a_text("Metric that says the same the other way round; null where there is none.", null=True)
    activity = fields.Boolean(**about("Whether it counts a function's own work, throughput or utilisation."))


class TradeOffSchema(Answer):
    """Two moves that pull against each other."""

    sides = a_list(fields.String(), "The two metrics by id, or families as family:ID.")
    moves = a_list(a_word(tuple(MOVES), "A move."), "The move of each side.")
    reason = a_text("Why they pull against each other.")
    strong = fields.Boolean(**about("Whether they all but always do."))
    settle = a_text("What would settle it; may be empty.")


class MetricCatalogueSchema(Answer):
    """What is measured under which names, which way is better, and what pulls against what."""

    version = a_version()
    metrics = a_list(MetricSchema, "Metrics, by id.")
    trade_offs = a_list(TradeOffSchema, "Trade-offs between them.")


class AttributeSchema(Answer):
    """An attribute that a rule may ask."""

    kind = a_text("Kind of fact.")
    name = a_text("Name in a rule.")
    type = a_text("Type of its values.")
    sentence = a_text("What it says.")
    needs = a_list(fields.String(), "Inputs that it rests on: names of source.provides.")
    in_part = a_word(tuple(IN_PART), "What a set of which part was not read tells of it: all where empty.")


class VocabularySchema(Answer):
    """Everything that a rule may ask."""

    attributes = a_list(AttributeSchema, "Attributes, by kind of fact.")
