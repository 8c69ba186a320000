"""The OKR set document: what may stand in it, and how it is described to others."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, fields

from validator.document import limits
from validator.document.fields import Amount, Day, Flag, Id, Text, Word
from validator.document.holders import Extra, Listed, Many

HABITS = {"dates": ("dmy", "mdy"), "decimals": ("point", "comma")}
"""How texts may be written: orders of a date, marks between whole and fraction."""
LEVELS = ("company", "department", "team", "individual")
"""From the top down."""
INPUTS = (
    "owners", "primary_owner", "contributors", "acknowledgements", "parents", "supports", "levels", "teams", "functions",
    "cycles", "dates", "statuses", "progress", "updates", "created_by", "strategic_brief", "key_results", "measures",
    "key_result_owners", "shared_key_results", "dependencies", "reviews", "conflicts", "governance.conflict_resolver",
    "governance.escalation", "governance.tie_breaker", "governance.translation_owner", "governance.forum",
)  # fmt: skip
"""What a source may be able to express: the names of `source.provides` and of a rule's `needs`."""


def _about(text: str, **more: Any) -> dict[str, Any]:
    return {"metadata": {"description": text}, "load_default": None, "allow_none": True, **more}


def _needed(text: str) -> dict[str, Any]:
    return {"metadata": {"description": text}, "required": True}


def _many(schema: type[Schema], text: str, most: int = limits.NESTED) -> Many:
    return Many(schema, most=most, **_about(text))


def _list(of: fields.Field[Any], text: str) -> Listed:
    return Listed(of, most=limits.NESTED, **_about(text))


def _name(text: str) -> Text:
    return Text(most=limits.NAME_LENGTH, **_about(text))


class Part(Schema):
    """A part of a document: unknown fields are refused, except under `extra`."""

    class Meta:
        """How marshmallow treats it."""

        unknown = RAISE

    extra = Extra(**_about("Anything else worth keeping with this item; never judged."))


class ReadingSchema(Part):
    """How texts in this document are written."""

    dates = Word(HABITS["dates"], **_about("Order of a date such as 01/02/2026."))
    decimals = Word(HABITS["decimals"], **_about("Mark between whole and fraction in a text such as 1,234."))


class SourceSchema(Part):
    """Where the set comes from, and what that source can express."""

    tool = _name("Name of the tool.")
    exported_at = Day(**_about("Day of the export; rules that ask for today's date are judged as of it."))
    url = Text(most=2_000, **_about("Link to the set in the tool."))
    complete = Flag(
        **_about(
            "False where part of the set could not be read: then only what the rest cannot take back is found. Default true."
        )
    )
    provides = Listed(
        Word(INPUTS), most=len(INPUTS),
        **_about("What this source can express at all; a rule that needs something else is not evaluated. Absent: what is present."),
    )  # fmt: skip
    notes = _list(Text(most=2_000), "What the reader decided or left out.")
    reading = fields.Nested(ReadingSchema, **_about("How dates and numbers in texts are written."))


class OrganisationSchema(Part):
    """The organisation whose OKRs these are."""

    id = Id(**_about("Id in the source."))
    name = _name("Name.")


class CycleSchema(Part):
    """A period for which OKRs are set, such as a quarter."""

    id = Id(**_needed("Id in the source."))
    name = _name("Name, such as Q4 2026.")
    start = Day(**_about("First day."))
    end = Day(**_about("Last day."))
    status = _name("State in the source.")


class TeamSchema(Part):
    """A team, department or the company itself."""

    id = Id(**_needed("Id in the source."))
    name = _name("Name.")
    level = Word(LEVELS, **_about("Level of the team; objectives without a level take it."))
    function = _name("Business function, such as Sales; makes cross-functional work visible.")
    parent = Id(**_about("Team above it: id or name."))
    lead = _name("Person who leads it: id or name.")
    segments = _list(Text(most=limits.NAME_LENGTH), "Customer segments it serves.")


class PersonSchema(Part):
    """A person named anywhere in the set."""

    id = Id(**_needed("Id in the source."))
    name = _name("Name.")
    email = _name("E-mail address; also recognised where a person is named.")
    team = Id(**_about("Team: id or name."))


