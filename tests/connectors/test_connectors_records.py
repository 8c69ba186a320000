"""What source connectors share: records read field by field, documents put together, offsets in lists that change."""

from __future__ import annotations

from collections import Counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.http.offsets import Offsets
from connectors.reading.gathering import Gathering
from connectors.reading.records import Record, flat


def record(value: Any) -> Record:
    return Record({"field": value}, Counter())


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (12, 12), (12.5, 12.5), (12.0, 12), ("12.50", 12.5), ("-3", -3), (" 45 % ", 45), ("1e3", 1000), ("+7", 7),
        (None, None), ("", None), (" % ", None), (0, 0), ("0", 0),
    ],
)  # fmt: skip
def test_numbers_are_read_as_programs_write_them(value, number) -> None:
    read = record(value)
    assert read.number("field") == number
    assert not read.odd


@pytest.mark.parametrize("value", ["1,234", "12.5.1", "soon", True, [], {}, float("nan"), float("inf"), 1e16, "1e99"])
def test_what_is_no_number_is_counted_and_left_out(value) -> None:
    read = record(value)
    assert read.number("field") is None
    assert read.odd == {"field": 1}


@pytest.mark.parametrize(
    ("value", "per_second", "day"),
    [
        ("1795651200", 1, "2026-11-26"), (1795651200, 1, "2026-11-26"), ("1795651200000", 1000, "2026-11-26"),
        ("0", 1, None), (0, 1, None), ("", 1, None), (None, 1, None),
    ],
)  # fmt: skip
def test_moments_are_days_of_a_zone(value, per_second, day) -> None:
    read = record(value)
    assert read.moment("field", per_second=per_second) == day
    assert not read.odd


def test_a_moment_late_in_the_day_is_the_next_day_further_east() -> None:
    assert record("1795708800").moment("field", ZoneInfo("Europe/Berlin")) == "2026-11-26"
    assert record("1795708800").moment("field", ZoneInfo("Asia/Tokyo")) == "2026-11-27"


@pytest.mark.parametrize("value", ["2026-11-26", "soon", -1, True, 1.5, "9" * 15, []])
def test_what_is_no_moment_is_counted_and_left_out(value) -> None:
    read = record(value)
    assert read.moment("field") is None
    assert read.odd == {"field": 1}


def test_days_are_taken_as_they_are_written() -> None:
    assert record("2026-11-26T23:59:59+0000").day("field") == "2026-11-26"
    assert record("2026-11-26").day("field") == "2026-11-26"
    assert record(None).day("field") is None
    assert record("26.11.2026").day("field") is None


@pytest.mark.parametrize(
    ("value", "zone", "day"),
    [
        ("2026-09-30T22:00:00Z", "Europe/Berlin", "2026-10-01"), ("2026-09-30T22:00:00Z", None, "2026-09-30"),
        ("2026-09-30T21:59:59.9999999+0000", "Europe/Berlin", "2026-09-30"), ("2026-10-01 01:00:00 +02:00", "UTC", "2026-09-30"),
        ("2026-10-01T01:00:00+02:00", None, "2026-10-01"), ("2026-09-30", "Asia/Tokyo", "2026-09-30"),
        ("2026-09-30T22:00:00", "Asia/Tokyo", "2026-09-30"), ("2026-09-30T25:00:00Z", "Asia/Tokyo", "2026-09-30"),
        ("0001-01-01T00:00:00Z", "America/New_York", "0001-01-01"), ("", "Asia/Tokyo", None),
    ],
)  # fmt: skip
def test_moments_in_words_are_days_of_a_zone_where_one_is_set(value, zone, day) -> None:
    read = record(value)
    assert read.day("field", zone and ZoneInfo(zone)) == day
    assert not read.odd


@pytest.mark.parametrize(
    ("value", "id_"), [("a1", "a1"), (12, "12"), (" 7 ", "7"), ("0", ""), (0, ""), (None, ""), (True, "")]
)
def test_ids_are_text_or_whole_numbers(value, id_) -> None:
    assert record(value).id("field") == id_


