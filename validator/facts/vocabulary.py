"""The vocabulary: each attribute that a rule may ask, declared once.

It types the rule language, feeds the documentation, and says which input of `source.provides` an attribute rests on, and
what is known of it where part of the set was not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

TYPES = ("number", "word", "yes/no", "text")
"""A word is compared whole; a text can only be matched, asked for, and shown in messages."""

IN_PART: Mapping[str, str] = {
    "": "The item itself says it.",
    "grows": "More of the set can raise a number and turn a no into a yes, and nothing else.",
    "unsure": "Left off for the items that it is not sure of.",
    "whole": "Only the whole set tells it.",
}
"""What is known of an attribute in a set of which part was not read."""


class Attribute(NamedTuple):
    """One attribute of one kind of fact."""

    kind: str
    name: str
    type: str
    sentence: str
    needs: tuple[str, ...] = ()
    in_part: str = ""
    """One of IN_PART."""


KINDS: Mapping[str, str] = {
    "organisation": "The organisation as a whole: one fact.",
    "cycle": "A cycle that objectives are set in; objectives without a cycle form one of their own.",
    "team": "A team named anywhere in the set.",
    "person": "A person named anywhere in the set.",
    "objective": "An objective.",
    "key_result": "A key result.",
    "link": "A link from an objective, key result or initiative to what it serves.",
    "dependency": "A dependency on a team: an entry of the dependency map, a contributing team, or one that only a text names.",
    "review": "A review, held or planned.",
    "governance": "Who decides, how fast, by which rule: one fact.",
    "conflict": "A conflict that people know of already.",
    "pair": "Two items that may be about the same thing.",
}

_TABLE = """
organisation | objective_count | number | Objectives in the set. | | grows
organisation | key_result_count | number | Key results in the set. | | grows
organisation | team_objective_count | number | Objectives at team level. | levels | grows
organisation | copied_objective_count | number | Team objectives whose title repeats an objective that they serve. | parents levels | grows
organisation | parent_written_count | number | Team objectives written by an owner of the objective that they serve who does not own them too. | parents levels created_by owners | grows
organisation | top_down_share | number | Share of team objectives with a parent that repeat it or were written by its owner, 0 to 1. | parents levels | whole

cycle | name | text | Name of the cycle. |
cycle | cycle | word | Id of the cycle. |
cycle | status | word | State of the cycle. |
cycle | days | number | Length of the cycle in days. | cycles
cycle | elapsed_share | number | Share of the cycle that has passed, 0 to 1. | cycles
cycle | ended | yes/no | The cycle is over. | cycles
cycle | objective_count | number | Objectives in the cycle. | | grows
cycle | company_objective_count | number | Company objectives in the cycle. | levels | grows
cycle | shared_objective_count | number | Objectives of the cycle that several teams share. | contributors | grows
cycle | review_count | number | Reviews dated within the cycle. | reviews | grows
cycle | start_review_count | number | Reviews at the start of the cycle: of that kind, or dated from four weeks before it to a tenth into it. | reviews | grows
cycle | mid_review_count | number | Reviews in the middle of the cycle: of that kind, or dated between 25 % and 75 % of it. | reviews | grows
cycle | end_review_count | number | Reviews at the end of the cycle: of that kind, or dated in its last tenth or later. | reviews | grows

team | name | text | Name of the team. |
team | team | word | Id of the team. |
team | level | word | Level: company, department, team, individual. | levels
team | function | word | Business function. | functions
team | declared | yes/no | The set lists the team, rather than only naming it. | | grows
team | has_lead | yes/no | Somebody leads it. | | grows
team | objective_count | number | Objectives that it owns. | teams | grows
team | most_objectives_in_a_cycle | number | Most objectives that it owns in one cycle. | teams | grows
team | demand_count | number | Objectives of other teams that depend on it or count on its contribution. | | grows
team | most_demand_in_a_cycle | number | The same within one cycle: the most. | | grows
team | shares_parent | yes/no | An objective of it has the same parent as one of another team. | parents | grows
team | cross_link_count | number | Links to other teams: dependencies, contributions, shared key results, support links, either way. | parents contributors dependencies | grows
team | forum_seat_needed | yes/no | It creates or absorbs a dependency, or shares an objective, across teams. | | grows
team | in_forum | yes/no | The forum that settles trade-offs lists it, its lead or a member. | governance.forum | grows

