"""Sending messages: signed, in order, again until they arrive, and to nobody who does not want them."""

from __future__ import annotations

import datetime
import email.utils
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, select
from standardwebhooks import Webhook, WebhookVerificationError

from tests.service.receivers import PEPPER, PUBLIC, Answer, Desk, Received, Receiver
from tests.service.service_runs import add_connection
from tests.sockets import no_proxy_of_the_machine
from validator.alerts.events import OPENED, PING, RESOLVED
from validator.alerts.retries import ATTEMPTS, WAITS
from validator.service import audit, deliveries, delivery_log, draining, endpoints
from validator.service.deliveries import PATIENCE, disable
from validator.service.delivery_log import Filters
from validator.service.draining import Drained
from validator.service.endpoint_rows import endpoint_shown, standing
from validator.service.endpoints import Made
from validator.service.lookups import NotAllowed
from validator.service.pepper import Pepper
from validator.store.engine import reading, writing
from validator.store.tables import attempts, events

__all__ = ["no_proxy_of_the_machine"]
HOUR = datetime.timedelta(hours=1)
FAILS = Answer(500)
NOTHING = Drained(None, 0, 0, 0, None, None, ())
SENT = NOTHING._replace(attempts=1, arrived=1)


@pytest.fixture
def desk(shared_database: Engine) -> Desk:
    """A store with the connection `acme`, at this moment: signatures are verified by the real time."""
    add_connection(shared_database)
    return Desk(shared_database)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


# Signatures


def test_a_message_is_signed_as_the_package_of_the_standard_verifies_it(desk: Desk, receiver: Receiver) -> None:
    made = desk.endpoint(receiver.url)
    desk.tell("F1")
    desk.drain()
    (message,) = receiver.received
    body = Webhook(made.secret or "").verify(message.body, dict(message.headers))
    assert (body["type"], body["data"]["finding"]["id"]) == (OPENED, "F1")
    assert body["data"]["connection"] == {"id": "acme", "name": "Acme"}
    assert body["data"]["more"] == f"{PUBLIC}/v1/connections/acme/findings/F1"
    assert message.headers["content-type"] == "application/json"
    assert message.id == desk.log()[0].id
    assert not _verifies(made, message._replace(body=message.body.replace(b"F1", b"F2")))


def test_while_a_secret_is_replaced_all_in_use_sign(desk: Desk, receiver: Receiver) -> None:
    made = [desk.endpoint(receiver.url)]
    made += [desk.change(endpoints.rotate, made[0].row.id, lambda: PEPPER) for _ in range(2)]
    desk.ping(made[0].row.id)
    desk.drain()
    assert len({one.secret for one in made}) == 3
    assert [_verifies(one, receiver.received[0]) for one in made] == [True, True, True]
    assert receiver.received[0].headers["webhook-signature"].count("v1,") == 3


def test_once_the_overlap_is_over_the_newest_secret_signs_alone(desk: Desk, receiver: Receiver) -> None:
    desk.later(hours=-25)
    first = desk.endpoint(receiver.url)
    second = desk.change(endpoints.rotate, first.row.id, lambda: PEPPER)
    desk.later(hours=25)
    desk.ping(first.row.id)
    desk.drain()
    assert [_verifies(one, receiver.received[0]) for one in (first, second)] == [False, True]


def _verifies(made: Made, message: Received) -> bool:
    try:
        Webhook(made.secret or "").verify(message.body, dict(message.headers))
    except WebhookVerificationError:
        return False
    return True


def test_without_the_pepper_nothing_is_sent_and_the_log_says_why(desk: Desk, receiver: Receiver) -> None:
    desk.endpoint(receiver.url)
    desk.tell("F1")
    desk.sender = desk.sender._replace(pepper=lambda: None)
    (drained,) = desk.drain().values()
    assert "pepper" in (drained.unready or "")
    assert desk.drain() == {}
    desk.later(minutes=5)
    missing = Pepper("env:NOTHING", "sqlite:///x", {})
    desk.sender = desk.sender._replace(pepper=missing.read)
    desk.drain()
    assert "NOTHING" in desk.log()[0].problem
    assert receiver.received == []


