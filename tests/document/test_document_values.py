"""Numbers and dates as people write them: read, or refused with a hint, never guessed."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from validator.document.values import Unreadable, parse_date, parse_number

ANY_TEXT = st.text(max_size=40)
DATE_LIKE = st.text(st.sampled_from("0123456789/.-: TZJanuaryFebMrchAplilDsoquc,stndh"), max_size=24)
NUMBER_LIKE = st.text(st.sampled_from("0123456789.,'’ +-()%€£$kmbnEURioİ\u00a0"), max_size=16)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12), (" 12 ", 12), ("-3", -3), ("−3", -3), ("(3)", -3), ("+3", 3), ("0.5", 0.5), (".5", 0.5), ("0,5", 0.5),
        ("12,5 %", 12.5), ("10%", 10), ("5‰", 5), ("£1.2m", 1_200_000), ("€ 3,5 Mio", 3_500_000), ("$4bn", 4e9), ("3 Mrd", 3e9),
        ("20 Tsd", 20_000), ("7 mln", 7e6), ("20k", 20_000), ("2 thousand", 2_000), ("1 234,50", 1234.5), ("1\u202f234,50", 1234.5),
        ("1’234.50", 1234.5), ("1'234'567", 1_234_567), ("1,234,567", 1_234_567), ("1.234.567,8", 1_234_567.8), ("1,234.5", 1234.5),
        ("EUR 5", 5), ("5 USD", 5), ("€-5", -5), ("5 pts", 5),
    ],
)  # fmt: skip
def test_a_number_is_read(text: str, number: float) -> None:
    assert parse_number(text) == pytest.approx(number)


@pytest.mark.parametrize(
    ("text", "point", "comma"),
    [("1,234", 1234, 1.234), ("1.234", 1.234, 1234), ("€12.500", 12.5, 12500), ("-1,234", -1234, -1.234)],
)
def test_a_number_with_two_readings_is_refused_until_the_mark_is_known(text: str, point: float, comma: float) -> None:
    with pytest.raises(Unreadable, match="can be") as caught:
        parse_number(text)
    assert "source.reading.decimals" in caught.value.hint
    assert parse_number(text, "point") == pytest.approx(point)
    assert parse_number(text, "comma") == pytest.approx(comma)


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", "n/a", "ten", "1e5", "NaN", "inf", "1-2", "1/2", "1.2.3", "1,23,456", "(3", "3)", "12 of 20", "½", "5 % of 10", "0x10",
     "1" * 41, "#REF!", "1 234 567 890 123 456 789 012 345 678 901 234 567"],
)  # fmt: skip
def test_what_is_no_number_is_refused_with_a_way_to_write_it(text: str) -> None:
    with pytest.raises(Unreadable, match="is not a number") as caught:
        parse_number(text)
    assert "1234.5" in caught.value.hint


def test_a_known_mark_refuses_the_other_one() -> None:
    with pytest.raises(Unreadable):
        parse_number("0,5", "point")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-31", (2026, 12, 31)), ("2026-12-31T10:00:00+0000", (2026, 12, 31)), ("2026-12-31 23:59:59.999Z", (2026, 12, 31)),
        ("2026/12/01", (2026, 12, 1)), ("2026-12-1", (2026, 12, 1)), ("2026.02.03", (2026, 2, 3)), ("31/12/2026", (2026, 12, 31)),
        ("12/31/2026", (2026, 12, 31)), ("31.12.2026", (2026, 12, 31)), ("31.12.26", (2026, 12, 31)), ("31 Dec 2026", (2026, 12, 31)),
        ("Dec 31, 2026", (2026, 12, 31)), ("December 31st 2026", (2026, 12, 31)), ("1 Feb 2026", (2026, 2, 1)), ("05/05/2026", (2026, 5, 5)),
        ("20261231", (2026, 12, 31)), ("31 Dec 2026 10:00 CET", (2026, 12, 31)), ("Thu 31 Dec 2026", (2026, 12, 31)),
        ("2024-02-29", (2024, 2, 29)), ("0001-01-01", (1, 1, 1)), ("9999-12-31", (9999, 12, 31)),
    ],
)  # fmt: skip
def test_a_date_is_read(text: str, day: tuple[int, int, int]) -> None:
    assert parse_date(text) == datetime.date(*day)


@pytest.mark.parametrize(
    "text", ["01/02/2026", "1.2.2026", "01-02-26", "01/02/2026 10:00", "01/02/2026T10:00", "Mon 01/02/2026"]
)
def test_a_date_with_two_readings_is_refused_until_the_order_is_known(text: str) -> None:
    with pytest.raises(Unreadable, match="can be 2026-01-02 or 2026-02-01") as caught:
        parse_date(text)
    assert "source.reading.dates" in caught.value.hint
    assert parse_date(text, "dmy") == datetime.date(2026, 2, 1)
    assert parse_date(text, "mdy") == datetime.date(2026, 1, 2)


def test_a_year_that_comes_first_is_followed_by_the_month_whatever_the_order() -> None:
    assert parse_date("2026/01/02", "dmy") == parse_date("2026/01/02", "mdy") == datetime.date(2026, 1, 2)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "Q4 2026", "Dec 2026", "2026", "Monday", "10:00", "31", "1/2", "2026-13-01", "2026-02-30", "30 Feb 2026", "2026-12-311",
     "2026-12-31xyz", "0000-01-01", "2026W01", "1" * 61, "99999-01-01", "today", "\x00"],
)  # fmt: skip
def test_what_is_no_whole_date_is_refused_with_a_way_to_write_it(text: str) -> None:
    with pytest.raises(Unreadable, match="is not a date") as caught:
        parse_date(text)
    assert "2026-12-31" in caught.value.hint


def _outcome(parse: Callable[[], object]) -> object:
    try:
        return parse()
    except Unreadable as error:
        return error


@settings(max_examples=400, deadline=None)
@given(text=ANY_TEXT | NUMBER_LIKE, decimals=st.sampled_from([None, "point", "comma"]))
def test_any_text_is_a_number_or_unreadable(text: str, decimals: str | None) -> None:
    outcome = _outcome(lambda: parse_number(text, decimals))
    assert outcome.hint if isinstance(outcome, Unreadable) else isinstance(outcome, float)


@settings(max_examples=400, deadline=None)
@given(text=ANY_TEXT | DATE_LIKE, order=st.sampled_from([None, "dmy", "mdy"]))
def test_any_text_is_a_date_or_unreadable(text: str, order: str | None) -> None:
    outcome = _outcome(lambda: parse_date(text, order))
    assert outcome.hint if isinstance(outcome, Unreadable) else type(outcome) is datetime.date


@settings(max_examples=200, deadline=None)
@given(day=st.dates(datetime.date(1000, 1, 1)), order=st.sampled_from(["dmy", "mdy"]), mark=st.sampled_from("/.-"))
def test_a_date_written_out_is_read_back(day: datetime.date, order: str, mark: str) -> None:
    parts = {"d": f"{day.day:02}", "m": f"{day.month:02}", "y": f"{day.year:04}"}
    assert parse_date(mark.join(parts[part] for part in order), order) == day
    assert parse_date(mark.join(parts[part] for part in "ymd"), order) == day
    assert parse_date(day.isoformat()) == day


@settings(max_examples=200, deadline=None)
@given(number=st.decimals(-(10**9), 10**9, places=2, allow_nan=False))
def test_a_number_written_with_either_mark_and_grouping_is_read_back(number: object) -> None:
    point = f"{number:,.2f}"
    comma = point.translate(str.maketrans(",.", ".,"))
    assert parse_number(point, "point") == pytest.approx(float(str(number)))
    assert parse_number(comma, "comma") == pytest.approx(float(str(number)))