person | name | text | Name of the person. |
person | declared | yes/no | The set lists the person, rather than only naming them. | | grows
person | owned_objective_count | number | Objectives that the person is accountable for. | owners | grows
person | most_objectives_in_a_cycle | number | The same within one cycle: the most. | owners | grows
person | key_result_count | number | Key results that the person owns. | key_result_owners | grows

objective | title | text | Title. |
objective | description | text | Description. |
objective | team_name | text | Name of the owning team. |
objective | owner_names | text | Names of its owners. |
objective | contributor_names | text | Names of the contributing teams. |
objective | level | word | Level: company, department, team, individual. | levels
objective | level_rank | number | Level as a number: 1 company, 2 department, 3 team, 4 individual. | levels
objective | team | word | Id of the owning team. | teams
objective | function | word | Function of the owning team. | functions
objective | cycle | word | Id of the cycle. | cycles
objective | status | word | State, in lower case with underscores. | statuses
objective | running | yes/no | Committed to or being worked on, by its state. | statuses
objective | ended | yes/no | Closed, achieved, cancelled or the like, by its state. | statuses
objective | class | word | single-team, shared (several teams) or cross-functional (several functions). | contributors
objective | shared | yes/no | Two or more teams own or contribute. | contributors
objective | team_count | number | Teams that own or contribute. | contributors
objective | function_count | number | Functions of those teams, where known. | contributors functions
objective | contributor_count | number | Contributing teams. | contributors
objective | accountable_team_count | number | Teams marked accountable: its own, and contributors whose role says so. | contributors
objective | owner_count | number | People named as owners. | owners
objective | primary_owner_count | number | Owners marked as primary. | primary_owner
objective | accountable_owner_count | number | People who are accountable: those marked primary, or the only owner. | owners
objective | parent_count | number | Links up or across to an item that exists. | parents | unsure
objective | broken_parent_count | number | Links to an item that does not exist. | parents | unsure
objective | child_count | number | Objectives that link to it. | parents | grows
objective | in_alignment_cycle | yes/no | It serves itself, through its parents. | parents | grows
objective | delivery_owner_count | number | Different accountable owners of team-level objectives below it, at any depth (8 stands for 8 or more). | parents owners levels | grows
objective | delivery_team_count | number | Different teams of team-level objectives below it, at any depth (8 stands for 8 or more). | parents levels | grows
objective | key_result_count | number | Its key results. | key_results | grows
objective | has_strategic_brief | yes/no | A strategic brief is given. | strategic_brief
objective | dependency_count | number | Entries of the dependency map that it needs. | dependencies | grows
objective | neighbour_count | number | Teams next to it: those that contribute, and those with an objective under the same parent. | parents contributors | whole
objective | consulted_neighbour_count | number | Those of them that acknowledged it or took part in a review of it. | parents contributors reviews | whole
objective | review_count | number | Reviews that cover it. | reviews | grows
objective | mid_review_count | number | Reviews in the middle of its cycle (25 % to 75 %) that cover it. | reviews cycles | grows
objective | title_is_metric | yes/no | The title is a metric, or states a value to reach. |
objective | vague | yes/no | The title has only words that any organisation could write. |
objective | own_activity_count | number | Its key results that count what the team itself does, or how busy it is. | key_results | grows
objective | measures_own_activity_only | yes/no | It has key results, and each of them does. | key_results | whole
objective | undeclared_dependency_count | number | Other teams that its text says it relies on, with nothing declared between them. | dependencies | whole
objective | undeclared_team_names | text | Names of those teams. | dependencies | whole
objective | days_since_update | number | Days since the last check-in. | updates
objective | days_past_end | number | Days since its last day; negative while it runs. | dates