def test_what_the_service_lacks_uses_up_no_attempt_and_is_not_the_endpoints_fault(
    desk: Desk, receiver: Receiver
) -> None:
    id = desk.endpoint(receiver.url).row.id
    pepper = desk.sender.pepper
    desk.sender = desk.sender._replace(pepper=lambda: None)
    desk.tell("F1")
    for _ in range(20):
        desk.drain()
        desk.later(hours=12)
    assert (desk.log()[0].attempts, endpoint_shown(desk.row(id))["state"]) == (0, "active")
    desk.sender = desk.sender._replace(pepper=pepper)
    desk.drain()
    assert desk.states() == ["delivered"]


# Order


def test_the_news_of_one_finding_arrive_in_order_and_those_of_others_meanwhile(desk: Desk) -> None:
    refused: set[str] = set()

    def answer(message: Received) -> Answer:
        told = message.json()["data"]["finding"]["id"]
        if told == "F1" and not refused:
            refused.add(told)
            return FAILS
        return Answer()

    with Receiver(answer) as receiver:
        desk.endpoint(receiver.url)
        desk.tell("F1", "F2")
        desk.tell("F1", type=RESOLVED)
        desk.tell("F3")
        desk.drain()
        assert desk.states() == ["retrying", "delivered", "waiting", "delivered"]
        assert desk.drain() == {}
        desk.later(seconds=6)
        desk.drain()
    assert desk.states() == ["delivered"] * 4
    assert [message.type for message in receiver.received if b'"F1"' in message.body] == [OPENED, OPENED, RESOLVED]


def test_a_message_that_was_given_up_holds_back_no_other(desk: Desk) -> None:
    with Receiver(lambda message: FAILS if message.type == OPENED else Answer()) as receiver:
        desk.endpoint(receiver.url)
        desk.tell("F1")
        desk.tell("F1", type=RESOLVED)
        for _ in range(ATTEMPTS):
            desk.drain()
            desk.later(hours=27)
            desk.change(endpoints.pause, desk.log()[0].endpoint_id, paused=False)  # begins the patience anew
    assert desk.states() == ["dead", "delivered"]


@pytest.mark.parametrize("clocks_differ", [False, True])
def test_order_is_that_in_which_news_were_recorded_whatever_the_clocks_say(desk: Desk, clocks_differ: bool) -> None:
    with Receiver() as receiver:
        desk.endpoint(receiver.url)
        desk.tell("F1")
        desk.later(seconds=-30 if clocks_differ else 0)
        desk.tell("F1", type=RESOLVED)
        desk.later(minutes=1)
        desk.drain()
    assert [message.type for message in receiver.received] == [OPENED, RESOLVED]


