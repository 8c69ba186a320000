"""The order of a document says nothing: every list of it may be shuffled."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.okr_sets import AS_OF, listed, rich, shuffled, small
from validator.document.normalise import normalise
from validator.facts.build import facts_as_of
from validator.facts.vocabulary import BY_KIND
from validator.pipeline import judge
from validator.rules.ruleset import Ruleset

NAMES_IN_ORDER = {"owner_names", "contributor_names", "summary"}
"""Attributes that list names or ids for people, in the order in which the document has them."""


def _facts(document: dict[str, Any]) -> dict[str, list[Any]]:
    built = facts_as_of(normalise(document), AS_OF)
    return {
        kind: sorted(
            (sorted(f.items), f.key, sorted((k, str(v)) for k, v in f.values.items() if k not in NAMES_IN_ORDER))
            for f in found
        )
        for kind, found in built.items()
    }


def _found(document: dict[str, Any], ruleset: Ruleset) -> tuple[Any, ...]:
    report = judge(document, ruleset)
    findings = sorted((f["id"], f["severity"], sorted(map(str, f["items"])), str(f["why"])) for f in report["findings"])
    return findings, report["summary"], [(rule["id"], rule["status"], rule["evaluated"]) for rule in report["rules"]]


@pytest.mark.parametrize("seed", range(12))
def test_shuffling_every_list_changes_no_fact(seed: int) -> None:
    document = rich(seed)
    expected = _facts(document)
    for order in range(4):
        assert _facts(shuffled(document, Random(order))) == expected


def test_a_hundred_shuffles_of_a_rich_set_give_the_same_findings(base: Ruleset) -> None:
    document = rich(99, size=25)
    expected = _found(document, base)
    assert len(expected[0]) > 80
    assert all(_found(shuffled(document, Random(order)), base) == expected for order in range(100))


@pytest.mark.parametrize(
    "spellings", [("Growth", "growth ", "GROWTH"), ("GROWTH", "Growth", "growth "), ("growth ", "GROWTH", "Growth")]
)
def test_a_team_that_is_only_named_has_one_id_in_whatever_spelling_it_comes_first(spellings: tuple[str, ...]) -> None:
    objectives = [{"id": str(n), "team": name} for n, name in enumerate(spellings)]
    assert [fact.items for fact in listed(small(*objectives), "team")] == [(("team", "GROWTH"),)]


@pytest.mark.parametrize("seed", range(5))
def test_facts_hold_only_what_the_vocabulary_declares_in_the_type_that_it_declares(seed: int) -> None:
    types: dict[str, tuple[type, ...]] = {"number": (int, float), "yes/no": (bool,), "word": (str,), "text": (str,)}
    built = facts_as_of(normalise(rich(seed)), AS_OF)
    wrong = [
        (kind, name, value)
        for kind, found in built.items()
        for fact in found
        for name, value in fact.values.items()
        if name not in BY_KIND[kind]
        or not isinstance(value, types[BY_KIND[kind][name].type])
        or (isinstance(value, bool) and BY_KIND[kind][name].type != "yes/no")
    ]
    assert wrong == []


def test_random_sets_between_them_carry_every_attribute_of_the_vocabulary() -> None:
    seen = {
        (kind, name)
        for seed in range(12)
        for kind, found in facts_as_of(normalise(rich(seed)), AS_OF).items()
        for fact in found
        for name in fact.values
    }
    assert {(kind, name) for kind, attributes in BY_KIND.items() for name in attributes} - seen == set()


@pytest.mark.parametrize("seed", range(12))
def test_no_two_facts_of_a_kind_share_items_and_key(seed: int) -> None:
    built = facts_as_of(normalise(rich(seed)), AS_OF)
    identities = [(kind, tuple(sorted(fact.items)), fact.key) for kind, found in built.items() for fact in found]
    assert len(identities) == len(set(identities))
