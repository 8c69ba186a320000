"""All facts of a set: one function from an indexed set and its texts to facts by kind."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from validator.document.model import OkrSet
from validator.facts.dependencies import dependency_facts
from validator.facts.fact import Fact
from validator.facts.governance import conflict_facts, governance_facts, review_facts
from validator.facts.index import Index, build_index
from validator.facts.key_results import key_result_facts
from validator.facts.links import link_facts
from validator.facts.objectives import objective_facts
from validator.facts.pairs import pair_facts
from validator.facts.partial import facts_of_part
from validator.facts.reliance import reliance_facts
from validator.facts.texts import Texts, read_texts
from validator.facts.wholes import cycle_facts, organisation_facts, person_facts, team_facts

Facts = Mapping[str, list[Fact]]


def facts_as_of(okrs: OkrSet, as_of: datetime.date) -> Facts:
    """All facts of a set, as of a day."""
    index = build_index(okrs, as_of)
    return build_facts(index, read_texts(index))


def build_facts(index: Index, texts: Texts) -> Facts:
    """Facts by kind, in the order of the document; of a set that is not complete, those that the rest of it cannot change."""
    facts = _facts(index, texts)
    return facts if index.okrs.source.complete else facts_of_part(index, facts)


def _facts(index: Index, texts: Texts) -> Facts:
    links = list(link_facts(index))
    return {
        "organisation": list(organisation_facts(index, links)),
        "cycle": list(cycle_facts(index)),
        "team": list(team_facts(index)),
        "person": list(person_facts(index)),
        "objective": list(objective_facts(index, texts)),
        "key_result": list(key_result_facts(index, texts.wordings)),
        "link": links,
        "dependency": [*dependency_facts(index), *reliance_facts(index, texts.reliances)],
        "review": list(review_facts(index)),
        "governance": list(governance_facts(index)),
        "conflict": list(conflict_facts(index, texts.claimed)),
        "pair": [*pair_facts(index), *texts.claimed],
    }
