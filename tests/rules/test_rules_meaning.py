"""What a ruleset means once it is read: extends, parameters, overrides, severities, needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.okr_sets import Document, small
from tests.rules.test_rules_faults import rule, text
from validator.errors import BadRuleset
from validator.pipeline import judge
from validator.rules.catalogue import load_ruleset, shipped
from validator.rules.files import NOT_RULESETS
from validator.rules.ruleset import Rule

Write = Callable[..., str]


def found(document: Document, path: str) -> dict[str, str]:
    """Severity by the id of the first item, of every finding."""
    report = judge({**document, "source": {"provides": ["owners", "levels", "teams", "cycles"]}}, load_ruleset(path))
    return {finding["items"][0]["id"]: finding["severity"] for finding in report["findings"]}


SET = small(
    {"id": "A", "team": "T1", "level": "company", "cycle": "Q1"}, {"id": "B", "team": "T2", "level": "team", "cycle": "Q1"},
    {"id": "C", "team": "T1", "level": "team", "cycle": "Q2"}, {"id": "D"},
)  # fmt: skip
ALL = dict.fromkeys("ABCD", "error")

OVERRIDES: dict[str, tuple[str, dict[str, str]]] = {
    "none": ("", ALL),
    "off": ("off", {}),
    "a severity": ("info", dict.fromkeys("ABCD", "info")),
    "a mapping": ("{severity: warning}", dict.fromkeys("ABCD", "warning")),
    "off for one team": ("{severity: off, team: T1}", {"B": "error", "D": "error"}),
    "another severity for one level": ("{severity: info, level: team}", {**ALL, "B": "info", "C": "info"}),
    "for some teams": ("{severity: info, team: [T1, T2]}", {**ALL, "A": "info", "B": "info", "C": "info"}),
    "for one team in one cycle": ("{severity: info, team: T1, cycle: Q1}", {**ALL, "A": "info"}),
    "off everywhere but for one team": ("[off, {severity: info, team: T1}]", {"A": "info", "C": "info"}),
    "the last scope that fits wins": ("[{severity: info, team: T1}, {severity: warning, level: company}]", {**ALL, "A": "warning", "C": "info"}),
    "the last scope wins in the other order too": (
        "[{severity: warning, level: company}, {severity: info, team: T1}]", {**ALL, "A": "info", "C": "info"}),
    "the last of two plain ones wins": ("[info, warning]", dict.fromkeys("ABCD", "warning")),
    "a plain one after a scoped one leaves the scope alone": ("[{severity: info, team: T1}, warning]", {"A": "info", "B": "warning", "C": "info", "D": "warning"}),
    "a scope that fits nothing": ("{severity: off, team: nobody}", ALL),
}  # fmt: skip


@pytest.mark.parametrize(("override", "expected"), OVERRIDES.values(), ids=OVERRIDES.keys())
def test_an_override(ruleset_file: Write, override: str, expected: dict[str, str]) -> None:
    more = f"overrides: {{r: {override}}}\n" if override else ""
    if override == "off":
        assert load_ruleset(ruleset_file(text(more=more))).rules == ()
    else:
        assert found(SET, ruleset_file(text(more=more))) == expected


def test_an_override_in_the_extending_file_comes_after_that_of_the_extended(ruleset_file: Write) -> None:
    ruleset_file(text(more="overrides: {r: {severity: warning, team: T1}}\n"), "lower.yaml")
    path = ruleset_file("name: y\nextends: [lower.yaml]\noverrides: {r: {severity: info, level: company}}\n")
    assert found(SET, path) == {**ALL, "A": "info", "C": "warning"}


def test_a_parameter_is_the_files_own_the_extending_files_or_that_of_a_scope(ruleset_file: Write) -> None:
    limited = rule(when="{owner_count: {below: $least}}", message='"{owner_count}"')
    lower = text(limited, more="parameters: {least: 0}\n")
    assert found(SET, ruleset_file(lower, "lower.yaml")) == {}
    upper = "name: y\nextends: [lower.yaml]\nparameters: {least: 1}\n"
    assert found(SET, ruleset_file(upper)) == ALL
    scoped = "name: y\nextends: [lower.yaml]\noverrides: {r: {parameters: {least: 1}, team: T2}}\n"
    assert found(SET, ruleset_file(scoped)) == {"B": "error"}
    plain = "name: y\nextends: [lower.yaml]\noverrides: {r: {parameters: {least: 1}, severity: info}}\n"
    assert found(SET, ruleset_file(plain)) == dict.fromkeys("ABCD", "info")


def test_a_parameter_may_be_a_list_or_stand_inside_one(ruleset_file: Write) -> None:
    listed = rule(when="{level: {in: $levels}, owner_count: {between: [0, $most]}}")
    path = ruleset_file(text(listed, more="parameters: {levels: [team, individual], most: 3}\n"))
    assert found(SET, path) == {"B": "error", "C": "error"}


def test_a_severity_by_condition_counts_before_the_plain_one_and_an_override_before_both(ruleset_file: Write) -> None:
    graded = rule(severity_when="{info: {level: {is: company}}, warning: {team: {is: T1}}}")
    assert found(SET, ruleset_file(text(graded))) == {**ALL, "A": "info", "C": "warning"}
    assert found(SET, ruleset_file(text(graded, more="overrides: {r: {severity: error, level: company}}\n"))) == {
        **ALL,
        "C": "warning",
    }


@pytest.mark.parametrize(
    ("own", "override", "shadow"),
    [("true", None, True), ("false", "{shadow: true}", True), ("true", "{shadow: false}", False)],
)
def test_a_shadow_rule_finds_and_fails_no_gate(
    ruleset_file: Write, own: str, override: str | None, shadow: bool
) -> None:
    path = ruleset_file(text(rule(shadow=own), more=f"overrides: {{r: {override}}}\n" if override else ""))
    report = judge(small({"id": "O", "owners": []}), load_ruleset(path))
    assert [finding["shadow"] for finding in report["findings"]] == [shadow]
    assert (report["status"], report["summary"]["shadow"], report["summary"]["error"]) == (
        ("pass", 1, 0) if shadow else ("fail", 0, 1)
    )


def _only(path: str) -> Rule:
    (only,) = load_ruleset(path).rules
    return only


@pytest.mark.parametrize(
    ("changes", "needs"),
    [({}, ("owners",)), ({"where": "{level: {is: team}}"}, ("owners", "levels")), ({"needs": "[parents]"}, ("parents",)), ({"needs": "[]"}, ()),
     ({"when": "{title: {matches: x}}"}, ())],
)  # fmt: skip
def test_a_rule_needs_what_it_says_or_what_its_attributes_rest_on(
    ruleset_file: Write, changes: dict[str, Any], needs: tuple[str, ...]
) -> None:
    assert _only(ruleset_file(text(rule(**changes)))).needs == needs


def test_a_rule_of_severity_off_is_left_out(ruleset_file: Write) -> None:
    assert load_ruleset(ruleset_file(text(rule(severity="off")))).variants == ()


def test_a_rule_that_is_off_may_be_switched_on(ruleset_file: Write) -> None:
    assert _only(ruleset_file(text(rule(severity="off"), more="overrides: {r: warning}\n"))).severity == "warning"


def test_extended_rules_come_first_and_a_file_extended_twice_counts_once(ruleset_file: Write) -> None:
    ruleset_file(text(rule(id="ground")), "a/ground.yaml")
    ruleset_file(f"name: left\nextends: [ground.yaml]\nrules:\n  - {rule(id='left')}\n", "a/left.yaml")
    ruleset_file(f"name: right\nextends: [../a/ground.yaml]\nrules:\n  - {rule(id='right')}\n", "a/right.yaml")
    top = load_ruleset(
        ruleset_file(f"name: top\nversion: 2\nextends: [a/left.yaml, a/right.yaml]\nrules:\n  - {rule(id='top')}\n")
    )
    assert [r.id for r in top.rules] == ["ground", "left", "right", "top"]
    assert (top.name, top.version, top.extends) == ("top", "2", ("a/left.yaml", "a/right.yaml"))


def test_a_file_of_ones_own_may_be_called_like_a_shipped_one_and_extend_it(ruleset_file: Write) -> None:
    own = load_ruleset(ruleset_file("name: ours\nextends: [base]\n", "base.yaml"))
    assert [r.id for r in own.rules] == [r.id for r in load_ruleset("base").rules]


def test_a_chain_of_files_has_an_end(ruleset_file: Write) -> None:
    for number in range(25):
        ruleset_file(f"name: x\nextends: [f{number + 1}.yaml]\n", f"f{number}.yaml")
    with pytest.raises(BadRuleset, match="More than 20 rulesets"):
        load_ruleset(ruleset_file("name: x\nextends: [f0.yaml]\n"))


def test_the_digest_stands_for_every_file_and_for_nothing_else(ruleset_file: Write) -> None:
    ruleset_file(text(), "lower.yaml")
    path = ruleset_file("name: y\nextends: [lower.yaml]\n")
    first = load_ruleset(path).digest
    assert (
        load_ruleset(path).digest
        == first
        == load_ruleset(ruleset_file("name: y\nextends: [lower.yaml]\n", "other.yaml")).digest
    )
    ruleset_file(text(rule(severity="info")), "lower.yaml")
    assert load_ruleset(path).digest != first


def test_another_attribute_of_the_same_fact_can_be_compared_with(ruleset_file: Write) -> None:
    path = ruleset_file(text(rule(for_="key_result", when="{target: {at_most: '@start'}}", message="m", needs="[]")))
    krs = [
        {"id": str(n), "title": "k", "start": start, "target": target}
        for n, (start, target) in enumerate([(1, 2), (2, 2), (3, 2), (None, 2)])
    ]
    assert set(found(small({"id": "O", "key_results": krs}), path)) == {"1", "2"}


def test_a_pattern_is_searched_for_in_linear_time(ruleset_file: Write) -> None:
    path = ruleset_file(text(rule(when="{title: {matches: '(?i)(a+)+$'}}", needs="[]")))
    assert found(small({"id": "A", "title": "banAA"}, {"id": "B", "title": "a" * 5_000 + "!"}), path) == {"A": "error"}


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_ruleset_loads_by_name_and_is_kept(name: str) -> None:
    assert load_ruleset(name) is load_ruleset(name)
    assert load_ruleset(name).rules


def test_files_beside_the_rulesets_are_no_rulesets() -> None:
    assert not set(shipped()) & set(NOT_RULESETS)
    assert "base" in shipped()
    with pytest.raises(BadRuleset, match="No ruleset is called “failure-table”"):
        load_ruleset("failure-table")
