"""From document to report, through the one call that everything else makes."""

from __future__ import annotations

import copy
import gc
import threading
from random import Random
from typing import Any

import pytest

from tests.okr_sets import rich, shuffled, small
from validator.engine.select import engine
from validator.errors import BadInput
from validator.pipeline import digest_of, judge
from validator.rules.catalogue import load_ruleset, shipped
from validator.rules.ruleset import Ruleset


def test_the_stages_are_told_in_order(base: Ruleset) -> None:
    told: list[str] = []
    judge(rich(1), base, progress=told.append)
    assert told == ["load", "texts", "facts", "rules", "report"]


def test_an_overlay_supplies_what_the_set_lacks_and_what_it_replaced_is_noted(base: Ruleset) -> None:
    document = small({"id": "O", "title": "One", "owners": []})
    overlay = {"objectives": [{"id": "O", "title": "Two", "owners": [{"person": "Ann"}]}]}
    alone, overlaid = judge(document, base), judge(document, base, overlays=[overlay], notes=["read"])
    assert "unowned-objective" in {finding["rule"] for finding in alone["findings"]}
    assert "unowned-objective" not in {finding["rule"] for finding in overlaid["findings"]}
    assert overlaid["input"]["notes"] == ["read", "The overlay replaced /objectives/0/title."]
    assert overlaid["input"]["digest"] != alone["input"]["digest"]


@pytest.mark.parametrize(
    ("document", "overlays"), [([], [{}]), (small({"id": "O"}), [[]]), (None, [None]), (small({"id": "O"}), [{}, "x"])]
)
def test_an_overlay_or_a_set_that_is_no_object_is_refused(
    base: Ruleset, document: object, overlays: list[object]
) -> None:
    with pytest.raises(BadInput, match="not an object"):
        judge(document, base, overlays=overlays)


def test_the_digest_is_of_the_content_and_not_of_the_order_of_keys() -> None:
    assert digest_of({"a": 1, "b": [1, 2]}) == digest_of({"b": [1, 2], "a": 1})
    assert digest_of({"a": 1, "b": [1, 2]}) != digest_of({"a": 1, "b": [2, 1]})


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_ruleset_judges_a_rich_set_alike_in_any_order(name: str) -> None:
    ruleset, document = load_ruleset(name), rich(7)
    first, second = judge(document, ruleset), judge(shuffled(document, Random(3)), ruleset)
    assert first["summary"] == second["summary"]
    assert [f["id"] for f in first["findings"]] != []
    assert {f["id"] for f in first["findings"]} == {f["id"] for f in second["findings"]}


def test_judging_changes_neither_the_document_nor_the_overlay(base: Ruleset) -> None:
    document, overlay = rich(3), {"governance": {"tie_breaker": "x"}, "objectives": [{"id": "O1", "title": "New"}]}
    before = copy.deepcopy((document, overlay))
    judge(document, base, overlays=[overlay])
    assert (document, overlay) == before


def test_rulesets_of_one_name_and_different_content_are_not_taken_for_one_another(base: Ruleset) -> None:
    strict = load_ruleset("strict")._replace(name=base.name)
    assert judge(rich(2), base)["summary"] != judge(rich(2), strict)["summary"]


@pytest.mark.parametrize("broken", [False, True])
def test_the_collector_runs_again_after_a_run_that_ended_well_or_badly(base: Ruleset, broken: bool) -> None:
    document: Any = [] if broken else rich(1)
    held: list[bool] = []
    try:
        judge(document, base, progress=lambda _: held.append(gc.isenabled()))
    except BadInput:
        assert broken
    assert held[0] is False
    assert gc.isenabled()


def test_threads_that_judge_at_once_get_their_own_answers(base: Ruleset) -> None:
    expected = {seed: judge(rich(seed), base) for seed in range(6)}
    wrong: list[int] = []

    def work(seed: int) -> None:
        wrong.extend(seed for _ in range(5) if judge(rich(seed), base) != expected[seed])

    threads = [threading.Thread(target=work, args=(seed,)) for seed in expected]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert gc.isenabled()


def test_durable_rules_judges_where_it_can_be_had() -> None:
    assert engine().NAME == "durable_rules"
    assert engine("python").NAME == "python"
