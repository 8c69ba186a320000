"""Measures as titles and fields state them."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from validator.detection.measure import Measure, read_measure

Values = tuple[float | None, float | None, str | None]


@pytest.mark.parametrize(
    ("title", "values"),
    [
        ("Occupancy from 61% to 70%", (61, 70, "%")),
        ("Checkout steps 9 to 4", (9, 4, None)),
        ("Churn 1.7% -> 1.2%", (1.7, 1.2, "%")),
        ("Break-ins 18 → 8", (18, 8, None)),
        ("Break-ins 18 → 8 in 2027", (18, 8, None)),
        ("Wait from 6 days to 1", (6, 1, "days")),
        ("Repairs: 6 days to same day", (6, 0, "days")),
        ("Debt £310m to £190m", (310e6, 190e6, "£")),
        ("Followers 88k to 1.2m", (88_000, 1_200_000, None)),
        ("Sales of 4,5 Mio to 6 Mio", (4_500_000, 6_000_000, None)),
        ("First answer 3.2 days to 10 min", (4608, 10, "min")),
        ("Checks passed 31 of 60 to 55 of 60", (31, 55, None)),
        ("Guests who return, 4 in 10 to 6 in 10", (4, 6, None)),
        ("Leavers: baseline 33%, target 20%", (33, 20, "%")),
        ("Forecast error was 9%, aim for 3%", (9, 3, "%")),
        ("Turnaround (34 days now) to 15 days", (34, 15, "days")),
        ("Online share up from 28% to 42%", (28, 42, "%")),
        ("Errors 0.9% down to 0.2%", (0.9, 0.2, "%")),
        ("Couriers carry 90% of volume, up from 70%", (70, 90, "%")),
        ("Approval steps 1 to 2", (1, 2, None)),
        ("Shift change from 6:30 to 5:45", (6.5, 5.75, "clock")),
        ("Click rate 14 to 5 percent", (14, 5, "%")),
        ("Loss from -11% to -7%", (-11, -7, "%")),
        ("Answers from 80% to 95% within 24h", (80, 95, "%")),
        ("Letters answered in 15 days from 48% to 85%", (48, 85, "%")),
        ("Falls per 1,000 bed days 7.9 to 5", (7.9, 5, None)),
        ("30-day returns 17% to 13%", (17, 13, "%")),
        ("30 day returns 17% to 13%", (17, 13, "%")),
        ("Loyal after month 6, 81% to 90%", (81, 90, "%")),
        ("Members under 30: 14% to 22%", (14, 22, "%")),
        ("Awareness 16-24 from 30% to 45%", (30, 45, "%")),
        ("離職率を12%から8%に", (12, 8, "%")),
    ],
)  # fmt: skip
def test_a_title_states_where_it_starts_and_where_it_ends(title: str, values: Values) -> None:
    found = read_measure(title)
    assert (found.baseline, found.target, found.unit) == values


@pytest.mark.parametrize(
    ("title", "values"),
    [
        ("Occupancy, aim 78%", (None, 78, "%")),
        ("Spend on photographs (goal $10k)", (None, 10_000, "$")),
        ("Shelters (goal 4)", (None, 4, None)),
        ("Outlets: target 20, no rounding", (None, 20, None)),
        ("Rate of at least 95%", (None, 95, "%")),
        ("Defects under 5%", (None, 5, "%")),
        ("Zero lost parcels", (None, 0, None)),
        ("Reach 40k listeners", (None, 40_000, None)),
        ("100% of crews trained", (None, 100, "%")),
        ("Every letter answered", (None, 100, "%")),
        ("A third of guests return", (None, 33.33, "%")),
        ("Three quarters of guests return", (None, 75, "%")),
        ("Satisfaction of at least 8 out of 10", (None, 8, None)),
        ("Win 12 hotels above $250k", (None, 12, None)),
        ("Answer within 60 seconds", (None, 60, "s")),
        ("Six hospitals under contract", (None, 6, None)),
        ("Uptime of four nines (99.99%)", (None, 99.99, "%")),
        ("Better first order by 2027", (None, None, None)),
        ("Fewer complaints by 30 April", (None, None, None)),
        ("Fewer complaints within two quarters", (None, None, None)),
        ("Less waste in our 30 shops", (None, None, None)),
        ("Better reading in grade 3", (None, None, None)),
        ("Move to M365 in Q4", (None, None, None)),
        ("Ready for ISO 27001", (None, None, None)),
        ("Open until 18:30 on weekdays", (None, None, None)),
        ("", (None, None, None)),
    ],
)  # fmt: skip
def test_a_title_may_state_a_target_alone_and_days_names_and_scopes_are_none(title: str, values: Values) -> None:
    found = read_measure(title)
    assert (found.baseline, found.target, found.unit) == values


@pytest.mark.parametrize(
    ("title", "relative", "change"),
    [
        ("Cost per ticket -30%", -0.3, None),
        ("Phone calls down 55%", -0.55, None),
        ("Cut fuel by 12%", -0.12, None),
        ("Wait cut 25%", -0.25, None),
        ("Grow revenue 25%", 0.25, None),
        ("Grow revenue by 30% to £12m", 0.3, None),
        ("Grow bookings 3x", 2.0, None),
        ("Double the number of donors", 1.0, None),
        ("Complaints halved", -0.5, None),
        ("Spills cut by half", -0.5, None),
        ("Grow donations by a third", 0.333333, None),
        ("Order value +€2.50", None, 2.5),
        ("Shorten the wait by 3 days", None, -3.0),
        ("Scrap -2 pts", None, -2.0),
    ],
)
def test_a_title_may_state_a_change(title: str, relative: float | None, change: float | None) -> None:
    found = read_measure(title)
    assert (found.relative, found.change, found.has_target) == (relative, change, True)


@pytest.mark.parametrize(
    ("title", "fields", "way"),
    [
        ("Churn", {"direction": "decrease", "start": 1, "target": 9}, (-1, "field")),
        ("Churn", {"start": 9, "target": 4}, (-1, "numbers")),
        ("Fewer stops from 3 to 9", {}, (1, "numbers")),
        ("Support cost -30%", {}, (-1, "numbers")),
        ("Fewer complaints", {}, (-1, "words")),
        ("Higher margin", {}, (1, "words")),
        ("Rate of at least 92%", {}, (1, "words")),
        ("Answer within 60 seconds", {}, (-1, "words")),
        ("No more than 5 defects", {}, (-1, "words")),
        ("Set up a data room", {}, (0, "")),
        ("More sign-ups", {}, (1, "words")),
        ("Sign-ups and drop-offs", {}, (0, "")),
        ("Better onboarding", {}, (0, "")),
        ("Stations (goal 5), order time under 3 min", {}, (0, "")),
    ],
)  # fmt: skip
def test_direction_comes_from_the_field_then_the_numbers_then_the_words(
    title: str, fields: dict[str, Any], way: tuple[int, str]
) -> None:
    found = read_measure(title, **fields)
    assert (found.direction, found.direction_from) == way


@pytest.mark.parametrize(
    ("title", "hold"),
    [("Keep churn below 2%", True), ("Maintain uptime at 99.9%", True), ("Average bill frozen at £412", True),
     ("Kept appointments 80%", False), ("Hold 3 meetings a week", False), ("Hold churn at 2%", True), ("Customers who stay", False)],
)  # fmt: skip
def test_what_is_kept_where_it_is_is_known(title: str, hold: bool) -> None:
    assert read_measure(title).hold is hold


def test_a_direction_field_of_maintain_is_a_hold_too() -> None:
    assert read_measure("Uptime", direction="maintain").hold is True


@pytest.mark.parametrize(
    ("unit", "start", "expected"),
    [("k", 310, (310_000, None)), ("$M", 9, (9_000_000, "$")), ("mins", 5, (5, "min")), ("%", 5, (5, "%")), ("homes", 5, (5, "homes")),
     ("R$m", 2, (2_000_000, "r$")), (" ", 5, (5, None))],
)  # fmt: skip
def test_a_unit_field_is_read_with_its_scale(unit: str, start: float, expected: tuple[float, str | None]) -> None:
    found = read_measure("Something", start=start, unit=unit)
    assert (found.baseline, found.unit) == expected


def test_fields_win_over_the_title_which_fills_what_they_leave_open() -> None:
    found = read_measure("Followers 310k → 390k", metric="followers on video", target=400, unit="k")
    assert (found.baseline, found.target, found.phrase) == (310_000, 400_000, ("follower", "video"))


def test_of_several_pairs_the_one_that_leads_to_the_field_counts() -> None:
    found = read_measure("Guests leaving early: 74% → 60%, full stays 11% to 17%", target=17)
    assert (found.baseline, found.phrase) == (11, ("full", "stay"))


@pytest.mark.parametrize(
    ("title", "phrase"),
    [
        ("Cut onboarding steps from 9 to 4", "onboard step"),
        ("Onboarding steps: target 4, three-month average", "onboard step"),
        ("Median wait from 31 to 12 minutes by March", "median wait"),
        ("18 crews on business orders, backlog from 900 to 100", "backlog"),
        ("Losses £3.4m → £1.0m by holding funds for 72h", "loss"),
        ("80% of residents satisfied with contact", "resident satisfy contact"),
        ("Door sign-ups 8% to 22%", "door sign up"),
        ("T-3 punctuality 80%", "t-3 punctuality"),
        ("Increase retention in the next two quarters", "retention"),
    ],
)
def test_what_is_measured_is_left_when_numbers_directions_and_periods_are_taken_away(title: str, phrase: str) -> None:
    assert " ".join(read_measure(title).phrase) == phrase


@pytest.mark.parametrize(
    ("title", "period", "scope", "exclusions"),
    [
        ("NPS Iberia 30 to 42 in Q3", ("q3",), ("iberia",), ()),
        ("Missorts Hub B 2% to 1%", (), ("hub b",), ()),
        ("Members under 30: 14% to 22%", (), ("under 30",), ()),
        ("Awareness 16-24 30% to 45%", (), ("16-24",), ()),
        ("Shops with 10+ brands 24% to 45%", (), ("10+",), ()),
        ("Time to hire for engineers 60 to 40 days", (), ("engineers",), ()),
        ("Auth rate BR 78% to 84%", (), ("br",), ()),
        ("Order entry closed 1-21 September", ("1 - 21 september",), (), ()),
        ("Fit visits before year end", ("year end",), (), ()),
        ("Sign-up to payment 6 to 1 days, pilots not counted", (), (), ("pilots",)),
        ("Refunds 4% to 2%, excluding gift cards", (), (), ("gift cards",)),
        ("Website visits 400 to 600", (), (), ()),
        ("Churn down in March and May", ("march", "may"), (), ()),
        ("March of the brands", (), (), ()),
    ],
)  # fmt: skip
def test_periods_scopes_and_exclusions_are_told_apart(
    title: str, period: tuple[str, ...], scope: tuple[str, ...], exclusions: tuple[str, ...]
) -> None:
    found = read_measure(title)
    assert (found.period, found.scope, found.exclusions) == (period, scope, exclusions)


def test_the_title_is_quoted_where_it_says_things() -> None:
    title = "Cut the wait from 9 days to 3 days"
    spans = read_measure(title).spans
    assert {name: title[slice(*span)] for name, span in spans.items()} == {
        "baseline": "9 days",
        "target": "3 days",
        "phrase": "wait",
    }
    words = read_measure("Fewer long waits").spans
    assert {name: "Fewer long waits"[slice(*span)] for name, span in words.items()} == {
        "direction": "Fewer",
        "phrase": "long waits",
    }


@given(
    st.text(max_size=300),
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.none() | st.text(max_size=20),
)
def test_any_text_and_any_number_can_be_read(title: str, target: float | None, unit: str | None) -> None:
    assert isinstance(read_measure(title, title, target, target, unit), Measure)


@pytest.mark.parametrize("unit", ["-", "--", "—", ".", "'", "-'s"])
def test_a_dash_in_the_place_of_a_unit_is_read(unit: str) -> None:
    assert read_measure("Grow revenue", unit, 1.0, 2.0, unit).target == 2.0


PIECES = st.sampled_from(
    "from to 5% 12 £3m → by March Q2 ( ) , : per 30-day a third half double zero under 30s not counted excl x2 - + 9am".split()
)


@given(st.lists(PIECES, max_size=25))
def test_any_order_of_what_measures_are_made_of_can_be_read(pieces: list[str]) -> None:
    title = " ".join(pieces)
    found = read_measure(title)
    assert all(0 <= start < end <= len(title) for start, end in found.spans.values())


@pytest.mark.parametrize(
    "piece", ["a ", "1 to 2 ", "by 1 of ", ", in A ", "5% to ", "not counted ", "1-", "🎉", "x" * 50, "9" * 50, "("]
)
def test_a_long_title_takes_no_longer_than_its_limit(piece: str) -> None:
    started = time.process_time()
    read_measure((piece * 10_000)[:10_000])
    read_measure((piece * 100_000)[:100_000])
    assert time.process_time() - started < 1
