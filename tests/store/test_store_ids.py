"""Ids that sort by time."""

from __future__ import annotations

import datetime
import uuid

from hypothesis import given, settings
from hypothesis import strategies as st

from validator.store.ids import new_id

NOON = datetime.datetime(2026, 11, 22, 12, 0, 0, 999_999, tzinfo=datetime.UTC)
MOMENTS = st.datetimes(datetime.datetime(1970, 1, 1), datetime.datetime(9999, 12, 31), timezones=st.just(datetime.UTC))


def test_an_id_is_a_uuid_of_version_seven_that_holds_its_moment() -> None:
    made = uuid.UUID(new_id(NOON))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert int(NOON.timestamp() * 1000) == made.int >> 80


@settings(deadline=None)
@given(MOMENTS, MOMENTS)
def test_the_id_of_a_later_moment_is_greater(one: datetime.datetime, other: datetime.datetime) -> None:
    if one == other:
        assert new_id(one) != new_id(other)
    else:
        assert (one < other) == (new_id(one) < new_id(other))


def test_a_microsecond_later_is_later() -> None:
    moments = [NOON + datetime.timedelta(microseconds=step) for step in range(2_000)]
    made = [new_id(moment) for moment in moments]
    assert sorted(made) == made


def test_the_offset_of_the_clock_does_not_matter() -> None:
    elsewhere = NOON.astimezone(datetime.timezone(datetime.timedelta(hours=5, minutes=30)))
    assert new_id(NOON)[:18] == new_id(elsewhere)[:18]


def test_ids_of_one_moment_sort_as_they_were_made() -> None:
    made = [new_id(NOON) for _ in range(1_000)]
    assert made == sorted(set(made))