class OwnerSchema(Part):
    """An owner of an objective."""

    person = Text(most=limits.NAME_LENGTH, least=1, **_needed("Person: id, e-mail address or name."))
    primary = Flag(**_about("True for the one who is accountable. A single owner is accountable without it."))


class ContributorSchema(Part):
    """A team that contributes to another team's objective."""

    team = Id(**_needed("Team: id or name."))
    role = _name("What it does here; accountable, lead or owner marks a second accountable team.")
    acknowledged = Flag(**_about("True where the team has agreed to it."))


class LinkSchema(Part):
    """A link up or across: an objective or key result that this one serves."""

    id = Id(**_needed("Id of an objective or a key result."))
    kind = Word(("parent", "supports"), **_about("parent (default), or supports for an explicit support link."))
    weight = Amount(**_about("Share of the parent that it carries, in the source's own unit."))


class KeyResultSchema(Part):
    """A key result: how an objective's progress is measured."""

    id = Id(**_needed("Id in the source, unique among key results."))
    title = Text(most=limits.TITLE_LENGTH, **_needed("Title."))
    description = Text(**_about("Description."))
    metric = _name("Name of what is measured.")
    unit = _name("Unit of start, target and current, such as %.")
    direction = Word(
        ("increase", "decrease", "maintain"), **_about("Way the measure shall go; maintain for a floor or ceiling.")
    )
    start = Amount(**_about("Baseline: value at the start, in the unit."))
    target = Amount(**_about("Value to reach, in the unit."))
    current = Amount(**_about("Latest value, in the unit."))
    owner = _name("Person accountable for it: id, e-mail address or name.")
    lead_team = Id(**_about("Team that leads it: id or name."))
    shared_with = _list(Id(), "Other teams that share it: ids or names.")
    segment = _name("Segment, region or product that it is limited to.")
    start_date = Day(**_about("First day."))
    due = Day(**_about("Last day."))
    cycle = Id(**_about("Cycle: id or name. Absent: the objective's."))
    status = _name("State: draft, committed, active, on_track, at_risk, off_track, closed, …; others pass.")
    progress = Amount(**_about("Progress in percent."))
    updated_at = Day(**_about("Day of the last check-in."))
    created_by = _name("Person who wrote it.")
    url = Text(most=2_000, **_about("Link into the source tool."))
    tags = _list(Text(most=limits.NAME_LENGTH), "Tags.")
    parents = _many(LinkSchema, "Further links besides the objective that it lies in.")


class ObjectiveSchema(Part):
    """An objective with its key results."""

    id = Id(**_needed("Id in the source, unique among objectives."))
    title = Text(most=limits.TITLE_LENGTH, **_needed("Title."))
    description = Text(**_about("Description."))
    level = Word(LEVELS, **_about("Level. Absent: its team's level."))
    team = Id(**_about("Team that owns it: id or name."))
    cycle = Id(**_about("Cycle: id or name."))
    owners = _many(OwnerSchema, "People named as owners.")
    contributors = _many(ContributorSchema, "Other teams that contribute.")
    parents = _many(LinkSchema, "What it serves.")
    strategic_brief = Text(**_about("Strategic brief behind a company objective: text or link."))
    status = _name("State: draft, committed, active, on_track, at_risk, off_track, closed, …; others pass.")
    progress = Amount(**_about("Progress in percent."))
    start = Day(**_about("First day. Absent: its cycle's."))
    end = Day(**_about("Last day. Absent: its cycle's."))
    created_by = _name("Person who wrote it: id, e-mail address or name.")
    updated_at = Day(**_about("Day of the last check-in."))
    url = Text(most=2_000, **_about("Link into the source tool."))
    tags = _list(Text(most=limits.NAME_LENGTH), "Tags.")
    key_results = _many(KeyResultSchema, "Its key results.", limits.KEY_RESULTS_OF_ONE_OBJECTIVE)


class InitiativeSchema(Part):
    """Work done for an objective: a project, a task list, a deliverable."""

    id = Id(**_needed("Id in the source, unique among initiatives."))
    title = Text(most=limits.TITLE_LENGTH, **_needed("Title."))
    objectives = _list(Id(), "Objectives or key results that it serves.")
    team = Id(**_about("Team: id or name."))
    owner = _name("Person: id, e-mail address or name.")
    cycle = Id(**_about("Cycle: id or name."))
    start = Day(**_about("First day."))
    end = Day(**_about("Last day."))
    status = _name("State.")
    progress = Amount(**_about("Progress in percent."))
    url = Text(most=2_000, **_about("Link into the source tool."))


