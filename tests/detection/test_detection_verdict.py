"""Verdicts on pairs: which kind of clash is seen, how it is argued, and that nothing is said without a reason."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validator.detection.bags import alike, bag, grams_of, likeness
from validator.detection.catalogue import load_catalogue
from validator.detection.claims import Claim, Place, Said, claim_of
from validator.detection.features import NAMES, read_pair
from validator.detection.meaning import NAMES as MEANING
from validator.detection.measure import read_measure
from validator.detection.model import PLAIN, SEMANTIC, Chances, chances, load_model
from validator.detection.rarity import rarity
from validator.detection.verdict import CLASHES, OPPOSITE, SAME, Verdict, verdict


def claim(title: str, objective: str = "", team: str = "", level: str = "team", **fields: Any) -> Claim:
    place = Place(title, objective or title, team or None, level, None)
    measure = read_measure(title, fields.get("metric"), fields.get("start"), fields.get("target"), fields.get("unit"))
    return claim_of(place, Said(title, fields.get("metric"), objective, team), measure, load_catalogue())


def judged(one: Claim, other: Claim) -> Verdict | None:
    pair = read_pair(one, other)
    return verdict(pair, chances(pair.values, load_model(PLAIN)), load_catalogue())


@pytest.mark.parametrize(
    ("one", "other", "ways"),
    [
        (claim("Public clinics from 3 to 40", "Clinics choose us", "Sales"),
         claim("Private clinics only: no public clinics after March", "Private practice only", "Product"), "segment"),
        (claim("Tower crane booked Mon-Thu all day, floors from 4 to 9", "A roof before winter", "North Site"),
         claim("Tower crane Tue-Fri, roof trusses from 10 to 30", "Move in by May", "South Site"), "resource"),
        (claim("Missed appointments 12% to 6%", "Patients turn up", "Clinic"),
         claim("Kept appointments 88% to 94%", "Every slot used", "Access"), "same"),
        (claim("Average basket from £31 to £38", "Bigger baskets", "Food"),
         claim("Average basket from £31 to £27", "Little and often", "Corner Shops"), "opposite"),
    ],
)  # fmt: skip
def test_a_pair_is_told_for_what_it_is(one: Claim, other: Claim, ways: str) -> None:
    found = judged(one, other)
    assert found is not None
    assert found.ways == ways
    assert found.confidence >= 0.7
    assert found.basis


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (claim("Pool heating cost 9 to 7", "Warm water for less", "Baths"), claim("Trainees 14 to 22", "More apprentices", "School")),
        (claim("Sprint points 40 to 60", "Ship more", "Web"), claim("Audit findings closed 60% to 95%", "A clean audit", "Finance")),
        (claim("", "", ""), claim("🎉🎉", "…", "")),
        (claim("売上を10%伸ばす"), claim("コストを10%削減する")),
    ],
)  # fmt: skip
def test_nothing_is_said_of_a_pair_without_a_link(one: Claim, other: Claim) -> None:
    found = judged(one, other)
    assert found is None or found.confidence < 0.7


def test_every_clash_says_why_and_what_would_settle_it() -> None:
    one = claim("Average discount from 11% to 18%", "Win on price", "Sales")
    for title in (
        "Average discount from 11% to 7%",
        "No discounts for anybody after March",
        "Gross margin from 61% to 70%",
    ):
        found = judged(one, claim(title, "Sell on value", "Finance"))
        assert found is None or found.ways not in CLASHES or (found.basis and found.settle)
    found = judged(one, claim("Average discount from 11% to 7%", "Sell on value", "Finance"))
    assert found is not None
    assert found.ways == OPPOSITE
    assert "at the other's cost" in found.basis


def test_what_is_done_without_a_thing_is_not_about_the_thing() -> None:
    assert "discounting" not in claim("Save offers without discount 22% to 55%").axes
    assert claim("Average discount 14% to 30%").axes


titles = st.one_of(
    st.text(max_size=300),
    st.lists(
        st.sampled_from(
            "churn retention 5% 12 from to cut raise discount only all March no-shows 🎉 £3m — → clinic Zürich الأداء".split()
        ),
        max_size=14,
    ).map(" ".join),
)


@settings(max_examples=150, deadline=None)
@given(titles, titles, titles, titles)
def test_any_two_texts_are_compared_and_their_order_does_not_matter(a: str, b: str, c: str, d: str) -> None:
    one, other = claim(a, b, c), claim(c, d, a)
    forth, back = read_pair(one, other), read_pair(other, one)
    assert set(forth.values) == set(NAMES)
    assert forth.values == pytest.approx(back.values)
    assert all(value == value and abs(value) < 100 for value in forth.values.values())
    found = chances(forth.values, load_model(PLAIN))
    assert sum(found) == pytest.approx(1)
    first, second = judged(one, other), judged(other, one)
    assert (first and first.ways, first and round(first.confidence, 6)) == (
        second and second.ways,
        second and round(second.confidence, 6),
    )


def test_a_title_of_ten_thousand_characters_is_compared() -> None:
    long = claim("churn retention " * 625, "x" * 10_000, "y" * 10_000)
    found = judged(long, claim("Trainees 14 to 22", "More apprentices", "School"))
    assert found is None or found.confidence < 0.7
    assert sum(chances(read_pair(long, long).values, load_model(PLAIN))) == pytest.approx(1)


@pytest.mark.parametrize("file", [PLAIN, SEMANTIC])
def test_a_shipped_model_weighs_known_features_only(file: str) -> None:
    known = {*NAMES, *(MEANING if file == SEMANTIC else ())}
    model = load_model(file)
    assert {name for name, _ in model.singles} == known
    assert {name for first, second, _ in model.products for name in (first, second)} <= known
    assert len(model.intercepts) == len(Chances._fields)


def test_equal_claims_are_one_outcome() -> None:
    one = claim("Sales cycle 74 to 50 days", "Shorter way to a signature", "Sales")
    found = judged(one, claim("Sales cycle 74 to 50 days", "Contracts that close", "Legal"))
    assert found is not None
    assert (found.ways, found.confidence > 0.9) == (SAME, True)


def test_bags_and_letters_are_alike_only_in_what_they_share() -> None:
    one, other = bag(frozenset(("churn", "month")), rarity()), bag(frozenset(("churn",)), rarity())
    assert alike(one, one, rarity()) == (1.0, 1.0)
    assert alike(one, other, rarity())[1] == 1.0
    assert alike(one, bag(frozenset(), rarity()), rarity()) == (0.0, 0.0)
    assert likeness(grams_of("churn"), grams_of("churn")) == pytest.approx(1)
    assert likeness(grams_of("churn"), grams_of("")) < 0.3
