"""Every rule is held to its examples."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from validator.pipeline import judge
from validator.proving import Proof, prove
from validator.rules.catalogue import load_ruleset
from validator.rules.examples import Example, read_examples

EXAMPLES = read_examples("base")
RULES = [rule.id for rule in load_ruleset("base").rules]
FOLDER = Path(__file__).parents[2] / "rulesets" / "examples"
SAYS = {"report": "reports", "accept": "accepts", "not_evaluated": "cannot judge"}


def sentence(example: Example) -> str:
    return f"{example.rule} {SAYS[example.expect]}: {example.name}"


@pytest.mark.parametrize("example", EXAMPLES, ids=sentence)
def test_a_rule_says_what_its_example_expects(example: Example, proof: Proof) -> None:
    problems = {sentence(outcome.example): outcome.problem for outcome in proof.outcomes}
    assert problems[sentence(example)] == "", example.place


def test_no_two_examples_of_a_rule_have_one_name() -> None:
    sentences = [sentence(example) for example in EXAMPLES]
    assert sorted(set(sentences)) == sorted(sentences)


def test_every_rule_has_a_file_of_examples_and_every_file_a_rule() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_an_example_to_report_and_two_to_accept(rule: str) -> None:
    expectations = [example.expect for example in EXAMPLES if example.rule == rule]
    assert expectations.count("report") >= 1
    assert expectations.count("accept") >= 2


@pytest.mark.parametrize("ruleset", ["strict", "relaxed"])
def test_a_ruleset_that_extends_base_holds_by_the_same_examples(ruleset: str) -> None:
    proven = prove(ruleset)
    assert [(o.example.place, o.problem) for o in proven.outcomes if o.problem] == []
    assert proven.unproven == ()
    assert len(proven.outcomes) > 200


@pytest.mark.skipif(importlib.util.find_spec("durable") is None, reason="durable_rules cannot be had on this Python")
@pytest.mark.parametrize("rule", RULES)
def test_both_engines_find_the_same_in_the_examples_of_a_rule(rule: str, examples: list[Example]) -> None:
    ruleset = load_ruleset("base")
    for example in (example for example in examples if example.rule == rule):
        document = dict(example.document)
        plain = judge(document, ruleset, as_of=example.as_of, engine="python")
        durable = judge(document, ruleset, as_of=example.as_of, engine="durable_rules")
        assert durable == plain, example.place


def test_a_circle_of_teams_is_told_once(examples: list[Example]) -> None:
    circle = next(e for e in examples if e.name == "three teams in a circle, told once")
    findings = judge(dict(circle.document), load_ruleset("base"))["findings"]
    assert [finding["rule"] for finding in findings].count("dependency-cycle") == 1


def test_no_message_shows_a_value_that_is_not_known(examples: list[Example]) -> None:
    ruleset = load_ruleset("base")
    for example in examples:
        for finding in judge(dict(example.document), ruleset, as_of=example.as_of)["findings"]:
            assert "unknown" not in finding["message"], (example.place, finding["message"])
