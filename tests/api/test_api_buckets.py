"""Token buckets, with a clock that is told what time it is."""

from __future__ import annotations

from validator.api.buckets import Buckets, Rate


class Clock:
    """A clock that stands until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_allowed_and_then_what_comes_back_in_time() -> None:
    clock = Clock()
    buckets = Buckets(Rate(per_second=0.5, burst=2), clock)
    assert [buckets.take("a") for _ in range(3)] == [(True, 1, 0, 2), (True, 0, 2, 4), (False, 0, 2, 4)]
    clock.now += 1.9
    assert buckets.take("a")[:3] == (False, 0, 1)
    clock.now += 0.2
    assert buckets.take("a")[:2] == (True, 0)


def test_a_bucket_holds_no_more_than_its_burst_however_long_it_waits() -> None:
    clock = Clock()
    buckets = Buckets(Rate(per_second=1, burst=2), clock)
    buckets.take("a")
    clock.now += 1_000
    assert [buckets.take("a").allowed for _ in range(3)] == [True, True, False]


def test_each_name_has_a_bucket_of_its_own() -> None:
    buckets = Buckets(Rate(per_second=1, burst=1), Clock())
    assert [buckets.take(name).allowed for name in "abab"] == [True, True, False, False]


def test_of_too_many_names_the_one_not_asked_for_longest_is_forgotten() -> None:
    buckets = Buckets(Rate(per_second=1, burst=1), Clock(), most=2)
    assert [buckets.take(name).allowed for name in "abacb"] == [True, True, False, True, True]
