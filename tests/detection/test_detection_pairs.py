"""Pairs of key results: which are compared, which measure one thing, and which way they pull."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from validator.detection.candidates import MOST, candidates
from validator.detection.catalogue import load_catalogue
from validator.detection.claims import Claim, Place, Said, claim_of
from validator.detection.compare import valued
from validator.detection.measure import read_measure
from validator.pipeline import judge
from validator.rules.catalogue import load_ruleset

PAIR_RULES = ("same-outcome-claimed-twice", "parallel-key-results", "competing-key-results", "trade-off-key-results")


def okrs(*titles: str, **more: Any) -> dict[str, Any]:
    """One objective a title, each of a team of its own."""
    return {
        "teams": [{"id": f"t{n}", "name": f"Team {chr(65 + n)}", "level": "team"} for n in range(len(titles))],
        "objectives": [
            {
                "id": f"o{n}",
                "title": f"Objective {chr(65 + n)}",
                "team": f"t{n}",
                "key_results": [{"id": f"k{n}", "title": title}],
            }
            for n, title in enumerate(titles)
        ],
        **more,
    }


def found(document: dict[str, Any]) -> list[str]:
    return [f["rule"] for f in judge(document, load_ruleset("base"))["findings"] if f["rule"] in PAIR_RULES]


@pytest.mark.parametrize(
    ("one", "other", "rule"),
    [
        ("Monthly churn 1.7% -> 1.2%", "Churn: 1.7% to 1.3% monthly", "same-outcome-claimed-twice"),
        ("Damaged parcels per 10k 18 → 8", "Damaged parcels / 10k from 18 down to 9", "same-outcome-claimed-twice"),
        ("Sales cycle 74 to 50 days", "Sales cycle from 70 to 45 days", "parallel-key-results"),
        ("Customer churn from 4% to 2%", "Customer retention from 96% to 98%", "parallel-key-results"),
        ("Average discount from 11% to 18%", "Average discount from 11% to 7%", "competing-key-results"),
        ("Customer churn from 4% to 2%", "Customer retention from 96% to 90%", "competing-key-results"),
        ("Regions 6 -> 4", "Regions from 6 to 11", "competing-key-results"),
    ],
)
def test_two_key_results_on_one_measure_are_found(one: str, other: str, rule: str) -> None:
    assert found(okrs(one, other)) == [rule]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("NPS Iberia from 31 to 45", "NPS Benelux from 31 to 40"),
        ("First visit success North 74% to 85%", "First visit success East 74% to 89%"),
        ("Absence in grade 4 from 19% to 13%", "Absence in grade 9 from 19% to 24%"),
        ("Churn of strategic accounts 5% to 3%", "Churn of self-serve accounts 5% to 6%"),
        ("Crash-free sessions 98% to 99.5%", "Sales cycle 74 to 50 days"),
        ("Launch the partner portal", "Launch the supplier portal"),
        ("", " "),
    ],
)
def test_two_key_results_on_two_measures_are_left_alone(one: str, other: str) -> None:
    assert found(okrs(one or "-", other)) == []


def test_key_results_in_cycles_that_do_not_meet_are_left_alone() -> None:
    document = okrs("Sales cycle 74 to 50 days", "Sales cycle 74 to 45 days")
    document["cycles"] = [
        {"id": "q1", "start": "2026-01-01", "end": "2026-03-31"},
        {"id": "q3", "start": "2026-07-01", "end": "2026-09-30"},
    ]
    assert found(document) == ["same-outcome-claimed-twice"]
    for objective, cycle in zip(document["objectives"], ("q1", "q3"), strict=True):
        objective["cycle"] = cycle
    assert found(document) == []


def test_a_finding_quotes_both_sides_with_their_numbers_and_says_why() -> None:
    document = okrs("Average discount from 11% to 18%", "Average discount from 11% to 7%")
    document["governance"] = {"conflict_resolver": "Sofia Brandt", "escalation": {"act_within_days": 5}}
    (finding,) = (f for f in judge(document, load_ruleset("base"))["findings"] if f["rule"] == "competing-key-results")
    for quoted in ("Average discount from 11% to 18%", "11% to 18%", "11% to 7%", "opposite ways", "both measure"):
        assert quoted in finding["message"]
    assert 0.7 <= finding["confidence"] <= 1
    assert finding["decision"]["decision_maker"] == "Sofia Brandt"
    assert [item["id"] for item in finding["items"]] == ["k0", "k1", "o0", "o1"]


def test_a_trade_off_gives_its_reason_and_what_would_settle_it() -> None:
    document = okrs("First contact resolution 66% to 78%", "Average handling time 540 to 360 s")
    for objective in document["objectives"]:
        objective["team"] = "t0"
    (finding,) = (f for f in judge(document, load_ruleset("base"))["findings"] if f["rule"] == "trade-off-key-results")
    assert "less time to solve the question" in finding["message"]
    assert "What would settle it" in finding["message"]
    assert finding["decision"]["unnamed"]


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [(12, "%", "12%"), (3.1, "£", "£3.1"), (14, "days", "14 days"), (1_200_000, None, "1,200,000"), (0.5, None, "0.5")],
)
def test_a_value_is_written_with_its_unit(value: float, unit: str | None, written: str) -> None:
    assert valued(value, unit) == written


def claim(id: str, words: str) -> Claim:
    place = Place(id, f"o-{id}", None, None, None)
    return claim_of(place, Said(words, None, "", ""), read_measure(words), load_catalogue())


def test_a_claim_is_compared_with_few_however_many_there_are() -> None:
    r = random.Random(7)
    words = [f"w{n}x" for n in range(300)]
    claims = [claim(f"k{n}", " ".join(r.sample(words, 6))) for n in range(3_000)]
    pairs = list(candidates(claims, load_catalogue()))
    assert 0 < len(pairs) <= len(claims) * MOST
    assert len({frozenset((a.id, b.id)) for a, b in pairs}) == len(pairs)


def test_the_same_pairs_are_compared_whatever_the_order() -> None:
    r = random.Random(8)
    claims = [
        claim(f"k{n}", " ".join(r.sample("alpha beta gamma delta epsilon zeta eta theta".split(), 3)))
        for n in range(60)
    ]
    expected = [(a.id, b.id) for a, b in candidates(claims, load_catalogue())]
    for _ in range(5):
        assert [(a.id, b.id) for a, b in candidates(r.sample(claims, len(claims)), load_catalogue())] == expected


def test_key_results_of_one_objective_are_not_compared() -> None:
    claims = [claim(f"k{n}", "sales cycle length")._replace(objective="o") for n in range(5)]
    assert list(itertools.islice(candidates(claims, load_catalogue()), 1)) == []