class DependencySchema(Part):
    """An entry of the dependency map (RAID): what an objective needs from another team."""

    id = Id(**_needed("Id, unique among dependencies."))
    from_ = Id(data_key="from", **_needed("Objective or key result that needs it."))
    on_team = Id(**_needed("Team that must deliver: id or name."))
    kind = Word(("risk", "assumption", "issue", "dependency"), **_about("Kind of entry. Default dependency."))
    need = Text(**_about("Upstream need: what must happen first."))
    impact = Text(**_about("Downstream impact: what slips with it."))
    decision_date = Day(**_about("Day by which the choice must be made."))
    decided = Flag(**_about("True once it is made."))
    failure_trigger = Text(**_about("What tells that it no longer works as planned."))
    acknowledged = Flag(**_about("True where the other team has agreed to it."))


class ReviewSchema(Part):
    """A review of OKRs, held or planned."""

    id = Id(**_needed("Id, unique among reviews."))
    kind = _name("cycle_start, mid_cycle, monthly, cycle_end, or free text: then its date within the cycle decides.")
    date = Day(**_about("Day of the review."))
    teams = _list(Id(), "Teams that take part: ids or names.")
    objectives = _list(Id(), "Objectives reviewed. Absent: those of its teams, or all of the cycle.")
    decision_authority = Flag(**_about("True where it can make trade-offs."))


class ConflictSchema(Part):
    """A conflict that people know of already."""

    id = Id(**_needed("Id, unique among conflicts."))
    objectives = _list(Id(), "Objectives that conflict.")
    summary = Text(**_about("What it is about."))
    status = Word(("open", "agreed"), **_about("open (default) or agreed."))
    decision_maker = _name("Person who decides.")
    escalate_within_days = Amount(**_about("Days until it is escalated."))


class EscalationSchema(Part):
    """How fast a conflict moves up."""

    raise_within_days = Amount(**_about("Days in which the team that sees it must raise it."))
    act_within_days = Amount(**_about("Days in which the leader must act."))


class ForumSchema(Part):
    """The meeting that settles trade-offs between teams."""

    name = _name("Name.")
    members = _list(Text(most=limits.NAME_LENGTH), "People in it: ids, e-mail addresses or names.")
    teams = _list(Id(), "Teams present: ids or names.")
    decision_authority = Flag(**_about("True where it can make trade-offs and reassign priority."))
    every_days = Amount(**_about("Days between two meetings."))
    next = Day(**_about("Day of the next meeting."))


class GovernanceSchema(Part):
    """Who decides, how fast, and by which rule."""

    conflict_resolver = _name("Person or role that settles conflicts between functions.")
    escalation = fields.Nested(EscalationSchema, **_about("Escalation window."))
    tie_breaker = Text(most=limits.NAME_LENGTH, **_about("Rule that decides between two priorities."))
    translation_owner = _name("Who sees that each company objective has a delivery owner.")
    forum = fields.Nested(ForumSchema, **_about("Meeting with the authority to settle trade-offs."))


class OkrSetSchema(Part):
    """An OKR set: the objectives and key results of one organisation, with what is known of how they are governed."""

    source = fields.Nested(SourceSchema, **_about("Where the set comes from."))
    organisation = fields.Nested(OrganisationSchema, **_about("The organisation."))
    cycles = _many(CycleSchema, "Cycles.", limits.LISTED)
    teams = _many(TeamSchema, "Teams.", limits.LISTED)
    people = _many(PersonSchema, "People.", limits.LISTED)
    objectives = _many(ObjectiveSchema, "Objectives.", limits.OBJECTIVES)
    key_results = _many(KeyResultSchema, "Key results that hang under no objective.", limits.LISTED)
    initiatives = _many(InitiativeSchema, "Projects and other work.", limits.LISTED)
    dependencies = _many(DependencySchema, "Dependency map.", limits.LISTED)
    reviews = _many(ReviewSchema, "Reviews.", limits.LISTED)
    conflicts = _many(ConflictSchema, "Conflicts known already.", limits.LISTED)
    governance = fields.Nested(GovernanceSchema, **_about("Who decides."))