def test_lists_and_objects_of_another_shape_are_counted() -> None:
    odd: Counter[str] = Counter()
    read = Record({"list": [{"a": "1"}, "x"], "none": None, "text": "t", "ids": ["1", 2, "1", {}]}, odd)
    assert [inner.data for inner in read.many("list")] == [{"a": "1"}]
    assert read.many("none") == read.many("text") == []
    assert read.inner("text").data == {}
    assert read.ids("ids") == ["1", "2"]
    assert odd == {"list": 1, "text": 2, "ids": 1}


def test_records_are_found_wherever_they_lie() -> None:
    one, two = {"id": "1", "inside": [{"id": "9"}]}, {"id": 2}
    for value in (
        [one, two],
        {"0": one, "1": two, "count": 2},
        [{"of": "x", "all": [one]}, {"of": "y", "all": {"0": two}}],
    ):
        assert list(flat(value, "id")) == [one, two]
    assert list(flat(one, "id")) == [one]
    assert list(flat({"id": None, "a": "id", "b": [1, None]}, "id")) == []


def test_what_is_said_later_adds_to_a_name_and_takes_the_place_of_an_objective() -> None:
    gathering = Gathering()
    assert gathering.name("teams", "1", name="Care", level=None) == "1"
    gathering.name("teams", "1", level="team")
    assert gathering.name("teams", "", name="Nobody") == ""
    gathering.objective("o", "First")
    gathering.key_result("k", "o", "Old")
    gathering.key_result("loose", "gone", "Loose")
    gathering.objective("o", "Second")
    gathering.link("o", "o")
    gathering.link("o", "p")
    gathering.link("o", "p")
    document = gathering.reading("Tool", ("owners",)).document
    assert document["teams"] == [{"id": "1", "name": "Care", "level": "team"}]
    assert document["objectives"] == [{"id": "o", "title": "Second", "parents": [{"id": "p", "kind": "parent"}]}]
    assert document["key_results"] == [{"id": "loose", "title": "Loose", "parents": [{"id": "gone", "kind": "parent"}]}]


def test_a_key_result_that_moved_to_another_objective_stays_there() -> None:
    gathering = Gathering()
    for _ in range(2):
        gathering.objective("a", "A")
        gathering.key_result("k", "b", "K")
        gathering.objective("b", "B")
    gathering.objective("a", "A")
    gathering.key_result("k", "b", "K")
    found = {
        o["id"]: [kr["id"] for kr in o.get("key_results", [])]
        for o in gathering.reading("Tool", ()).document["objectives"]
    }
    assert found == {"a": [], "b": ["k"]}


SIZE = 5


@given(
    st.integers(0, 40),
    st.lists(st.sets(st.integers(0, 39), max_size=3), max_size=12),
    st.booleans(),
)
def test_whatever_goes_between_pages_all_that_stays_is_seen(length: int, removed: list[set[int]], told: bool) -> None:
    """Where the tool tells its total; where not, the list stands still."""
    entries, seen, token, pages = list(range(length)), set[int](), "0", 0
    offsets, asked = Offsets(SIZE), set[str]()
    while token is not None and token not in asked:
        asked.add(token)
        page = entries[int(token) : int(token) + SIZE]
        seen.update(page)
        offsets.move([str(entry) for entry in page], len(page), len(entries) if told else None)
        token, pages = offsets.next, pages + 1
        if told and removed:
            gone = removed.pop()
            entries = [entry for entry in entries if entry not in gone]
    assert token is not None or seen >= set(entries)
    assert pages <= 2 * (length // SIZE + 1) + 13


def test_a_page_of_nothing_new_is_asked_for_no_further() -> None:
    offsets = Offsets(SIZE)
    offsets.move(["1", "2"], 2, 4)
    assert offsets.next == "2"
    offsets.move(["1", "2"], 2, 4)
    assert offsets.next == "2"


def test_records_inside_others_end_with_the_last_of_them() -> None:
    """Two people with two goals each; the total counts goals, the offset people."""
    offsets = Offsets(SIZE)
    offsets.move(["1", "2", "3", "4"], 2, 4)
    assert offsets.next == "2"
    offsets.move(["3", "4"], 1, 4)
    assert offsets.next is None