key_result | title | text | Title. |
key_result | description | text | Description. |
key_result | objective_title | text | Title of its objective. |
key_result | team_name | text | Name of the team of its objective. |
key_result | metric | text | Name of what is measured. |
key_result | unit | text | Unit of its numbers. |
key_result | level | word | Level of its objective. | levels
key_result | team | word | Id of the team that leads it, or of its objective's team. | teams
key_result | cycle | word | Id of its cycle, or its objective's. | cycles
key_result | status | word | State, in lower case with underscores. | statuses
key_result | ended | yes/no | Closed, achieved, cancelled or the like, by its state or its objective's. | statuses
key_result | in_running_cycle | yes/no | Today lies within its cycle. | cycles
key_result | has_objective | yes/no | It hangs under an objective. | key_results | grows
key_result | owned | yes/no | Somebody owns it. | key_result_owners
key_result | shared | yes/no | Two or more teams share it. | shared_key_results
key_result | led | yes/no | A lead team or an owner is named. | shared_key_results
key_result | direction | word | increase, decrease or maintain, where given. |
key_result | start | number | Baseline. |
key_result | target | number | Target. |
key_result | current | number | Latest value. |
key_result | has_baseline | yes/no | A starting value is given, as a value or in the title; what is to be kept where it is needs none. | measures
key_result | has_target | yes/no | A value or a change to reach is given, as a value or in the title. | measures
key_result | measurable | yes/no | A metric is named, or a starting value or one to reach is given. | measures
key_result | is_task | yes/no | The title says work to do or a thing to deliver, not a result. |
key_result | counts_own_activity | yes/no | It counts what the team itself does, or how busy it is: emails sent, utilisation. |
key_result | progress | number | Progress in percent. | progress
key_result | days_past_due | number | Days since it was due; negative before. | dates
key_result | days_since_update | number | Days since the last check-in. | updates

link | title | text | Title of the item that links. |
link | parent_title | text | Title of the item that it serves. |
link | parent_id | text | Id that the link names. |
link | parent_dates | text | First and last day of the item that it serves, where the item runs outside them. |
link | dates | text | First and last day of the item that links, where it runs outside what it serves. |
link | parent_cycle_name | text | Name of the other cycle. |
link | cycle_name | text | Name of its own cycle. |
link | level | word | Level of the objective that links. | levels
link | team | word | Team of the item that links. | teams
link | cycle | word | Cycle of the item that links. | cycles
link | kind | word | What links: objective, key_result or initiative. | parents
link | relation | word | parent or supports. | parents
link | found | yes/no | The item that it names exists. | parents | grows
link | levels_up | number | Levels between the item and what it serves: 1 is one up, 0 the same level, negative is down. | parents levels
link | same_cycle | yes/no | Both are in the same cycle. | parents cycles
link | cycle_inside | yes/no | The cycle of the item lies within the cycle of what it serves. | parents cycles
link | days_before_parent | number | Days that the item starts before what it serves. | parents
link | days_after_parent | number | Days that the item ends after what it serves. | parents
link | same_title | yes/no | Both are objectives whose titles are the same but for case, spaces and punctuation. | parents
link | same_team | yes/no | Both belong to the same team. | parents teams
link | written_by_parent_owner | yes/no | Written by an owner of what it serves who does not own it too. | parents created_by owners

dependency | need | text | What is needed. |
dependency | from_title | text | Title of the item that needs it. |
dependency | team_name | text | Name of the team that must deliver. |
dependency | missing_parts | text | Parts that the entry lacks. |
dependency | decision_day | text | Day by which the choice must be made. |
dependency | cycle_teams | text | Teams that wait for one another. | | whole
dependency | team | word | Team of the item that needs it. | teams
dependency | level | word | Level of the item that needs it. | levels
dependency | cycle | word | Cycle of the item that needs it. | cycles
dependency | on_team | word | Id of the team that must deliver. |
dependency | form | word | map for an entry of the dependency map, contributor for a contributing team, text where only a text says it. |
dependency | declared | yes/no | An entry of the map or a contribution says it, not only a text. | | grows
dependency | kind | word | risk, assumption, issue or dependency. | dependencies
dependency | acknowledged | yes/no | The team that must deliver has agreed. |
dependency | decided | yes/no | The choice is made. | dependencies
dependency | backed | yes/no | The team has an objective, key result or dependency of its own behind it. | contributors parents | grows
dependency | missing_part_count | number | Parts that the entry lacks of: upstream need, downstream impact, decision date, failure trigger. | dependencies
dependency | team_known | yes/no | The set lists the team that must deliver. | dependencies | grows
dependency | from_known | yes/no | The item that needs it exists. | dependencies | grows
dependency | days_past_decision | number | Days since its decision date; negative before. | dependencies
dependency | days_decided_after_due | number | Days that its decision date lies after the last day of the work that needs it. | dependencies
dependency | closes_cycle | yes/no | It is the first entry, by id, of teams that wait for one another in a circle. | dependencies | grows

