"""The facts of a set of which part was not read: those whose items were, without what nobody can be sure of."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from validator.facts.fact import Fact, Item
from validator.facts.index import Index
from validator.facts.vocabulary import VOCABULARY

UNSURE: Mapping[str, frozenset[str]] = {
    kind: frozenset(a.name for a in VOCABULARY if a.kind == kind and a.in_part == "unsure")
    for kind in ("objective", "pair")
}


def facts_of_part(index: Index, facts: Mapping[str, list[Fact]]) -> Mapping[str, list[Fact]]:
    """The facts that stay as they are whatever else the whole set holds, but for what the vocabulary says of a part.

    What hangs on an item that was not read waits for it: judged without it, it would be another finding.
    """
    adrift = _adrift(index)
    there = {
        kind: [fact._replace(also=()) for fact in listed if _is_read(index, fact.items)]
        for kind, listed in facts.items()
    }
    return {
        **there,
        "objective": [
            _sure(fact, "objective", bool(fact.values["broken_parent_count"])) for fact in there["objective"]
        ],
        "link": [fact for fact in there["link"] if fact.values["found"]],
        "dependency": [fact for fact in there["dependency"] if fact.values["declared"] and _needer_is_read(fact)],
        "conflict": [fact for fact in there["conflict"] if _sides_are_read(index, fact, adrift)],
        "pair": [
            _sure(fact, "pair", not fact.values["related"] and _touches(fact, adrift))
            for fact in there["pair"]
            if "same_title" not in fact.values
        ],
    }


def _adrift(index: Index) -> frozenset[str]:
    """Objectives that serve, directly or through others, what was not read: whom else they serve is not known."""
    found = {
        objective.id
        for objective in index.okrs.objectives
        if any(link.id not in index.objectives and not _nested(index, link.id) for link in objective.parents)
    }
    front = list(found)
    while front:
        front = [low for high in front for low in index.below.get(high, ()) if low not in found]
        found.update(front)
    return frozenset(found)


def _nested(index: Index, id: str) -> bool:
    """Whether an id names a key result whose objective was read too."""
    return id in index.key_results and index.key_results[id].objective is not None


def _is_read(index: Index, items: Collection[Item]) -> bool:
    """Whether nothing is missing that the items hang on: a key result under no objective has one that was not read."""
    return all(kind != "key_result" or _nested(index, id) for kind, id in items)


def _needer_is_read(fact: Fact) -> bool:
    return fact.values["form"] != "map" or bool(fact.values["from_known"])


def _sides_are_read(index: Index, fact: Fact, adrift: Collection[str]) -> bool:
    """Whether a declared conflict has all its sides, and whether one that was found cannot be between kin."""
    if fact.values["found"]:
        return not _touches(fact, adrift)
    return all(id in index.objectives for id in index.conflicts[fact.items[0][1]].objectives)


def _touches(fact: Fact, adrift: Collection[str]) -> bool:
    return any(kind == "objective" and id in adrift for kind, id in fact.items)


def _sure(fact: Fact, kind: str, unsure: bool) -> Fact:
    """A fact without the attributes of its kind that are unsure, where they are."""
    if not unsure:
        return fact
    return fact._replace(values={name: value for name, value in fact.values.items() if name not in UNSURE[kind]})
