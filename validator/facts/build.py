"""All facts of a set: one function from an OKR set and a day to facts by kind."""

from __future__ import annotations

from collections.abc import Mapping

from validator.facts.claimed import claimed_pair_facts
from validator.facts.dependencies import dependency_facts
from validator.facts.fact import Fact
from validator.facts.governance import conflict_facts, governance_facts, review_facts
from validator.facts.index import Index
from validator.facts.key_results import key_result_facts
from validator.facts.links import link_facts
from validator.facts.objectives import objective_facts
from validator.facts.pairs import pair_facts
from validator.facts.reliance import reliance_facts, undeclared_reliances
from validator.facts.wholes import cycle_facts, organisation_facts, person_facts, team_facts
from validator.facts.wording import read_wordings

Facts = Mapping[str, list[Fact]]


def build_facts(index: Index) -> Facts:
    """Facts by kind, in the order of the document."""
    links = list(link_facts(index))
    wordings, undeclared = read_wordings(index), undeclared_reliances(index)
    return {
        "organisation": list(organisation_facts(index, links)),
        "cycle": list(cycle_facts(index)),
        "team": list(team_facts(index)),
        "person": list(person_facts(index)),
        "objective": list(objective_facts(index, wordings, undeclared)),
        "key_result": list(key_result_facts(index, wordings)),
        "link": links,
        "dependency": [*dependency_facts(index), *reliance_facts(index, undeclared)],
        "review": list(review_facts(index)),
        "governance": list(governance_facts(index)),
        "conflict": list(conflict_facts(index)),
        "pair": [*pair_facts(index), *claimed_pair_facts(index)],
    }