review | kind | word | cycle_start, mid_cycle, monthly, cycle_end or the source's own word. | reviews
review | has_authority | yes/no | It can make trade-offs. | reviews
review | team_count | number | Teams that take part. | reviews
review | objective_count | number | Objectives that it names. | reviews

governance | has_conflict_resolver | yes/no | Somebody is named who settles conflicts between functions. | governance.conflict_resolver
governance | has_raise_window | yes/no | It is said how fast a conflict must be raised. | governance.escalation
governance | has_act_window | yes/no | It is said how fast a leader must act. | governance.escalation
governance | has_tie_breaker | yes/no | A rule decides between two priorities. | governance.tie_breaker
governance | tie_breaker | text | That rule. | governance.tie_breaker
governance | has_translation_owner | yes/no | Somebody sees that each company objective has a delivery owner. | governance.translation_owner
governance | has_forum | yes/no | A forum settles trade-offs. | governance.forum
governance | forum_has_authority | yes/no | That forum can make trade-offs and reassign priority. | governance.forum
governance | forum_every_days | number | Days between two of its meetings. | governance.forum
governance | missing_window | text | The side of the escalation window that nobody has set. | governance.escalation

conflict | summary | text | What it is about. |
conflict | status | word | open or agreed. | conflicts
conflict | found | yes/no | It was found in the texts of two key results; no: the set lists it. | conflicts
conflict | confidence | number | How sure it is, 0 to 1; given for a conflict that was found. | conflicts
conflict | has_decider | yes/no | It, or the organisation, names who decides; not given for one that was found where the set cannot say. | conflicts
conflict | has_window | yes/no | It, or the organisation, says how fast it is escalated; likewise. | conflicts

pair | title | text | Title of the first. |
pair | other_title | text | Title of the second. |
pair | cycle_name | text | Name of the cycle. |
pair | kind | word | What both are: objective, key_result or initiative. |
pair | team | word | Team of the first. | teams
pair | level | word | Level of the first. | levels
pair | cycle | word | Cycle of both. | cycles
pair | same_title | yes/no | Both titles are the same but for case, spaces and punctuation, in one cycle. | | whole
pair | related | yes/no | One serves the other, directly or through others. | | unsure
pair | same_team | yes/no | Both belong to the same team. | teams
pair | numbers | text | Baseline and target of the first. |
pair | other_numbers | text | Baseline and target of the second. |
pair | team_name | text | Name of the team of the first. |
pair | other_team_name | text | Name of the team of the second. |
pair | basis | text | Why both seem to measure one thing, or what they trade off. |
pair | settle | text | What would settle a clash. |
pair | confidence | number | How sure the verdict in `ways` is, 0 to 1; given for key results that have to do with each other. | key_results
pair | ways | word | same, opposite or unknown: the ways in which both move one measure; else how they clash: trade-off, resource, dates or segment; or supports. | key_results
pair | duplicate_chance | number | How likely both claim one outcome, by the model of pairs alone, 0 to 1. | key_results
pair | conflict_chance | number | How likely both pull against each other, likewise. | key_results
pair | support_chance | number | How likely one serves the other, likewise. | key_results
pair | one_context | yes/no | Both have one team, one parent, or words about their measure in common. | key_results | grows
pair | same_baseline | yes/no | Both start from one telling value. | key_results
pair | agreed | yes/no | A conflict between the two objectives is recorded as agreed. | key_results
pair | declared | yes/no | One side names the other's team as contributing or sharing. | key_results
"""


def _declared() -> Iterator[Attribute]:
    for line in filter(None, _TABLE.splitlines()):
        kind, name, type, sentence, needs, *in_part = (cell.strip() for cell in line.split("|"))
        yield Attribute(kind, name, type, sentence, tuple(needs.split()), *in_part)


VOCABULARY: tuple[Attribute, ...] = tuple(_declared())
BY_KIND: Mapping[str, Mapping[str, Attribute]] = {
    kind: {attribute.name: attribute for attribute in VOCABULARY if attribute.kind == kind} for kind in KINDS
}
