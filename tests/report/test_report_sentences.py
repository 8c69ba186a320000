"""The sentences about one finding."""

from __future__ import annotations

from typing import Any

import pytest

from validator.report.sentences import item_ids, item_label, way_to_decision, why


@pytest.mark.parametrize(
    ("attribute", "operator", "expected", "actual", "said"),
    [
        pytest.param("owner_count", "below", 1, 0, "owner count: 0 (below 1)", id="a number"),
        pytest.param("share", "above", 0.5, 0.75, "share: 0.75 (above 0.5)", id="a fraction"),
        pytest.param("has_lead", "is", False, False, "has lead: no", id="yes or no"),
        pytest.param("level", "in", ["team", "company"], "team", "level: team (one of team, company)", id="a list"),
        pytest.param("end", "missing", True, None, "end: missing", id="something missing"),
        pytest.param("end", "not present", True, None, "end: not present", id="something not there"),
        pytest.param("end", "is", 1, None, "end: not given (is 1)", id="something unknown"),
        pytest.param("ended", "not is", True, None, "ended: not given (is not yes)", id="what none of the parts is"),
        pytest.param("rule", "matches", "(?i)^x", "Xy", "rule: Xy", id="a pattern, which is no reading for people"),
        pytest.param("due", "above", {"attribute": "end_day"}, 9, "due: 9 (above end day)", id="another attribute"),
    ],
)
def test_a_reason_is_a_sentence(attribute: str, operator: str, expected: Any, actual: Any, said: str) -> None:
    reason = {"attribute": attribute, "operator": operator, "expected": expected, "actual": actual}
    assert said == why({"why": [reason]})
    assert f"{said}; {said}" == why({"why": [reason, reason]})


def test_a_value_makes_it_needless_to_say_that_it_is_present() -> None:
    present = {"attribute": "acknowledged", "operator": "present", "expected": True, "actual": False}
    value = {"attribute": "acknowledged", "operator": "is", "expected": False, "actual": False}
    assert why({"why": [present, value]}) == "acknowledged: no"
    assert why({"why": [present]}) == "acknowledged: present"


def test_a_decision_with_nothing_named_says_so() -> None:
    way = dict.fromkeys(("decision_maker", "raise_by", "respond_by", "tie_breaker", "forum", "forum_next"))
    named = {**way, "unnamed": ["decision_maker", "forum"]}
    assert way_to_decision(named) == "nobody has named who decides, a forum"


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Win", "C1 “Win”"),
        ("", "C1"),
        (None, "C1"),
        ("C1", "C1"),
        ("Conflict C1", "Conflict C1"),
        ("x" * 50, f"C1 “{'x' * 39}…”"),
    ],
)
def test_an_item_is_named_by_id_and_title(title: str | None, said: str) -> None:
    assert said == item_label({"kind": "objective", "id": "C1", "title": title})


def test_what_concerns_the_whole_set_is_named_without_an_id() -> None:
    whole = {"kind": "governance", "id": "acme", "title": "Governance of Acme"}
    assert item_label(whole) == "Governance of Acme"
    assert item_ids([whole, {"kind": "conflict", "id": "X1"}]) == "X1"