def test_letters_that_tell_of_the_same_finding_go_in_order(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([FAILS, *[Answer()] * 9])
    with Receiver(lambda _: next(answers)) as receiver:
        monkeypatch.setenv("HOOK", receiver.url)
        desk.endpoint("env:HOOK", kind="slack")
        desk.tell("F1", "F2")
        desk.drain()
        desk.tell("F2", type=RESOLVED)
        desk.tell("F3")
        desk.drain()
        assert desk.states() == ["retrying", "waiting", "delivered"]
        desk.later(seconds=6)
        desk.drain()
    heads = [message.json()["text"] for message in receiver.received]
    assert heads == [
        "Acme: 2 new errors. “F1” has no owner.",
        "Acme: new error without an owner. “F3” has no owner.",
        "Acme: 2 new errors. “F1” has no owner.",
        "Acme: resolved error without an owner. “F2” has no owner.",
    ]


def test_messages_of_several_findings_are_sent_side_by_side(desk: Desk) -> None:
    together = threading.Barrier(draining.SIDE_BY_SIDE)

    def answer(_: Received) -> Answer:
        together.wait(10)
        return Answer()

    with Receiver(answer) as receiver:
        desk.endpoint(receiver.url)
        desk.tell(*(f"F{number}" for number in range(draining.SIDE_BY_SIDE)))
        desk.drain()
    assert set(desk.states()) == {"delivered"}


# Again


def test_a_message_is_tried_again_by_the_table_of_the_standard_and_then_given_up(desk: Desk) -> None:
    with Receiver(lambda _: FAILS) as receiver:
        id = desk.endpoint(receiver.url).row.id
        desk.tell("F1")
        waits = []
        for _ in WAITS:
            desk.drain()
            waits.append((desk.log()[0].next_at - desk.now).total_seconds())
            desk.later(seconds=waits[-1] - 1)
            assert desk.drain() == {}
            desk.later(seconds=2)
        desk.drain()
    assert all(wait <= found <= 1.1 * wait for wait, found in zip(WAITS, waits, strict=True))
    assert desk.states() == ["dead"]
    assert len({message.id for message in receiver.received}) == 1
    with reading(desk.engine) as connection:
        tried = delivery_log.attempts_of(connection, desk.log()[0].id)
    assert [row.status for row in tried] == [500] * ATTEMPTS
    shown = endpoint_shown(desk.row(id))
    assert (shown["state"], shown["missed_since"]) == ("active", desk.log()[0].created_at.isoformat())


@pytest.mark.parametrize("form", ["seconds", "date"])
@pytest.mark.parametrize("status", [429, 503])
def test_a_receiver_that_asks_for_time_is_left_alone_with_all_messages(desk: Desk, status: int, form: str) -> None:
    when = email.utils.format_datetime(datetime.datetime.now(datetime.UTC) + HOUR, usegmt=True)
    told = {"Retry-After": "3600" if form == "seconds" else when}
    with Receiver(lambda _: Answer(status, told)) as receiver:
        desk.endpoint(receiver.url)
        desk.tell(*(f"F{number}" for number in range(draining.SIDE_BY_SIDE + 3)))
        desk.drain()
        assert len(receiver.received) == draining.SIDE_BY_SIDE
        desk.later(minutes=59)
        desk.tell("F99")
        assert desk.drain() == {}
        receiver.answer = lambda _: Answer()
        desk.later(minutes=10)
        desk.drain()
    assert set(desk.states()) == {"delivered"}


def test_an_answer_that_was_lost_brings_the_same_message_again_under_its_id(desk: Desk) -> None:
    answers = iter([Answer(0), Answer()])
    with Receiver(lambda _: next(answers)) as receiver:
        desk.endpoint(receiver.url)
        desk.tell("F1")
        desk.drain()
        assert desk.states() == ["retrying"]
        desk.later(seconds=6)
        desk.drain()
    assert len(receiver.received) == 2
    assert len(receiver.taken()) == 1
    assert receiver.received[0].body == receiver.received[1].body


def test_a_redirect_is_a_failure_and_is_not_followed(desk: Desk) -> None:
    with Receiver() as other, Receiver(lambda _: Answer(302, {"Location": other.url})) as receiver:
        desk.endpoint(receiver.url)
        desk.tell("F1")
        desk.drain()
    (row,) = desk.log()
    assert (row.state, row.status, other.received) == ("retrying", 302, [])
    assert "redirect" in row.problem


# Endpoints that are not well


def test_a_receiver_that_answers_410_gets_nothing_more_and_loses_nothing(desk: Desk) -> None:
    with Receiver(lambda _: Answer(410)) as receiver:
        id = desk.endpoint(receiver.url).row.id
        desk.tell("F1")
        desk.tell("F1", type=RESOLVED)
        drained = desk.drain()
        desk.tell("F2")
        assert desk.drain() == {}
        assert (drained[id].attempts, drained[id].arrived) == (1, 0)
        assert "410" in (drained[id].disabled or "")
        assert desk.states() == ["dead"] * 3
        with pytest.raises(NotAllowed, match="disabled"):
            desk.ping(id)
        with pytest.raises(NotAllowed, match="disabled"):
            _replay(desk, Filters(id))
        receiver.answer = lambda _: Answer()
        desk.change(endpoints.enable, id)
        assert _replay(desk, Filters(id, state="dead")) == 3
        desk.drain()
    assert desk.states() == ["delivered"] * 3
    assert [message.type for message in receiver.taken() if b'"F1"' in message.body] == [OPENED, RESOLVED]


def _replay(desk: Desk, filters: Filters) -> int:
    with writing(desk.engine) as connection:
        return delivery_log.replay_range(connection, desk.now, "ana", filters)


def test_an_endpoint_at_which_nothing_arrives_for_five_days_is_disabled_for_all_to_see(desk: Desk) -> None:
    with Receiver(lambda _: FAILS) as receiver:
        id = desk.endpoint(receiver.url).row.id
        begun, disabled = desk.now, None
        for number in range(20):
            desk.tell(f"F{number}")
            drained = desk.drain()
            disabled = drained[id].disabled if id in drained else None
            if disabled:
                break
            desk.later(hours=12)
    assert PATIENCE <= desk.now - begun < PATIENCE + 13 * HOUR
    assert "HTTP 500" in (disabled or "")
    shown = endpoint_shown(desk.row(id))
    assert (shown["state"], shown["disabled_why"]) == ("disabled", disabled)
    with reading(desk.engine) as connection:
        (entry,) = audit.read(connection, audit.Filters(action="disable", target_id=id))
        assert standing(connection, desk.now) == {
            "disabled": 1,
            "failing": 0,
            "waiting": 0,
            "given_up": len(desk.log()),
        }
    assert entry.after == {"why": disabled}


def test_one_message_that_arrives_begins_the_patience_anew(desk: Desk) -> None:
    with Receiver(lambda message: Answer() if b'"F7"' in message.body else FAILS) as receiver:
        id = desk.endpoint(receiver.url).row.id
        for number in range(12):
            desk.tell(f"F{number}")
            desk.drain()
            desk.later(hours=12)
    assert endpoint_shown(desk.row(id))["state"] == "failing"


def test_after_days_in_which_nothing_waited_one_failure_disables_no_endpoint(desk: Desk) -> None:
    with Receiver(lambda message: FAILS if b'"F1"' in message.body else Answer()) as receiver:
        id = desk.endpoint(receiver.url).row.id
        desk.tell("F1")
        for _ in range(ATTEMPTS):
            desk.drain()
            desk.now = desk.log()[0].next_at or desk.now
        desk.later(days=5)
        receiver.answer = lambda _: FAILS
        desk.tell("F2")
        desk.drain()
        assert endpoint_shown(desk.row(id))["state"] == "failing"
        receiver.answer = lambda _: Answer()
        desk.later(hours=1)
        desk.drain()
    assert desk.states() == ["dead", "delivered"]


def test_a_message_that_arrives_after_all_was_given_up_counts_as_delivered(desk: Desk) -> None:
    with Receiver() as receiver:
        id = desk.endpoint(receiver.url).row.id

        def answer(_: Received) -> Answer:
            with writing(desk.engine) as connection:
                disable(connection, desk.now, id, "Meanwhile.")
            return Answer()

        receiver.answer = answer
        desk.tell("F1")
        desk.drain()
    shown = endpoint_shown(desk.row(id))
    assert (desk.states(), shown["state"], shown["missed_since"]) == (["delivered"], "disabled", None)


def test_what_was_missed_is_all_sent_again_from_the_moment_that_is_shown(desk: Desk) -> None:
    with Receiver(lambda _: FAILS) as receiver:
        id = desk.endpoint(receiver.url).row.id
        for number in range(12):
            desk.tell(f"F{number}")
            desk.drain()
            desk.later(hours=12)
        assert endpoint_shown(desk.row(id))["state"] == "disabled"
        missed = desk.change(endpoints.enable, id).missed_since
        assert missed == desk.log()[0].created_at
        receiver.answer = lambda _: Answer()
        assert _replay(desk, Filters(id, state="dead", since=missed)) == 12
        assert desk.row(id).missed_since is None
        desk.drain()
    assert desk.states() == ["delivered"] * 12


def test_a_receiver_that_is_slow_to_fail_is_tried_one_message_at_a_time_and_rests_ever_longer(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "SLOW", 0)
    with Receiver(lambda _: FAILS) as receiver:
        id = desk.endpoint(receiver.url).row.id
        desk.tell(*(f"F{number}" for number in range(30)))
        rests, tried = [], []
        for _ in range(10):
            with writing(desk.engine) as connection:
                (claim,) = draining.claim(connection, desk.now)
            tried.append((claim.failing, draining.drain(desk.sender, claim.job).attempts))
            rests.append((desk.row(id).rest_until - desk.now).total_seconds())
            desk.later(seconds=rests[-1])
        assert tried == [(False, draining.SIDE_BY_SIDE), *[(True, 1)] * 9]
        assert rests == [5, 10, 20, 40, 80, 160, 320, 600, 600, 600]
        receiver.answer = lambda _: Answer()
        desk.later(hours=1)
        desk.drain()
    assert set(desk.states()) == {"delivered"}
    assert endpoint_shown(desk.row(id))["rest_until"] is None


def test_a_letter_that_a_chat_tool_will_never_take_is_given_up_and_holds_back_no_other(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Receiver(lambda _: Answer(400)) as receiver:
        monkeypatch.setenv("HOOK", receiver.url)
        id = desk.endpoint("env:HOOK", kind="slack").row.id
        desk.tell("F1", "F2")
        desk.drain()
        receiver.answer = lambda _: Answer()
        desk.tell("F2", type=RESOLVED)
        desk.drain()
    assert (desk.states(), endpoint_shown(desk.row(id))["state"]) == (["dead", "delivered"], "active")


def test_a_paused_endpoint_gets_its_messages_once_it_goes_on(desk: Desk, receiver: Receiver) -> None:
    id = desk.endpoint(receiver.url).row.id
    desk.change(endpoints.pause, id, paused=True)
    desk.tell("F1")
    desk.later(days=9)
    assert desk.drain() == {}
    desk.change(endpoints.pause, id, paused=False)
    desk.drain()
    assert (len(receiver.received), desk.states()) == (1, ["delivered"])


def test_an_endpoint_that_is_paused_while_it_is_sent_to_gets_no_more(desk: Desk) -> None:
    once = threading.Lock()
    with Receiver() as receiver:
        id = desk.endpoint(receiver.url).row.id

        def answer(_: Received) -> Answer:
            if once.acquire(blocking=False):
                desk.change(endpoints.pause, id, paused=True)
            return Answer()

        receiver.answer = answer
        desk.tell(*(f"F{number}" for number in range(draining.SIDE_BY_SIDE + 3)))
        desk.drain()
        assert len(receiver.received) == draining.SIDE_BY_SIDE
    assert desk.states() == ["delivered"] * draining.SIDE_BY_SIDE + ["waiting"] * 3


def test_another_target_gets_patience_of_its_own(desk: Desk, receiver: Receiver) -> None:
    wish: dict[str, Any] = {"types": (OPENED,)}
    id = desk.endpoint("http://127.0.0.1:9/").row.id
    desk.tell("F1")
    desk.drain()
    assert desk.row(id).failing_since is not None
    wished = endpoints.Wish("desk", receiver.url, **wish)
    desk.change(endpoints.change, id, wished, bounds=desk.sender.bounds)
    assert desk.row(id).failing_since is None


# By hand


def test_a_ping_arrives_and_is_logged_with_its_attempt(desk: Desk, receiver: Receiver) -> None:
    id = desk.endpoint(receiver.url).row.id
    delivery = desk.ping(id)
    drained = desk.drain()
    (message,) = receiver.received
    assert (message.id, message.type) == (delivery, PING)
    assert message.json()["data"]["endpoint"] == {"id": id, "name": "desk"}
    assert drained == {id: SENT._replace(endpoint=id)}
    with reading(desk.engine) as connection:
        (tried,) = delivery_log.attempts_of(connection, delivery)
    assert (tried.status, tried.problem) == (204, None)
    assert desk.row(id).delivered_at == desk.now


def test_a_message_is_sent_again_under_its_id_by_id_and_by_range(desk: Desk, receiver: Receiver) -> None:
    id = desk.endpoint(receiver.url).row.id
    other = desk.endpoint(receiver.url).row.id
    for number in range(3):
        desk.tell(f"F{number}")
        desk.later(hours=1)
    desk.drain()
    first, second, third = (row.id for row in desk.log(id))
    with writing(desk.engine) as connection:
        delivery_log.replay(connection, desk.now, "ana", first)
    desk.drain()
    assert [message.id for message in receiver.received[6:]] == [first]
    assert _replay(desk, Filters(id, since=desk.now - 2.5 * HOUR, until=desk.now - 0.5 * HOUR)) == 2
    desk.drain()
    assert sorted(message.id for message in receiver.received[7:]) == [second, third]
    assert desk.states(other) == ["delivered"] * 3


# Jobs


def test_an_endpoint_is_given_to_one_job_at_a_time(desk: Desk, receiver: Receiver) -> None:
    id = desk.endpoint(receiver.url).row.id
    desk.tell("F1")
    with writing(desk.engine) as connection:
        (claim,) = draining.claim(connection, desk.now)
        assert draining.claim(connection, desk.now) == draining.unclaimed(connection, desk.now) == []
        assert draining.claimed(connection) == [claim]
    assert (claim.endpoint, claim.failing) == (id, False)
    assert draining.drain(desk.sender, "another job") == NOTHING
    assert draining.drain(desk.sender, claim.job).arrived == 1
    assert draining.drain(desk.sender, claim.job) == NOTHING  # done again, it finds nothing left


def test_one_that_is_removed_while_it_is_sent_to_leaves_nothing(desk: Desk) -> None:
    with Receiver() as receiver:
        id = desk.endpoint(receiver.url).row.id

        def answer(_: Received) -> Answer:
            desk.change(endpoints.remove, id)
            return Answer()

        receiver.answer = answer
        desk.tell("F1")
        assert desk.drain()[id].attempts == 1
    assert desk.log() == []
    with reading(desk.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(attempts)) == 0


def test_what_is_no_longer_known_is_not_sent_and_the_endpoint_is_not_to_blame(desk: Desk, receiver: Receiver) -> None:
    id = desk.endpoint(receiver.url).row.id
    desk.tell("F1")
    with writing(desk.engine) as connection:
        connection.execute(delete(events))
    desk.drain()
    (row,) = desk.log()
    assert (row.state, row.attempts, receiver.received) == ("dead", 1, [])
    assert endpoint_shown(desk.row(id))["state"] == "active"


def test_a_message_that_we_cannot_make_holds_up_no_other_and_is_told_of(
    desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", receiver.url)
    desk.endpoint("env:HOOK", kind="slack")
    desk.tell("F1", data={})
    desk.tell("F2")
    (drained,) = desk.drain().values()
    assert [type(error) for error in drained.failures] == [KeyError]
    assert desk.states() == ["retrying", "delivered"]
    assert desk.log()[0].problem == "The service itself failed: KeyError."
    assert endpoint_shown(desk.row(desk.log()[0].endpoint_id))["state"] == "active"
    with reading(desk.engine) as connection:
        assert draining.claimed(connection) == []


# Keeping


def test_old_messages_and_events_are_forgotten_and_what_waits_is_kept_for_a_week(
    desk: Desk, receiver: Receiver
) -> None:
    id = desk.endpoint(receiver.url).row.id
    desk.tell("F1")
    desk.drain()
    desk.change(endpoints.pause, id, paused=True)
    desk.tell("F2")
    desk.later(days=3)
    desk.tell("F3")

    def forget() -> tuple[list[str | None], int]:
        with writing(desk.engine) as connection:
            while delivery_log.forget(connection, desk.now - datetime.timedelta(days=1), 1):
                pass
            left = connection.scalar(select(func.count()).select_from(events)) or 0
        return [row.finding_id for row in desk.log()], left

    assert forget() == (["F2", "F3"], 2)
    desk.later(days=5.5)
    assert forget() == (["F3"], 1)
    desk.later(days=9)
    assert forget() == ([], 0)
