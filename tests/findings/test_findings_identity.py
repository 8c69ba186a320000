"""A finding keeps its id for as long as it is the same fault of the same items."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from tests.okr_sets import Document, rich, shuffled, small
from tests.rules.test_rules_faults import rule, text
from validator.pipeline import judge
from validator.rules.catalogue import load_ruleset
from validator.rules.ruleset import Ruleset

STRUCTURAL = ("orphaned-company-objective", "unowned-objective", "broken-parent-link")
INPUTS = ["owners", "parents", "levels", "contributors", "teams", "strategic_brief"]


def ids(document: Document, ruleset: Ruleset, rule_id: str | None = None) -> list[str]:
    report = judge({"source": {"provides": INPUTS}, **document}, ruleset)
    return sorted(f["id"] for f in report["findings"] if rule_id in (None, f["rule"]))


BEFORE = small(
    {"id": "C", "title": "Riders in Peru pay by phone", "level": "company", "owners": [{"person": "Ann"}]},
    {
        "id": "A",
        "title": "Sell",
        "level": "team",
        "team": "T",
        "parents": [{"id": "gone"}, {"id": "C", "kind": "supports"}],
        "cycle": "Q",
    },
    cycles=[{"id": "Q", "name": "Q1"}],
    teams=[{"id": "T", "name": "Sales"}],
)


def _renamed(document: Document) -> Document:
    document["objectives"][0]["title"], document["teams"][0]["name"] = "Something else", "Selling"
    return document


def _revalued(document: Document) -> Document:
    document["objectives"][0] |= {
        "progress": 50,
        "updated_at": "2026-01-01",
        "status": "on track",
        "description": "new",
        "url": "https://x",
    }
    return document


def _added(document: Document) -> Document:
    fine = {
        "id": "Z",
        "title": "Fine",
        "level": "team",
        "owners": [{"person": "Bob"}],
        "parents": [{"id": "C", "kind": "parent"}],
    }
    document["objectives"].append({**fine, "team": "T"})
    return document


CHANGES: dict[str, Callable[[Document], Document]] = {
    "the order": lambda document: shuffled(document, Random(1)),
    "titles and names": _renamed,
    "values that rules do not ask for here": _revalued,
    "the name of a cycle": lambda document: {**document, "cycles": [{"id": "Q", "name": "Quarter"}]},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_findings_keep_their_ids_when_what_changes_is(base: Ruleset, change: Callable[[Document], Document]) -> None:
    first = {rule_id: ids(BEFORE, base, rule_id) for rule_id in STRUCTURAL}
    assert all(first.values())
    assert {rule_id: ids(change(copy.deepcopy(BEFORE)), base, rule_id) for rule_id in STRUCTURAL} == first


def test_findings_keep_their_ids_when_something_else_comes_to_the_set(base: Ruleset) -> None:
    first = set(ids(BEFORE, base)) - set(ids(BEFORE, base, "orphaned-company-objective"))
    assert first <= set(ids(_added(copy.deepcopy(BEFORE)), base))


def test_findings_keep_their_ids_when_severity_or_words_of_the_rule_change(ruleset_file: Callable[..., str]) -> None:
    one = load_ruleset(ruleset_file(text(rule())))
    other = load_ruleset(ruleset_file(text(rule(severity="info", message="other", failure="isolated-okrs", title="U"))))
    assert ids(BEFORE, one) == ids(BEFORE, other) != []


def test_two_broken_links_of_one_objective_are_two_findings(base: Ruleset) -> None:
    def links(*targets: str) -> set[str]:
        return set(
            ids(small({"id": "O", "parents": [{"id": target} for target in targets]}), base, "broken-parent-link")
        )

    assert len(links("gone", "lost")) == 2
    assert links("gone") < links("gone", "lost")
    assert links("gone").isdisjoint(links("lost"))


def test_the_same_fault_of_another_item_or_of_another_rule_is_another_finding(base: Ruleset) -> None:
    found = ids(small({"id": "A"}, {"id": "B"}), base)
    assert len(found) == len(set(found)) >= 4


@pytest.mark.parametrize("seed", range(15))
def test_no_two_findings_of_one_report_share_an_id(base: Ruleset, seed: int) -> None:
    counted = Counter(f["id"] for f in judge(rich(seed), base)["findings"])
    assert counted
    assert [id_ for id_, count in counted.items() if count > 1] == []


def test_a_key_result_that_names_its_own_objective_as_parent_is_found_once(base: Ruleset) -> None:
    kr = {"id": "K", "title": "k", "due": "2027-01-01", "parents": [{"id": "O"}]}
    document: dict[str, Any] = small({"id": "O", "end": "2026-01-01", "key_results": [kr]})
    assert len(ids({"source": {"provides": ["dates", "parents"]}, **document}, base, "dates-outside-parent")) == 1
