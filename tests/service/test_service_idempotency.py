"""Requests that come twice under one key: who serves them, and what the second one is told."""

from __future__ import annotations

import datetime
import threading

import pytest
from sqlalchemy import Engine, LargeBinary, func, select, text, type_coerce

from validator.service import idempotency
from validator.service.idempotency import GIVEN_UP, KEPT, Claim, Refusal, Stored
from validator.store.engine import reading, writing
from validator.store.tables import idempotency as table

NOON = datetime.datetime(2026, 11, 22, 12, 0, tzinfo=datetime.UTC)
SECOND = datetime.timedelta(seconds=1)
MADE = Stored(201, {"Location": "/v1/things/1"}, b'{"id": 1}')


def _claim(
    engine: Engine, now: datetime.datetime = NOON, *, actor: str = "Ana", digest: str = "sha256:a"
) -> Claim | Stored | Refusal:
    with writing(engine) as connection:
        return idempotency.claim(connection, now, actor, "order-7", digest)


def _claimed(engine: Engine, now: datetime.datetime = NOON) -> Claim:
    held = _claim(engine, now)
    assert isinstance(held, Claim)
    return held


def _finish(engine: Engine, held: Claim, answer: Stored = MADE) -> bool:
    with writing(engine) as connection:
        return idempotency.finish(connection, held, answer)


def test_the_second_request_gets_the_answer_of_the_first(database: Engine) -> None:
    assert _finish(database, _claimed(database))
    assert _claim(database, NOON + SECOND) == MADE


def test_an_answer_is_stored_compressed_and_one_that_an_earlier_release_stored_is_given_as_it_is(
    database: Engine,
) -> None:
    assert _finish(database, _claimed(database), MADE._replace(body=b" " * 10_000))
    with writing(database) as connection:
        assert connection.scalar(select(func.length(type_coerce(table.c.body, LargeBinary)))) < 100
        connection.execute(text("UPDATE okr_idempotency SET body = :body"), {"body": MADE.body})
    assert _claim(database, NOON + SECOND) == MADE


def test_while_the_first_is_served_the_second_is_not(database: Engine) -> None:
    _claimed(database)
    assert _claim(database, NOON + SECOND) is Refusal.IN_FLIGHT


@pytest.mark.parametrize("finished", [False, True], ids=["while the first is served", "after its answer"])
def test_another_request_under_the_same_key_is_refused(database: Engine, finished: bool) -> None:
    held = _claimed(database)
    if finished:
        _finish(database, held)
    assert _claim(database, NOON + SECOND, digest="sha256:b") is Refusal.MISMATCH


def test_the_keys_of_two_people_have_nothing_to_do_with_each_other(database: Engine) -> None:
    _finish(database, _claimed(database))
    assert isinstance(_claim(database, actor="Ben", digest="sha256:b"), Claim)


def test_a_request_that_changed_nothing_may_be_sent_again_or_another_under_its_key(database: Engine) -> None:
    held = _claimed(database)
    with writing(database) as connection:
        idempotency.release(connection, held)
    assert isinstance(_claim(database, NOON + SECOND, digest="sha256:b"), Claim)


def test_an_answer_is_kept_for_a_day(database: Engine) -> None:
    _finish(database, _claimed(database))
    assert _claim(database, NOON + KEPT - SECOND) == MADE
    assert isinstance(_claim(database, NOON + KEPT), Claim)


def test_a_claim_whose_process_died_is_given_up(database: Engine) -> None:
    _claimed(database)
    assert _claim(database, NOON + GIVEN_UP - SECOND) is Refusal.IN_FLIGHT
    assert isinstance(_claim(database, NOON + GIVEN_UP), Claim)


def test_who_comes_back_after_the_claim_was_given_up_changes_nothing_of_the_one_who_took_it_on(
    database: Engine,
) -> None:
    late = _claimed(database)
    second = _claimed(database, NOON + GIVEN_UP)
    with writing(database) as connection:
        idempotency.release(connection, late)
    assert not _finish(database, late, Stored(201, {}, b"late"))
    assert _finish(database, second)
    assert _claim(database, NOON + GIVEN_UP + SECOND) == MADE


def test_what_is_no_longer_kept_is_removed_when_others_come(database: Engine) -> None:
    with writing(database) as connection:
        for number in range(5):
            idempotency.claim(connection, NOON, "Ana", f"old-{number}", "sha256:a")
    _claim(database, NOON + KEPT)
    with reading(database) as connection:
        assert connection.scalar(select(func.count()).select_from(table)) == 1


def test_of_many_at_once_one_serves_the_request(database: Engine) -> None:
    found: list[Claim | Stored | Refusal] = []
    begin = threading.Barrier(8)

    def send() -> None:
        begin.wait()
        found.append(_claim(database))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(one).__name__ for one in found) == ["Claim", *["Refusal"] * 7]
