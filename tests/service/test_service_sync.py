"""Syncs: read, judged, recorded once; unchanged, partial and failed ones; taken up again; silent sources."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, func, select

from connectors import registry
from connectors.contract import Fault, Missing, Reach, SourceError
from tests.history.histories import START, entry
from tests.service.service_runs import add_connection, at, small, states
from tests.service.sync_sources import Tableau, refused
from validator.alerts.events import FAILED
from validator.jobs import clock
from validator.service import audit, connections, sync, sync_rows, sync_states
from validator.service.exporting import export_connection
from validator.service.lookups import NotAllowed, a_connection
from validator.service.privacy import erase_person
from validator.service.retention import Limits
from validator.service.retention import apply as retain
from validator.service.sync import Means
from validator.store.engine import reading, writing
from validator.store.faults import StoreUnavailable, unavailable
from validator.store.snapshots import is_stored
from validator.store.tables import events, finding_events, runs, snapshots
from validator.store.tables import sync_states as state_table

NEXT = START + datetime.timedelta(days=7)


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> Tableau:
    """The tool behind the connection `acme`."""
    tool = Tableau()
    monkeypatch.setattr(registry, "all_sources", lambda: {"tableau": tool})
    return tool


@pytest.fixture
def acme(database: Engine, source: Tableau) -> Engine:
    """A database with the connection `acme`, whose source is the tool."""
    add_connection(database, connector="tableau", settings={"token": "env:TOKEN"}, updated_at=at(START, 0))
    return database


@pytest.fixture
def means(acme: Engine, tmp_path: Path) -> Means:
    """What a process has that syncs on the first day."""
    return means_of(acme, tmp_path)


def means_of(engine: Engine, folder: Path, day: datetime.date = START, hour: int = 6, **more: Any) -> Means:
    rules = small(folder)
    return Means(engine, "here", Reach(), lambda: at(day, hour), **{"ruleset_loader": lambda *_: rules} | more)


def asked(means: Means, actor: str = "ana") -> str:
    with writing(means.engine) as connection:
        return str(sync.ask(connection, means.clock(), actor, "acme").id)


def done(means: Means, id: str | None = None) -> Any:
    """The row of a sync that was run to its end."""
    id = id or asked(means)
    if sync.pull(means, id):
        sync.record(means, id)
    return row(means, id)


def row(means: Means, id: str) -> Any:
    with reading(means.engine) as connection:
        return sync_rows.a_sync(connection, id)


def count(engine: Engine, table: Any) -> int:
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def state(engine: Engine) -> Any:
    with reading(engine) as connection:
        return sync_states.state_of(connection, "acme")


def unowned(source: Tableau, id: str = "S1") -> None:
    entry(source.document, id)["owners"] = []


def test_a_sync_reads_judges_and_records_with_who_asked_and_what_was_noted(means: Means, source: Tableau) -> None:
    unowned(source)
    ended = done(means)
    assert (ended.state, ended.asked_by, ended.problem, ended.finished_at) == ("done", "ana", None, at(START))
    assert (ended.document_digest, ended.executor, ended.stage) == (None, None, None)
    with reading(means.engine) as connection:
        run = connection.execute(select(runs)).one()
    assert (run.id, run.sync_id, run.asked_by, run.number) == (ended.run_id, ended.id, "ana", 1)
    assert run.complete
    assert states(means.engine)["unowned S1"] == "new"
    with reading(means.engine) as connection:
        (told,) = audit.read(connection, audit.Filters(action="sync"))
    assert (told.actor, told.target_id, told.after) == ("ana", "acme", {"sync": ended.id})
    assert (state(means.engine)["heard_at"], state(means.engine)["heard_run"]) == (at(START), run.id)


def test_a_connection_has_one_sync_at_a_time(means: Means) -> None:
    first = asked(means)
    assert asked(means, "ben") == first
    assert done(means, first).asked_by == "ana"
    assert asked(means, "ben") != first


def test_a_connection_that_sets_are_sent_to_has_nothing_to_sync(acme: Engine) -> None:
    add_connection(acme, "sent")
    with writing(acme) as connection, pytest.raises(NotAllowed, match="no source to ask"):
        sync.ask(connection, at(START), "ana", "sent")


def test_a_step_that_is_done_again_records_nothing_again(means: Means, source: Tableau) -> None:
    id = asked(means)
    assert sync.pull(means, id)
    assert sync.pull(means, id)  # as after a kill between the steps
    assert len(source.asked) == 1
    assert sync.record(means, id) is not None
    ended = row(means, id)
    assert sync.record(means, id) is None
    assert sync.pull(means, id) is False
    assert row(means, id) == ended
    assert count(means.engine, runs) == 1


def test_of_two_processes_that_judge_the_same_sync_one_records(means: Means, source: Tableau) -> None:
    id = asked(means)
    sync.pull(means, id)
    between: list[Any] = []

    def first_the_other(*args: Any) -> Any:
        if not between:
            between.append(None)
            between[0] = sync.record(means._replace(executor="other"), id)
        return means.ruleset_loader(*args)

    assert sync.record(means._replace(ruleset_loader=first_the_other), id) is None
    assert between[0] is not None
    assert (count(means.engine, runs), row(means, id).run_id) == (1, between[0].run["id"])


def test_a_part_that_could_not_be_read_resolves_nothing_and_is_named(means: Means, source: Tableau) -> None:
    unowned(source)
    done(means)
    entry(source.document, "S1")["owners"] = [{"person": "bruno"}]
    source.document["objectives"] = [one for one in source.document["objectives"] if one["id"] != "S1"]
    source.missing = (Missing("goals after page 3", "503 Service Unavailable"),)
    ended = done(means)
    assert ended.state == "done"
    assert sync_rows.sync_shown(ended)["missing"] == [
        {"scope": "goals after page 3", "reason": "503 Service Unavailable"}
    ]
    assert states(means.engine)["unowned S1"] == "stale"
    with reading(means.engine) as connection:
        assert connection.scalars(select(runs.c.complete).order_by(runs.c.number)).all() == [True, False]


def test_a_source_that_fails_leaves_the_last_good_state_stale_and_says_why(means: Means, source: Tableau) -> None:
    unowned(source)
    good = done(means)
    source.fault = refused()
    ended = done(means)
    assert ended.state == "failed"
    assert ended.problem == [
        {"pointer": "", "message": "The tool answered 401: the token is not valid.", "hint": "make a new token"}
    ]
    assert states(means.engine)["unowned S1"] == "stale"
    assert (state(means.engine)["heard_run"], count(means.engine, runs)) == (good.run_id, 1)
    with reading(means.engine) as connection:
        told = audit.read(connection, audit.Filters(target_kind="sync"))
    assert [(entry.action, entry.target_id, entry.actor) for entry in told] == [("fail", ended.id, "ana")]
    source.fault = None
    done(means)
    assert states(means.engine)["unowned S1"] == "unchanged"


def test_a_document_that_cannot_be_judged_ends_the_sync_with_every_fault(means: Means, source: Tableau) -> None:
    entry(source.document, "S1")["level"] = 7
    entry(source.document, "L1")["title"] = None
    ended = done(means)
    assert (ended.state, count(means.engine, runs)) == ("failed", 0)
    assert {fault["pointer"] for fault in ended.problem} == {"/objectives/2/level", "/objectives/3/title"}


def test_a_reference_that_is_no_longer_allowed_ends_the_sync_before_the_source_is_asked(
    source: Tableau, means: Means
) -> None:
    means = means._replace(reach=Reach(secrets=("env:OKR_*",)))
    found = done(means)
    assert found.state == "failed"
    assert found.problem[0]["pointer"] == "/settings/token"
    assert "OKR_VALIDATOR_SECRETS" in found.problem[0]["message"]
    assert source.asked == []


def test_settings_that_can_no_longer_be_used_end_the_sync_with_their_place(acme: Engine, means: Means) -> None:
    with writing(acme) as connection:
        connection.execute(connections.connections.update().values(settings={"wrkspace": "x"}))
    assert {fault["pointer"] for fault in done(means).problem} == {"/wrkspace", "/token"}


def test_our_own_failure_ends_the_sync_without_its_words(means: Means, source: Tableau) -> None:
    source.fault = RuntimeError("with the token t0p")
    id = asked(means)
    with pytest.raises(RuntimeError):
        sync.pull(means, id)
    ended = row(means, id)
    assert ended.state == "failed"
    assert ended.problem[0]["message"] == "The service itself failed: RuntimeError."


def test_a_sync_whose_connection_goes_meanwhile_ends_quietly(means: Means, source: Tableau) -> None:
    def remove() -> None:
        with writing(means.engine) as connection:
            connections.remove(connection, at(START), "ben", "acme", version=1)
        source.while_reading = lambda: None

    source.while_reading = remove
    assert sync.pull(means, asked(means)) is False
    assert count(means.engine, runs) == 0


class TestStoreIsBusy:
    """What was read is in hand, and the store takes no writer."""

    @pytest.fixture
    def waited(self) -> list[float]:
        return []

    @pytest.fixture
    def patient(self, means: Means, waited: list[float]) -> Means:
        return means._replace(reach=Reach(wait=waited.append))

    def busy(self, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
        left = [unavailable("The database is busy.")] * times
        put = sync.put

        def refusing(*args: Any) -> str:
            if left:
                raise left.pop()
            return put(*args)

        monkeypatch.setattr(sync, "put", refusing)

    def test_it_is_stored_later_without_reading_again(
        self, patient: Means, source: Tableau, waited: list[float], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.busy(monkeypatch, 3)
        assert done(patient).state == "done"
        assert (len(source.asked), waited) == (1, [1, 2, 4])

    def test_after_some_minutes_the_step_is_left_to_be_done_again(
        self, patient: Means, source: Tableau, waited: list[float], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.busy(monkeypatch, 100)
        id = asked(patient)
        with pytest.raises(StoreUnavailable):
            sync.pull(patient, id)
        assert len(source.asked) == 1
        assert 60 < sum(waited) < 300
        assert row(patient, id).finished_at is None


def change_source(means: Means) -> None:
    """Another token, while or after the source is read."""
    with writing(means.engine) as connection:
        version = a_connection(connection, "acme").version
        changes = {"settings": {"token": "env:OTHER"}, "ruleset": "base"}
        connections.change(connection, at(START, 7), "ben", "acme", changes, version=version)


class TestSourceChanged:
    """The source of a connection is another by now than the one that was read."""

    def check(self, means: Means, id: str, before: int) -> None:
        """No run of the old source, nothing heard of it, and a sync of the new one."""
        ended = row(means, id)
        assert (ended.state, ended.run_id, count(means.engine, runs)) == ("failed", None, before)
        assert ended.problem[0]["message"] == "The source was changed while it was read; it is read again."
        with reading(means.engine) as connection:
            again = sync_rows.open_sync(connection, "acme")
            told = [entry.action for entry in audit.read(connection, audit.Filters(target_kind="sync"))]
            assert connection.scalars(select(events.c.type)).all().count(FAILED) == 0
        assert (again.state, again.asked_by, again.handed_at) == ("queued", "ana", None)
        assert told == ["fail"]
        assert done(means, again.id).run_id is not None

    def test_while_it_is_read(self, means: Means, source: Tableau) -> None:
        def change() -> None:
            source.while_reading = lambda: None
            change_source(means)

        source.while_reading = change
        id = asked(means)
        assert sync.pull(means, id)
        assert sync.record(means, id) is None
        assert state(means.engine).get("heard_at") is None
        self.check(means, id, 0)

    def test_while_it_is_judged(self, means: Means) -> None:
        changes = [change_source]

        def loader(*args: Any) -> Any:
            changes.pop()(means)
            return means.ruleset_loader(*args)

        id = asked(means)
        sync.pull(means, id)
        assert sync.record(means._replace(ruleset_loader=loader), id) is None
        self.check(means, id, 0)

    def test_where_the_old_one_says_that_nothing_is_new(self, means: Means, source: Tableau) -> None:
        source.etag = "v1"
        done(means)
        heard = state(means.engine)["heard_at"]
        fetch = source.fetch

        def changed_meanwhile(*args: Any) -> Any:
            source.fetch = fetch  # type: ignore[method-assign]
            change_source(means)
            yield from fetch(*args)

        source.fetch = changed_meanwhile  # type: ignore[method-assign]
        id = asked(means)
        assert sync.pull(means, id) is False
        assert state(means.engine)["heard_at"] == heard
        self.check(means, id, 1)

    def test_to_one_that_sets_are_sent_to_nothing_is_asked_for(self, means: Means) -> None:
        id = asked(means)
        sync.pull(means, id)
        with writing(means.engine) as connection:
            changes = {"connector": "document", "settings": {}, "ruleset": "base"}
            connections.change(connection, at(START, 7), "ben", "acme", changes, version=1)
        assert sync.record(means, id) is None
        assert row(means, id).problem[0]["message"] == "The source was changed while it was read."
        with reading(means.engine) as connection:
            assert sync_rows.open_sync(connection, "acme") is None


def test_what_somebody_runs_by_hand_is_not_handed_to_the_engine_as_well(
    means: Means, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_connection(means.engine, "zeta", connector="tableau", settings={"token": "env:TOKEN"})
    mine = asked(means)
    with writing(means.engine) as connection:
        other = sync.ask(connection, means.clock(), "ana", "zeta").id
    enqueued: list[str] = []
    hand_over = sync_rows.hand_over

    def taken_just_before(connection: Any, *args: Any) -> Any:
        sync_rows.begin(connection, means.clock(), mine, "by hand")
        return hand_over(connection, *args)

    monkeypatch.setattr(sync_rows, "hand_over", taken_just_before)
    monkeypatch.setattr(clock.jobs, "hand_over", enqueued.append)
    clock.tick(means.engine, means.clock())
    assert enqueued == [other]
    assert (row(means, mine).handed_at, row(means, other).handed_at) == (None, means.clock())


@pytest.mark.parametrize(
    ("first", "second", "times"),
    [
        (Fault("", "No answer in 31.2 s (request 7f3a).", "wait"), Fault("", "No answer in 8 s (request b09).", "wait"), 1),
        (Fault("/objectives/2/level", "No level."), Fault("/objectives/14/level", "No level."), 1),
        (Fault("", "The tool: 401.", "make a new token"), Fault("", "The tool: 502.", "try again later"), 2),
        (Fault("/settings/token", "It is not there."), Fault("/settings/key", "It is not there."), 2),
    ],
)  # fmt: skip
def test_a_streak_of_failures_that_differ_in_numbers_alone_is_told_once(
    means: Means, source: Tableau, first: Fault, second: Fault, times: int
) -> None:
    for fault in (first, second):
        source.fault = SourceError(fault)
        done(means)
    with reading(means.engine) as connection:
        assert connection.scalars(select(events.c.type)).all().count(FAILED) == times


def test_a_sync_lists_some_of_what_is_missing_and_counts_the_rest(means: Means, source: Tableau) -> None:
    source.missing = tuple(Missing(f"goal {number}", "403") for number in range(250))
    shown = sync_rows.sync_shown(done(means))
    assert (len(shown["missing"]), shown["missing_count"]) == (100, 250)
    assert shown["missing"][99] == {"scope": "goal 99", "reason": "403"}


def test_what_was_read_is_kept_until_it_is_judged(means: Means) -> None:
    id = asked(means)
    sync.pull(means, id)
    digest = row(means, id).document_digest
    retain(means.engine, at(NEXT), "nightly", Limits(days=1, most_bytes=0))
    with reading(means.engine) as connection:
        assert is_stored(connection, digest)
    assert sync.record(means, id) is not None


class TestUnchanged:
    """The source says that nothing is new."""

    @pytest.fixture(autouse=True)
    def tagged(self, source: Tableau) -> None:
        source.etag = "v1"

    def test_the_same_day_it_is_noted_without_a_run(
        self, acme: Engine, means: Means, source: Tableau, tmp_path: Path
    ) -> None:
        done(means)
        later = means_of(acme, tmp_path, hour=9)
        ended = done(later)
        assert source.asked == [{}, {"etag": "v1"}]
        assert (ended.state, ended.run_id, count(acme, runs)) == ("unchanged", None, 1)
        assert state(acme)["heard_at"] == at(START, 9)

    @pytest.mark.parametrize("what", ["day", "rules", "overlay", "another set"])
    def test_it_is_judged_again_where_the_verdict_may_be_another(
        self, acme: Engine, means: Means, source: Tableau, tmp_path: Path, what: str
    ) -> None:
        done(means)
        later = means_of(acme, tmp_path, hour=9)
        if what == "day":
            later = means_of(acme, tmp_path, NEXT)
        elif what == "rules":
            loaded = small(tmp_path, "2", most_days=1)
            later = later._replace(ruleset_loader=lambda *_: loaded)
        elif what == "overlay":
            with writing(acme) as connection:
                packed = connections.pack_overlay({"governance": {"tie_breaker": "Revenue"}})
                connections.set_overlay(connection, at(START, 8), "ana", "acme", packed, version=1)
        else:
            sync.run_document(
                acme, "acme", source.document, now=at(START, 8), actor="ana", ruleset_loader=means.ruleset_loader
            )
        before = count(acme, runs)
        ended = done(later)
        assert (ended.state, count(acme, runs)) == ("unchanged", before + 1)
        assert state(acme)["heard_run"] == ended.run_id
        assert done(later).run_id is None  # and what is remembered still holds

    def test_after_a_partial_reading_nothing_new_is_remembered(self, means: Means, source: Tableau) -> None:
        done(means)
        source.etag, source.missing = "v2", (Missing("goals after page 1", "503"),)
        done(means)
        done(means)
        assert source.asked == [{}, {"etag": "v1"}, {"etag": "v1"}]

    @pytest.mark.parametrize("lost", ["settings", "set"])
    def test_what_was_remembered_is_forgotten_with_what_it_belongs_to(
        self, means: Means, source: Tableau, lost: str
    ) -> None:
        done(means)
        with writing(means.engine) as connection:
            if lost == "set":
                connection.execute(snapshots.delete())
            else:
                changes = {"settings": {"token": "env:OTHER"}, "ruleset": "base"}
                connections.change(connection, at(START, 7), "ana", "acme", changes, version=1)
        assert done(means).state == "done"
        assert source.asked == [{}, {}]

    def test_a_mark_of_settings_that_were_changed_while_it_was_read_is_not_remembered(
        self, means: Means, source: Tableau
    ) -> None:
        def change() -> None:
            change_source(means)
            source.while_reading = lambda: None

        source.while_reading = change
        done(means)
        done(means)
        assert source.asked == [{}, {}]

    def test_a_source_that_says_so_unasked_is_at_fault(self, means: Means, source: Tableau) -> None:
        source.fault = sync.Unchanged()
        assert done(means).state == "failed"


class TestSchedule:
    """When a connection is due, and when it is silent."""

    @pytest.fixture
    def change(self, acme: Engine) -> Callable[..., None]:
        def change(hour: int = 0, day: datetime.date = START, **changes: Any) -> None:
            with writing(acme) as connection:
                version = a_connection(connection, "acme").version
                asked = {"ruleset": "base", **changes}
                connections.change(connection, at(day, hour), "ana", "acme", asked, version=version)

        return change

    def ticked(self, engine: Engine, day: datetime.date = START, hour: int = 0) -> Any:
        return sync.ask_where_due(engine, at(day, hour), "acme")

    def test_it_is_due_at_its_moments_and_missed_ones_lead_to_one_sync(
        self, acme: Engine, means: Means, change: Callable[..., None]
    ) -> None:
        change(schedule="0 8 * * *", zone="Europe/Berlin")
        assert self.ticked(acme, hour=5) is None
        first = self.ticked(acme, hour=6)
        assert (first.tick_at, first.asked_by, first.state) == (at(START), "schedule", "queued")
        assert self.ticked(acme, hour=6) is None
        done(means, first.id)
        late = self.ticked(acme, NEXT, 20)
        assert late.tick_at == at(START + datetime.timedelta(days=1))
        done(means, late.id)
        assert self.ticked(acme, NEXT, 20) is None
        assert state(acme)["due_at"] == at(NEXT + datetime.timedelta(days=1))

    def test_a_moment_that_comes_while_a_sync_runs_is_that_sync_s(
        self, acme: Engine, means: Means, change: Callable[..., None]
    ) -> None:
        change(schedule="0 * * * *")
        running = asked(means)
        assert self.ticked(acme, hour=1) is None
        done(means, running)
        assert self.ticked(acme, hour=1) is None
        assert self.ticked(acme, hour=2) is not None

    def test_one_that_rests_is_not_due_and_goes_on_from_where_it_is_taken_up(
        self, acme: Engine, change: Callable[..., None]
    ) -> None:
        change(schedule="0 8 * * *")
        change(hour=1, paused=True)
        assert self.ticked(acme, NEXT, 9) is None
        change(9, NEXT, paused=False)
        assert self.ticked(acme, NEXT, 10) is None
        assert state(acme)["due_at"] == at(NEXT + datetime.timedelta(days=1), 8)
        change(10, NEXT, schedule=None)
        assert state(acme)["due_at"] is None

    def test_a_change_of_the_schedule_counts_from_then_on_and_another_change_leaves_it(
        self, acme: Engine, change: Callable[..., None]
    ) -> None:
        change(schedule="0 8 * * *")
        change(hour=10, name="Acme Ltd")
        assert state(acme)["due_at"] == at(START, 8)
        change(hour=10, schedule="0 12 * * *")
        assert state(acme)["due_at"] == at(START, 12)

    def test_a_schedule_of_the_first_release_begins_with_the_worker(self, acme: Engine) -> None:
        add_connection(acme, "old", connector="tableau", schedule="0 8 * * *")
        add_connection(acme, "odd", connector="tableau", schedule="every noon")
        for hour in (6, 9):
            with writing(acme) as connection:
                sync_states.start_schedules(connection, at(START, hour))
        with reading(acme) as connection:
            found = connection.execute(select(state_table.c.connection_id, state_table.c.due_at)).all()
        assert found == [("old", at(START, 8))]

    def test_a_source_is_silent_after_its_schedule_and_grace_and_that_is_told_once(
        self, acme: Engine, means: Means, source: Tableau, change: Callable[..., None], tmp_path: Path
    ) -> None:
        change(schedule="0 8 * * *", grace_minutes=120)
        source.fault = refused()
        done(means_of(acme, tmp_path, hour=8))

        def silent(hour: int, day: datetime.date = START) -> list[str]:
            with writing(acme) as connection:
                return sync_states.note_silence(connection, at(day, hour))

        assert (silent(9), silent(10), silent(11)) == ([], ["acme"], [])
        with reading(acme) as connection:
            (found,) = sync_states.silent(connection, at(START, 11))
            assert sync_states.silent(connection, at(START, 11), within={"other"}) == []
            (told,) = audit.read(connection, audit.Filters(action="silent"))
        assert (found.connection_id, found.silent_at, found.heard_at) == ("acme", at(START, 10), None)
        assert told.after == {"silent_since": at(START, 10).isoformat(), "heard_at": None}
        source.fault = None
        done(means_of(acme, tmp_path, hour=12))
        day_after = START + datetime.timedelta(days=1)
        assert (silent(13), silent(9, day_after), silent(10, day_after)) == ([], [], ["acme"])
        with reading(acme) as connection:
            (heard,) = audit.read(connection, audit.Filters(action="heard"))
        assert heard.target_id == "acme"

    def test_a_silence_goes_on_with_an_edited_schedule_until_the_source_is_heard(
        self, acme: Engine, means: Means, change: Callable[..., None], tmp_path: Path
    ) -> None:
        def silent(hour: int) -> list[str]:
            with writing(acme) as connection:
                return sync_states.note_silence(connection, at(START, hour))

        change(schedule="0 8 * * *", grace_minutes=60)
        assert silent(10) == ["acme"]
        change(hour=11, schedule="0 14 * * *")
        change(hour=12, grace_minutes=30)
        assert (state(acme)["due_at"], state(acme)["silent_at"]) == (at(START, 14), at(START, 9))
        assert silent(16) == []
        done(means_of(acme, tmp_path, hour=17))
        assert state(acme)["silent_at"] == at(START + datetime.timedelta(days=1), 14) + datetime.timedelta(minutes=30)
        with reading(acme) as connection:
            (heard,) = audit.read(connection, audit.Filters(action="heard"))
        assert heard.before == {"silent_since": at(START, 9).isoformat()}
        change(hour=18, day=NEXT, paused=True)
        assert state(acme)["silent_at"] is None

    def test_who_is_not_asked_by_schedule_is_never_silent(
        self, acme: Engine, means: Means, change: Callable[..., None]
    ) -> None:
        done(means)
        change(schedule="0 8 * * *", paused=True)
        with reading(acme) as connection:
            assert sync_states.silent(connection, at(NEXT)) == []


def test_a_rehearsal_says_what_would_come_and_stores_nothing(means: Means, source: Tableau) -> None:
    unowned(source)
    done(means)
    entry(source.document, "S1")["owners"] = [{"person": "bruno"}]
    unowned(source, "L1")
    before = [count(means.engine, table) for table in (runs, snapshots, finding_events, sync_rows.syncs)]
    found = sync.rehearse(means, "acme")
    assert [entry["state"] for entry in found.report["missed"]] == ["resolved"]
    assert {f["life"]["state"] for f in found.report["findings"] if f["rule"] == "unowned"} == {"new"}
    assert before == [count(means.engine, table) for table in (runs, snapshots, finding_events, sync_rows.syncs)]
    source.fault = refused()
    with pytest.raises(sync.SourceError, match="401"):
        sync.rehearse(means, "acme")


def test_how_far_a_sync_has_come_is_to_be_seen_while_it_reads(
    means: Means, source: Tableau, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = asked(means)
    seen: list[Any] = []
    told: list[Any] = []

    def look() -> None:
        for _ in range(200):
            found = row(means, id)
            if found.done is not None and (not seen or found.done > seen[-1][1]):
                seen.append((found.stage, found.done, found.total))
                return

    monkeypatch.setattr(sync, "noted", lambda *args: progress_noted(*args, every=0.01))
    source.while_reading = look
    sync.pull(means._replace(reach=Reach(progress=told.append)), id)
    assert seen == [("goals", 1, 4), ("goals", 2, 4), ("goals", 3, 4), ("goals", 4, 4)]
    assert [progress.done for progress in told] == [1, 2, 3, 4]
    assert row(means, id).done is None


progress_noted = sync.noted


def test_a_sync_that_kills_its_process_again_and_again_is_given_up(means: Means, source: Tableau) -> None:
    unowned(source)
    done(means)
    id = asked(means)
    with writing(means.engine) as connection:
        counted = [sync_rows.count_resume(connection, id) for _ in range(3)]
    sync.fail(means, id, [refused().faults[0]], "dead")
    assert counted == [1, 2, 3]
    assert (row(means, id).state, row(means, id).resumes) == ("dead", 3)
    assert states(means.engine)["unowned S1"] == "stale"
    with writing(means.engine) as connection:
        assert sync_rows.count_resume(connection, id) is None


def test_old_syncs_go_and_the_last_of_each_connection_stays(means: Means, acme: Engine, tmp_path: Path) -> None:
    ids = [done(means_of(acme, tmp_path, hour=hour)).id for hour in (6, 7, 8)]
    with writing(means.engine) as connection:
        assert sync_rows.prune(connection, at(START, 5)) == 0
        assert sync_rows.prune(connection, at(NEXT)) == 2
        assert [one.id for one in sync_rows.list_syncs(connection)] == ids[2:]


def test_a_person_is_taken_out_of_syncs_and_a_connection_hands_them_out(means: Means, source: Tableau) -> None:
    source.fault = refused("The user Ana Bauer may not see the goals.")
    id = done(means, asked(means, "Ana Bauer")).id
    with reading(means.engine) as connection:
        told = b"".join(export_connection(connection, at(START), "acme"))
    assert orjson.loads(told)["syncs"][0]["asked_by"] == "Ana Bauer"
    erased = erase_person(means.engine, at(START), "ben", "Ana Bauer", secret=b"secret")
    assert row(means, id).asked_by == erased.pseudonym
    assert erased.pseudonym in row(means, id).problem[0]["message"]
