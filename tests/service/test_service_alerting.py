"""What runs, decisions and the clock have to tell, recorded with them, and to whom."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import Connection, Engine, select

from connectors import registry
from connectors.contract import Reach
from tests.history.histories import START, Document, company, entry
from tests.service.receivers import Answer, Desk, Receiver
from tests.service.service_runs import add_connection, add_waiver, at, record, small, stored
from tests.service.sync_sources import Tableau, refused
from tests.sockets import no_proxy_of_the_machine
from validator.alerts.events import (
    CONFLICT,
    DECIDED,
    DIGEST,
    FAILED,
    OPENED,
    OVERDUE,
    PING,
    REOPENED,
    RESOLVED,
    SILENT,
    TRIED,
    TYPES,
)
from validator.alerts.letter import Letter
from validator.api.event_schemas import message_schema
from validator.document.jsonschema import json_schema
from validator.errors import Fault
from validator.service import connections, decisions, overdue, sync, sync_states
from validator.service.decisions import Ruling
from validator.service.endpoint_rows import an_endpoint
from validator.service.endpoint_wishes import CHOSEN
from validator.service.failed_sync import note_failed_sync
from validator.service.faults import not_found
from validator.service.overdue import tell_overdue
from validator.service.parcels import letter, made_ready
from validator.service.retention import Limits
from validator.service.retention import apply as retain
from validator.service.rules import Loaded
from validator.service.runs import run_document
from validator.service.sync import Means
from validator.store.engine import reading, writing
from validator.store.faults import StoreUnavailable
from validator.store.tables import deliveries, delivery_findings, events

__all__ = ["no_proxy_of_the_machine"]
DAY = datetime.timedelta(days=1)
LATER = START + 30 * DAY
ONCE = pytest.mark.parametrize("module_database", ["sqlite"], indirect=True)


@pytest.fixture
def desk(shared_database: Engine) -> Desk:
    """A store with the connection `acme`, on the first day."""
    add_connection(shared_database)
    desk = Desk(shared_database)
    desk.now = at(START)
    return desk


@pytest.fixture
def rules(tmp_path: Path) -> Loaded:
    return small(tmp_path)


def told(desk: Desk) -> list[tuple[str, str | None]]:
    """The events, by type and rule."""
    with reading(desk.engine) as connection:
        rows = connection.execute(select(events.c.type, events.c.rule).order_by(events.c.id)).all()
    return [(row.type, row.rule) for row in rows]


def news(desk: Desk, judged: Callable[[], Any]) -> list[tuple[str, str | None]]:
    """What a run adds to them."""
    before = len(told(desk))
    judged()
    return told(desk)[before:]


def faulty(*without_owner: str) -> Document:
    document = company()
    for id in without_owner:
        entry(document, id)["owners"] = []
    return document


# Runs


def test_a_first_run_is_one_digest_and_the_same_set_again_is_nothing(desk: Desk, rules: Loaded) -> None:
    desk.endpoint("https://hooks.example/", *CHOSEN)
    record(desk.engine, faulty("S1"), rules)
    assert told(desk) == [(DIGEST, None)]
    assert news(desk, lambda: record(desk.engine, faulty("S1"), rules)) == []
    assert desk.states() == ["waiting"]


def test_what_comes_goes_and_comes_back_is_told_with_what_was_found(desk: Desk, rules: Loaded) -> None:
    desk.endpoint("https://hooks.example/", *CHOSEN)
    record(desk.engine, company(), rules)
    assert news(desk, lambda: record(desk.engine, faulty("S1"), rules)) == [(OPENED, "unowned")]
    assert news(desk, lambda: record(desk.engine, company(), rules)) == [(RESOLVED, "unowned")]
    assert news(desk, lambda: record(desk.engine, faulty("S1"), rules)) == [(REOPENED, "unowned")]
    with reading(desk.engine) as connection:
        gone = connection.execute(select(events).where(events.c.type == RESOLVED)).one()
    assert gone.data["finding"]["message"] == "Nobody owns “Goal S1”."
    assert gone.data["finding"]["items"][0]["title"] == "Goal S1"
    assert (gone.failure, gone.teams) == ("no-delivery-owner", ["sales"])
    assert len({row.finding_id for row in desk.log()[1:]}) == 1


def test_what_was_waived_is_silent_until_the_waiver_ends_but_what_was_opened_is_closed(
    desk: Desk, rules: Loaded
) -> None:
    record(desk.engine, company(), rules)
    record(desk.engine, faulty("S1"), rules)
    add_waiver(desk.engine, "W1", START + 2 * DAY, finding_id=stored(desk.engine)["unowned S1"].id)
    assert news(desk, lambda: record(desk.engine, faulty("S1"), rules, START + DAY)) == []
    assert news(desk, lambda: record(desk.engine, company(), rules, START + DAY)) == [(RESOLVED, "unowned")]
    assert news(desk, lambda: record(desk.engine, faulty("S1"), rules, START + DAY)) == []
    assert news(desk, lambda: record(desk.engine, company(), rules, START + DAY)) == []
    assert news(desk, lambda: record(desk.engine, faulty("S1"), rules, START + DAY)) == []
    assert news(desk, lambda: record(desk.engine, faulty("S1"), rules, START + 3 * DAY)) == [(OPENED, "unowned")]


def test_a_finding_goes_with_its_rule_in_the_digest(desk: Desk, tmp_path: Path) -> None:
    tickets = desk.endpoint("https://hooks.example/", RESOLVED).row.id
    before = small(tmp_path, "1")
    record(desk.engine, company(), before)
    record(desk.engine, faulty("S1"), before)
    without = small(tmp_path, "2", overrides="{unowned: off}")
    assert news(desk, lambda: record(desk.engine, faulty("S1"), without)) == [(DIGEST, None)]
    assert news(desk, lambda: record(desk.engine, faulty("S1"), without)) == []
    data = last_told(desk)
    gone = {"id": stored(desk.engine)["unowned S1"].id, "rule": "unowned", "severity": "warning", "state": "removed"}
    assert (data["count"], data["resolved"]) == (0, 1)
    assert data["gone"] == [{**gone, "message": "Nobody owns “Goal S1”."}]
    assert len(desk.log(tickets)) == 1


def last_told(desk: Desk) -> Any:
    """What the last event says."""
    with reading(desk.engine) as connection:
        return connection.scalars(select(events.c.data).order_by(events.c.id.desc()).limit(1)).one()


def test_a_conflict_is_told_decided_and_silent_until_a_side_changes(desk: Desk, rules: Loaded) -> None:
    quiet = company()
    entry(quiet, "F1")["status"] = "agreed"
    record(desk.engine, quiet, rules)
    assert news(desk, lambda: record(desk.engine, company(), rules)) == [(CONFLICT, "open-conflict")]
    assert news(desk, lambda: decide(desk)) == [(DECIDED, "open-conflict")]
    assert news(desk, lambda: record(desk.engine, company(), rules)) == []
    changed = company()
    entry(changed, "S1")["title"] = "Quite another goal"
    entry(changed, "S1.1")["target"] = 90
    assert news(desk, lambda: record(desk.engine, changed, rules)) == [(CONFLICT, "open-conflict")]


def decide(desk: Desk) -> None:
    ruling = Ruling("Astrid", "Supply", "The year is about sales.", START)
    with writing(desk.engine) as connection:
        decisions.record(connection, desk.now, "ana", "acme", stored(desk.engine)["open-conflict F1"].id, ruling)


def test_a_rule_on_trial_is_silent_and_told_together_once_its_trial_ends(desk: Desk, tmp_path: Path) -> None:
    trial = small(tmp_path, "1", overrides="{unowned: {shadow: true}}")
    record(desk.engine, company(), trial)
    assert news(desk, lambda: record(desk.engine, faulty("S1", "D1"), trial)) == []
    meant = small(tmp_path, "2")
    assert news(desk, lambda: record(desk.engine, faulty("S1", "D1"), meant)) == [(DIGEST, None)]
    data = last_told(desk)
    assert (data["count"], data["causes"]) == (2, {TRIED: 2})


def test_a_changed_rule_is_one_digest_of_what_came_and_what_went(desk: Desk, tmp_path: Path) -> None:
    strict = small(tmp_path, "1", most_objectives=0)
    document = faulty("S1")
    record(desk.engine, company(), strict)
    assert news(desk, lambda: record(desk.engine, document, strict)) == [(OPENED, "unowned")]
    other = small(tmp_path, "2", most_days=0, most_objectives=5)
    assert news(desk, lambda: record(desk.engine, document, other)) == [(DIGEST, None)]
    data = last_told(desk)
    assert (data["causes"], data["rules"]) == ({"rule_changed": 4}, {"stale-key-result": 4})
    assert (data["resolved"], [one["rule"] for one in data["gone"]]) == (3, ["busy-team"] * 3)


@ONCE
def test_one_unchanged_set_synced_fifty_times_sends_nothing_after_the_first(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = Tableau()
    entry(tool.document, "S1")["owners"] = []
    monkeypatch.setattr(registry, "all_sources", lambda: {"tableau": tool})
    add_connection(desk.engine, "tool", connector="tableau", settings={"token": "env:TOKEN"})
    means = Means(desk.engine, "here", Reach(), lambda: desk.now, ruleset_loader=lambda *_: small(tmp_path))
    with Receiver() as receiver:
        desk.endpoint(receiver.url, *CHOSEN)
        for _ in range(51):
            with writing(desk.engine) as connection:
                id = sync.ask(connection, desk.now, "ana", "tool").id
            assert sync.pull(means, id)
            assert sync.record(means, id)
            desk.drain()
            desk.later(minutes=10)
    assert [message.type for message in receiver.received] == [DIGEST]


# Others than runs


def test_a_conflict_without_a_decision_in_time_is_told_once_for_each_time_that_it_came(
    desk: Desk, rules: Loaded
) -> None:
    settled = company()
    entry(settled, "F1")["status"] = "agreed"
    record(desk.engine, company(), rules)
    assert tell_overdue(desk.engine, at(START + 2 * DAY), stop) == 0
    assert tell_overdue(desk.engine, at(LATER), stop) == 1
    assert tell_overdue(desk.engine, at(LATER + DAY), stop) == 0
    record(desk.engine, settled, rules, LATER + 2 * DAY)
    record(desk.engine, company(), rules, LATER + 3 * DAY)
    assert tell_overdue(desk.engine, at(LATER + 4 * DAY), stop) == 0
    assert tell_overdue(desk.engine, at(LATER + 40 * DAY), stop) == 1
    assert told(desk).count((OVERDUE, "open-conflict")) == 2


def test_a_conflict_that_comes_back_on_the_day_on_which_it_was_told_of_is_told_of_again(
    desk: Desk, rules: Loaded
) -> None:
    settled = company()
    entry(settled, "F1")["status"] = "agreed"
    record(desk.engine, company(), rules)
    assert tell_overdue(desk.engine, at(LATER, 3), stop) == 1
    record(desk.engine, settled, rules, LATER, now=at(LATER, 9))
    record(desk.engine, company(), rules, LATER, now=at(LATER, 12))
    assert tell_overdue(desk.engine, at(LATER, 15), stop) == 0
    assert tell_overdue(desk.engine, at(LATER + 40 * DAY), stop) == 1
    assert tell_overdue(desk.engine, at(LATER + 41 * DAY), stop) == 0


def test_a_connection_that_cannot_be_read_keeps_no_other_from_being_told_of(
    desk: Desk, rules: Loaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_connection(desk.engine, "aaa")
    for id in ("aaa", "acme"):
        run_document(
            desk.engine, id, company(), ruleset_loader=lambda *_: rules, now=at(START), actor="cli:ana", as_of=START
        )
    open_notices = overdue.open_notices

    def unreadable(connection: Connection, id: str, today: datetime.date) -> Any:
        if id == "aaa":
            raise not_found("connection", id)
        return open_notices(connection, id, today)

    monkeypatch.setattr(overdue, "open_notices", unreadable)
    unread: list[str] = []
    assert tell_overdue(desk.engine, at(LATER), lambda _, id: unread.append(id)) == 1
    assert unread == ["aaa"]

    def away(*_: Any) -> Any:
        raise StoreUnavailable([Fault("", "The store is away.", "")])

    monkeypatch.setattr(overdue, "open_notices", away)
    with pytest.raises(StoreUnavailable):
        tell_overdue(desk.engine, at(LATER), stop)


def stop(error: Exception, _connection_id: str) -> None:
    """What is not to happen."""
    raise error


def add_scheduled(desk: Desk, id: str, **more: Any) -> None:
    """A connection to a tool that is to be read each morning."""
    add_connection(desk.engine, id, connector="tableau", schedule="0 6 * * *", **more)
    with writing(desk.engine) as connection:
        sync_states.start_schedules(connection, desk.now)


def test_a_source_that_fails_is_told_once_for_each_reason_and_streak(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = Tableau()
    monkeypatch.setattr(registry, "all_sources", lambda: {"tableau": tool})
    add_scheduled(desk, "tool", settings={"token": "env:TOKEN"})
    means = Means(desk.engine, "here", Reach(), lambda: desk.now, ruleset_loader=lambda *_: small(tmp_path))

    def synced(fault: Exception | None) -> None:
        tool.fault = fault
        desk.later(hours=1)
        with writing(desk.engine) as connection:
            id = sync.ask(connection, desk.now, "ana", "tool").id
        if sync.pull(means, id):
            sync.record(means, id)

    def failures(*faults: Exception | None) -> int:
        return [type for type, _ in news(desk, lambda: [synced(fault) for fault in faults])].count(FAILED)

    assert failures(refused(), refused(), refused()) == 1
    assert failures(refused("The tool answered 502.")) == 1
    assert failures(None, refused("The tool answered 502.")) == 1
    desk.later(days=9)
    for _ in range(2):
        with writing(desk.engine) as connection:
            sync_states.note_silence(connection, desk.now)
    assert told(desk).count((SILENT, None)) == 1


def test_what_is_old_goes_with_the_runs_and_is_not_told_again(desk: Desk, rules: Loaded) -> None:
    record(desk.engine, company(), rules)
    assert tell_overdue(desk.engine, at(LATER), stop) == 1
    record(desk.engine, faulty("S1"), rules, LATER + 40 * DAY)
    retain(desk.engine, at(LATER + 50 * DAY), "ana", Limits(days=20))
    left = told(desk)
    assert (left[0], (DIGEST, None) in left, (OPENED, "unowned") in left) == ((OVERDUE, "open-conflict"), False, True)
    assert tell_overdue(desk.engine, at(LATER + 50 * DAY), stop) == 0


# To whom


def test_people_get_one_message_a_run_each_owner_their_own(desk: Desk, rules: Loaded) -> None:
    people = [{"id": id, "name": id.title(), "email": f"{id}@example.com"} for id in ("bruno", "felix")]
    channel = desk.endpoint("env:HOOK", kind="slack").row.id
    owners = desk.endpoint("owners", kind="email").row.id
    record(desk.engine, {**company(), "people": people}, rules)
    worse = {**company(), "people": [*people, {"id": "astrid", "name": "Astrid"}]}
    worse["conflicts"] += [{"id": "F2", "objectives": ["S1", "L1"], "summary": "One lorry"}]
    entry(worse, "D1")["parents"].append({"id": "X9"})
    entry(worse, "C1")["parents"].append({"id": "X9"})
    record(desk.engine, worse, rules)
    assert [len(row.events) for row in desk.log(channel)] == [1, 3]
    assert [(row.person["email"], len(row.events)) for row in desk.log(owners)] == [
        ("bruno@example.com", 1),
        ("felix@example.com", 1),
        ("bruno@example.com", 2),
        ("felix@example.com", 1),
    ]


def test_owners_get_what_is_theirs_of_a_digest_and_what_came_alone_in_one_letter(desk: Desk, tmp_path: Path) -> None:
    people = [{"id": id, "name": id.title(), "email": f"{id}@example.com"} for id in ("bruno", "felix")]
    owners = desk.endpoint("owners", kind="email").row.id
    record(desk.engine, {**company(), "people": people}, small(tmp_path, "1"))
    worse = {**company(), "people": people}
    entry(worse, "S1")["parents"].append({"id": "X9"})
    record(desk.engine, worse, small(tmp_path, "2", most_days=0))
    assert told(desk)[1:] == [(OPENED, "broken-link"), (OPENED, "stale-key-result"), (DIGEST, None)]
    bruno, felix = desk.log(owners)[2:]
    assert [len(bruno.events), len(felix.events)] == [3, 1]
    one = {"count": 1, "severities": {"warning": 1}, "causes": {"rule_changed": 1}}
    assert {owner["id"]: {**owner, "name": None} for owner in last_told(desk)["owners"]} == {
        id: {"id": id, "name": None, **one} for id in ("astrid", "bruno", "felix")
    }
    found = stored(desk.engine)
    theirs = ("broken-link S1", "stale-key-result S1.1", "stale-key-result D1.1")
    assert findings_of(desk, bruno.id) == {found[name].id for name in theirs}
    assert findings_of(desk, felix.id) == {found["stale-key-result L1.1"].id}
    [told_felix] = letters(desk, owners)[3:]
    assert told_felix.title == "Acme: 1 finding at once (1 warning) in what you own"
    assert [line.text for group in told_felix.groups for line in group.lines] == ["“Share of L1” is 2 days old."]
    assert told_felix.left_out == 0


def findings_of(desk: Desk, delivery: str) -> set[str]:
    """Ids of the findings that a message tells of, by which it waits for earlier ones."""
    with reading(desk.engine) as connection:
        mine = delivery_findings.c.delivery_id == delivery
        return set(connection.scalars(select(delivery_findings.c.finding_id).where(mine)))


def letters(desk: Desk, endpoint: str) -> list[Letter]:
    """What people get from an endpoint, as it would be sent."""
    with reading(desk.engine) as connection:
        ready = made_ready(connection, an_endpoint(connection, endpoint), desk.log(endpoint))
    return [letter(one, None) for one in ready]


def test_a_letter_goes_to_each_address_alone_and_tells_each_all(desk: Desk, rules: Loaded) -> None:
    board = desk.endpoint("ana@example.com, zoe@example.com,ana@example.com", *CHOSEN, kind="email").row.id
    record(desk.engine, company(), rules)
    log = desk.log(board)
    assert [row.person for row in log] == [
        {"id": None, "name": None, "email": email} for email in ("ana@example.com", "zoe@example.com")
    ]
    assert [len(findings_of(desk, row.id)) for row in log] == [1, 1]
    assert len({letter.summary for letter in letters(desk, board)}) == 1
    with reading(desk.engine) as connection:
        assert len(set(connection.scalars(select(delivery_findings.c.queue)))) == 2
    desk.ping(board)
    assert [row.person["email"] for row in desk.log(board)[2:]] == ["ana@example.com", "zoe@example.com"]


def test_news_of_a_finding_wait_for_the_digest_that_told_of_it(desk: Desk, rules: Loaded) -> None:
    settled = company()
    entry(settled, "F1")["status"] = "agreed"
    with Receiver(lambda message: Answer(500 if message.type == DIGEST else 204)) as receiver:
        desk.endpoint(receiver.url, *CHOSEN)
        record(desk.engine, company(), rules)
        record(desk.engine, settled, rules)
        record(desk.engine, {**settled, "objectives": faulty("S1")["objectives"]}, rules)
        desk.later(days=1)
        desk.drain()
        assert {message.type for message in receiver.received} == {DIGEST, OPENED}
        receiver.answer = lambda _: Answer()
        desk.later(days=1)
        desk.drain()
    assert [message.type for message in receiver.received][-2:] == [DIGEST, RESOLVED]


def test_a_digest_of_many_findings_is_in_order_with_the_news_of_each(desk: Desk, rules: Loaded) -> None:
    desk.endpoint("https://hooks.example/", *CHOSEN)
    document = company()
    many = [{**entry(document, "S1"), "id": f"N{n}", "owners": [], "key_results": []} for n in range(1_200)]
    document["objectives"] += many
    record(desk.engine, document, rules)
    [digest] = desk.log()
    assert findings_of(desk, digest.id) == {row.id for row in stored(desk.engine).values()}


def test_who_asks_for_single_findings_hears_of_those_that_came_together(desk: Desk, rules: Loaded) -> None:
    add_connection(desk.engine, "before")  # whose findings make the rules known that an endpoint may name
    run_document(
        desk.engine,
        "before",
        faulty("S1"),
        ruleset_loader=lambda *_: rules,
        now=at(START),
        actor="cli:ana",
        as_of=START,
    )
    opened, resolved, digests = (
        desk.endpoint("https://hooks.example/", type).row.id for type in (OPENED, RESOLVED, DIGEST)
    )
    conflicts = desk.endpoint("https://hooks.example/", CONFLICT, rules=("open-conflict",)).row.id
    others = desk.endpoint("https://hooks.example/", CONFLICT, rules=("unowned",)).row.id
    record(desk.engine, company(), rules)
    heard = {id: len(desk.log(id)) for id in (opened, resolved, digests, conflicts, others)}
    assert heard == {opened: 1, resolved: 0, digests: 1, conflicts: 1, others: 0}


def test_owners_hear_by_mail_of_what_is_late_decided_and_gone(desk: Desk, rules: Loaded) -> None:
    people = [{"id": id, "name": id.title(), "email": f"{id}@example.com"} for id in ("bruno", "felix")]
    owners = desk.endpoint("owners", *CHOSEN, kind="email").row.id
    document = {**company(), "people": people}
    record(desk.engine, document, rules)
    tell_overdue(desk.engine, at(LATER), stop)
    decide(desk)
    entry(document, "F1")["status"] = "agreed"
    record(desk.engine, document, rules)
    assert [type for type, _ in told(desk)] == [DIGEST, OVERDUE, DECIDED, RESOLVED]
    addressed = sorted(row.person["email"] for row in desk.log(owners))
    assert addressed == ["bruno@example.com"] * 4 + ["felix@example.com"] * 4


def test_an_endpoint_hears_of_its_connection_and_teams_only(desk: Desk, rules: Loaded) -> None:
    add_connection(desk.engine, "other")
    elsewhere = desk.endpoint("https://hooks.example/", connections=("other",)).row.id
    supply = desk.endpoint("https://hooks.example/", teams=("supply",)).row.id
    record(desk.engine, company(), rules)
    record(desk.engine, faulty("S1", "L1"), rules)
    assert desk.log(elsewhere) == []
    assert [len(findings_of(desk, row.id)) for row in desk.log(supply)] == [1, 1]


def test_with_a_connection_go_its_events_and_messages(desk: Desk, rules: Loaded) -> None:
    id = desk.endpoint("https://hooks.example/", *CHOSEN).row.id
    record(desk.engine, company(), rules)
    record(desk.engine, faulty("S1"), rules)
    desk.ping(id)
    with writing(desk.engine) as connection:
        connections.remove(connection, desk.now, "ana", "acme", version=1)
        assert list(connection.scalars(select(events.c.type))) == [PING]
        assert connection.execute(select(delivery_findings)).all() == []
        assert len(connection.execute(select(deliveries)).all()) == 1


# What is sent is as it is described


@ONCE
def test_every_message_is_as_described_and_holds_nothing_else(desk: Desk, rules: Loaded) -> None:
    people = [{"id": "bruno", "name": "Bruno", "email": "bruno@example.com"}]
    quiet, bad = company(), {**faulty("S1"), "people": people}
    entry(quiet, "F1")["status"] = "agreed"
    for document in (quiet, bad):
        entry(document, "C1")["owners"] = []
    with Receiver() as receiver:
        id = desk.endpoint(receiver.url, *CHOSEN).row.id
        record(desk.engine, quiet, rules)
        record(desk.engine, bad, rules)
        assert tell_overdue(desk.engine, at(LATER), stop) == 1
        decide(desk)
        record(desk.engine, quiet, rules)
        record(desk.engine, bad, rules)
        add_scheduled(desk, "tool")
        with writing(desk.engine) as connection:
            sync_states.note_silence(connection, desk.now + 9 * DAY)
            note_failed_sync(connection, desk.now, "ana", "acme", "The tool answered 502.")
        desk.ping(id)
        desk.later(days=60)
        desk.drain()
    types = {message.type for message in receiver.received}
    assert types == set(TYPES)
    for message in receiver.received:
        faults = [error.message for error in _strict(message.type).iter_errors(message.json())]
        assert faults == [], message.json()


def _strict(type: str) -> Draft202012Validator:
    """The schema of a message, without room for what is not described."""
    schema = json_schema(message_schema(type), type)
    for part in schema["$defs"].values():
        part["additionalProperties"] = False
    return Draft202012Validator(schema)
