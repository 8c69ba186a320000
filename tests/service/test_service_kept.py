"""Values that take long to make: kept by key, each made once."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from validator.service.kept import Kept


def test_a_value_is_made_once() -> None:
    kept: Kept[list[int]] = Kept(2)
    first = kept.get("a", lambda: [1])
    assert kept.get("a", lambda: [2]) is first


def test_the_value_that_was_not_used_for_longest_makes_room() -> None:
    kept: Kept[str] = Kept(2)
    for key in "abac":
        kept.get(key, lambda key=key: f"{key}1")
    assert [kept.get(key, lambda key=key: f"{key}2") for key in "acb"] == ["a1", "c1", "b2"]


def test_what_cannot_be_made_is_tried_again() -> None:
    kept: Kept[int] = Kept(2)
    with pytest.raises(ZeroDivisionError):
        kept.get("a", lambda: 1 // 0)
    assert kept.get("a", lambda: 3) == 3


def test_many_who_ask_at_once_wait_for_one_and_those_who_find_theirs_do_not_wait() -> None:
    kept: Kept[int] = Kept(4)
    kept.get("there", lambda: 0)
    made: list[int] = []
    begun, go_on = threading.Event(), threading.Event()

    def slowly() -> int:
        begun.set()
        assert go_on.wait(30)
        made.append(7)
        return 7

    with ThreadPoolExecutor(5) as threads:
        waiting = [threads.submit(kept.get, "slow", slowly) for _ in range(5)]
        assert begun.wait(30)
        assert kept.get("there", lambda: 1) == 0
        time.sleep(0.05)
        go_on.set()
        assert [each.result() for each in waiting] == [7] * 5
    assert made == [7]
