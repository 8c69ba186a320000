"""Exporting and erasing a connection, or a person: everywhere, and so that history still holds."""

from __future__ import annotations

import datetime
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, LargeBinary, func, insert, select

from tests.history.histories import START, Document, company, entry
from tests.service.receivers import Desk, event
from tests.service.service_runs import add_connection, at, record, small, stored
from validator.alerts.events import DIGEST, OPENED
from validator.errors import BadInput
from validator.service import audit, decisions, endpoints, privacy, scrubbing, waivers
from validator.service.acknowledge import acknowledge
from validator.service.alerting import tell
from validator.service.decisions import Ruling
from validator.service.drafts import draft_of, save_draft
from validator.service.endpoint_wishes import Wish
from validator.service.erasing import is_erased
from validator.service.exporting import export_connection, export_person, in_blocks, spooled
from validator.service.faults import NotFound
from validator.service.ground import views_then
from validator.service.rules import Loaded
from validator.service.runs import run_document
from validator.service.texts import RULESET, Target
from validator.service.waivers import Proposal
from validator.store.engine import reading, writing
from validator.store.faults import StoreUnavailable
from validator.store.snapshots import get
from validator.store.tables import (
    attempts,
    connections,
    deliveries,
    delivery_findings,
    events,
    finding_owners,
    findings,
    idempotency,
    keys,
    metadata,
    runs,
    snapshots,
)
from validator.store.tables import endpoints as endpoint_rows

DAY = datetime.timedelta(days=1)
SECRET = b"a secret of this installation"
NAME, MAIL = "Brunhilde Øst", "brunhilde@example.com"


@pytest.fixture
def rules(tmp_path: Path) -> Loaded:
    return small(tmp_path)


def _document() -> Document:
    """A set in which one person is named in every way there is, and a namesake of a part of the name, too."""
    document = company()
    document["people"] = [
        {"id": "bruno", "name": NAME, "email": MAIL, "team": "sales", "extra": {"phone": "555"}},
        {"id": "felix", "name": "Felix Brunhilde Ost", "team": "supply"},
    ]
    entry(document, "C1")["owners"] = []
    entry(document, "C1")["title"] = f"Let {NAME}'s team win"
    entry(document, "D1")["parents"].append({"id": "X9"})
    entry(document, "L1")["created_by"] = MAIL.upper()
    entry(document, "L1")["description"] = "Ask brunhilde  øst, or bruno@example.com."
    entry(document, "F1")["summary"] = f"{NAME} against supply"
    document["governance"]["conflict_resolver"] = NAME
    return document


def _changed() -> Document:
    """The set a day later."""
    document = _document()
    entry(document, "S1")["owners"] = []
    return document


@pytest.fixture
def engine(database: Engine, rules: Loaded) -> Engine:
    """A store that names the person in every kind of row."""
    add_connection(database)
    with writing(database) as connection:
        for wish in (Wish(f"Desk of {NAME}", MAIL, "email"), Wish("Owners", "owners", "email")):
            endpoints.create(connection, at(START), "ana", wish, lambda: SECRET)
    record(database, _document(), rules, actor=NAME)
    record(database, _changed(), rules, START + DAY)
    found = stored(database)
    with writing(database) as connection:
        last_day = START + 9 * DAY
        proposal = Proposal("finding", f"{NAME} is on leave.", "bruno", last_day, found["unowned C1"].id)
        waivers.propose(connection, at(START + DAY, 9), NAME, "acme", proposal)
        ruling = Ruling(NAME, "Sales", f"{NAME} said so.", START, None, f"{NAME}'s round")
        decisions.record(connection, at(START + DAY, 9), "ana", "acme", found["open-conflict F1"].id, ruling)
        acknowledge(connection, at(START + DAY, 9), NAME, "acme", found["unowned S1"].id)
        owner = {"id": "bruno", "name": NAME, "email": MAIL}
        tell(connection, at(START + DAY, 9), [event(at(START + DAY, 9), OPENED, "F9", people=(owner,))])
        answer = {"status": 200, "headers": {}, "body": orjson.dumps({"owner": NAME}), "created_at": at(START)}
        asked = {"actor": "ana", "key": "k1", "request_digest": "d", "state": "done"}
        connection.execute(insert(idempotency).values(asked | answer))
        key = {"id": "k1", "name": f"Laptop of {NAME}", "digest": "d", "role": "editor", "created_by": "ana"}
        connection.execute(insert(keys).values(key | {"connections": ["acme", "other"], "created_at": at(START)}))
    return database


def _everything(engine: Engine) -> Iterator[str]:
    """Every value of every table, and every snapshot, as text."""
    with reading(engine) as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                named = zip(table.columns, row, strict=True)
                yield from (str(value) for column, value in named if not isinstance(column.type, LargeBinary))
        for digest in connection.scalars(select(snapshots.c.digest)).all():
            yield (get(connection, digest) or b"").decode()


def _mentions(engine: Engine, *names: str) -> list[str]:
    return [text for text in _everything(engine) if any(name.casefold() in text.casefold() for name in names)]


def _erase(engine: Engine, given: str = NAME, *also: str) -> privacy.Erased:
    return privacy.erase_person(engine, at(START + 2 * DAY), "cli:root", given, also, secret=SECRET)


@pytest.mark.parametrize(
    "given", [NAME, MAIL, "bruno", "  brunhilde   ØST "], ids=["name", "address", "id", "sloppily"]
)
def test_a_person_is_erased_everywhere_by_name_address_or_id(engine: Engine, given: str) -> None:
    assert len(_mentions(engine, NAME, MAIL)) > 15
    erased = _erase(engine, given)
    assert _mentions(engine, NAME, MAIL) == []
    assert [text for text in _everything(engine) if '"bruno"' in text or text == "bruno"] == []
    assert len(_mentions(engine, erased.pseudonym)) > 15
    assert erased.changed["okr_snapshot"] == 4
    assert erased.changed["okr_waiver"] == erased.changed["okr_decision"] == erased.changed["okr_key"] == 1
    assert (erased.changed["okr_event"], erased.changed["okr_delivery"], erased.changed["okr_endpoint"]) == (4, 5, 1)


def test_others_keep_their_names_and_addresses(engine: Engine) -> None:
    _erase(engine)
    with reading(engine) as connection:
        digest = connection.scalar(select(runs.c.document_digest).limit(1)) or ""
        document = orjson.loads(get(connection, digest) or b"")
    assert document["people"][1] == _document()["people"][1]
    assert "bruno@example.com" in entry(document, "L1")["description"]


def test_an_erased_person_is_one_pseudonym_and_nothing_more(engine: Engine) -> None:
    name = _erase(engine).pseudonym
    with reading(engine) as connection:
        row = connection.execute(select(runs).order_by(runs.c.number).limit(1)).one()
        document = orjson.loads(get(connection, row.document_digest) or b"")
        views = views_then(connection, row)
        owners = set(connection.scalars(select(finding_owners.c.owner)))
    assert document["people"][0] == {"id": name, "name": name, "team": "sales"}
    assert entry(document, "S1")["owners"] == [{"person": name}]
    assert entry(document, "C1")["title"] == f"Let {name}'s team win"
    assert views is not None
    assert views.fields[("objective", "L1")]["created_by"] == name
    assert name in owners
    assert row.asked_by == name


def test_a_digest_keeps_its_numbers_under_the_pseudonym(engine: Engine) -> None:
    name = _erase(engine).pseudonym
    with reading(engine) as connection:
        digests = connection.scalars(select(events.c.data).where(events.c.type == DIGEST)).all()
    owners = [owner for data in digests for owner in data["owners"] if owner["id"] == name]
    assert owners
    assert all(owner["count"] == sum(owner["severities"].values()) > 0 for owner in owners)


def test_findings_keep_their_identity_and_life(engine: Engine, rules: Loaded) -> None:
    before = stored(engine)
    name = _erase(engine).pseudonym
    after = stored(engine)
    columns = ("id", "state", "first_seen_at", "state_since_at", "waived_by", "decision_id", "evidence_digest")
    assert before.keys() == {"unowned C1", "unowned S1", "open-conflict F1", "broken-link D1"}
    for finding, row in before.items():
        assert [getattr(row, column) for column in columns] == [getattr(after[finding], column) for column in columns]
    assert after["unowned C1"].message == f"Nobody owns “Let {name}'s team win”."
    assert after["unowned S1"].cause["changes"][0]["from"] == [name]
    record(engine, _changed(), rules, START + 3 * DAY)
    assert {row.state for row in stored(engine).values()} == {"unchanged"}
    assert stored(engine)["open-conflict F1"].decision_id == before["open-conflict F1"].decision_id


def test_a_run_that_was_rewritten_says_so(engine: Engine) -> None:
    _erase(engine)
    with reading(engine) as connection:
        for row in connection.execute(select(runs)).all():
            report = orjson.loads(get(connection, row.report_digest) or b"")
            assert is_erased(connection, row.id)
            assert report["input"]["notes"] == ["Names of people were erased from this report."]
            assert report["input"]["digest"] == row.input_digest
        assert not is_erased(connection, "another run")


@pytest.fixture
def desk(database: Engine) -> Desk:
    """A store with the connections `acme` and `other`, and nothing else."""
    add_connection(database)
    add_connection(database, "other", name="Other")
    return Desk(database)


def test_an_erased_address_leaves_the_list_of_an_endpoint_and_the_others_go_on(desk: Desk) -> None:
    id = desk.endpoint(f"ada@example.com, {MAIL.upper()},eve@example.com", kind="email").row.id
    desk.tell("F1")
    _erase(desk.engine, MAIL)
    row = desk.row(id)
    assert (row.target, row.disabled_at, row.version) == ("ada@example.com, eve@example.com", None, 2)
    assert _mentions(desk.engine, MAIL) == []


@pytest.mark.parametrize(
    ("target", "sort", "why"),
    [
        (MAIL, "email", "Its last address was erased."),
        (f"https://hooks.example.com/{MAIL}", "standard", "Its target named a person who was erased."),
    ],
)
def test_an_endpoint_that_would_lead_nowhere_without_a_person_is_disabled(
    desk: Desk, target: str, sort: str, why: str
) -> None:
    id = desk.endpoint(target, kind=sort).row.id
    desk.tell("F1")
    _erase(desk.engine, MAIL)
    assert (desk.row(id).disabled_why, desk.row(id).version > 1, desk.states()) == (why, True, ["dead"])
    assert _mentions(desk.engine, MAIL) == []


def test_a_message_that_waits_for_an_erased_person_is_not_sent(engine: Engine) -> None:
    def waiting() -> set[str]:
        with reading(engine) as connection:
            return set(connection.scalars(select(deliveries.c.id).where(deliveries.c.finished_at.is_(None))))

    with reading(engine) as connection:
        owners = select(endpoint_rows.c.id).where(endpoint_rows.c.target == "owners")
        mine = list(connection.scalars(select(deliveries.c.id).where(deliveries.c.endpoint_id.in_(owners))))
    assert mine
    assert waiting() >= set(mine)
    _erase(engine)
    assert waiting() & set(mine) == set()
    with reading(engine) as connection:
        rows = connection.execute(select(deliveries).where(deliveries.c.id.in_(mine))).all()
        held = select(delivery_findings.c.open).where(delivery_findings.c.delivery_id.in_(mine))
        assert set(connection.scalars(held)) == {False}
    assert {(row.state, row.next_at, row.problem) for row in rows} == {("dead", None, "The person was erased.")}
    assert all(row.finished_at is not None for row in rows)


def test_a_person_whom_only_messages_still_know_is_erased_by_the_address(desk: Desk) -> None:
    desk.endpoint("owners", kind="email")
    desk.tell("F1", people=({"id": "bruno", "name": NAME, "email": MAIL},))
    assert _erase(desk.engine, MAIL).changed == {"okr_event": 1, "okr_delivery": 1}
    assert (_mentions(desk.engine, NAME, MAIL), desk.log()[0].problem) == ([], "The person was erased.")


def _attempted(engine: Engine, problem: str) -> None:
    """Let every message have been tried once, with that problem."""
    with writing(engine) as connection:
        tried = {"at": at(START), "milliseconds": 5, "status": None, "problem": problem}
        for id in connection.scalars(select(deliveries.c.id)).all():
            connection.execute(insert(attempts).values(delivery_id=id, **tried))


def test_an_address_in_an_old_problem_is_exported_and_erased(desk: Desk) -> None:
    desk.endpoint("ada@example.com", kind="email")
    desk.tell("F1")
    _attempted(desk.engine, f"The mail server does not know {MAIL}.")
    with reading(desk.engine) as connection:
        said = orjson.loads(b"".join(export_person(connection, at(START), MAIL, secret=SECRET)))
    assert [(row["table"], row["at"]) for row in said["rows"]] == [("okr_attempt", ["/problem"])]
    assert _erase(desk.engine, MAIL).changed == {"okr_attempt": 1}
    assert _mentions(desk.engine, MAIL) == []


def test_the_same_person_gets_the_same_pseudonym_again_but_not_under_another_secret(
    engine: Engine, rules: Loaded
) -> None:
    first = _erase(engine).pseudonym
    record(engine, _document(), rules, START + 3 * DAY)
    assert _erase(engine, MAIL).pseudonym == first
    assert _mentions(engine, NAME) == []
    other = privacy.erase_person(engine, at(START), "cli:root", NAME, secret=b"another")
    assert (other.changed, other.pseudonym == first) == ({}, False)


def test_the_audit_trail_tells_of_the_erasure_without_the_name_and_stays_locked(engine: Engine) -> None:
    name = _erase(engine).pseudonym
    with reading(engine) as connection:
        (told,) = audit.read(connection, audit.Filters(action="erase", target_kind="person"))
        (waived,) = audit.read(connection, audit.Filters(action="waive"))
    assert (told.actor, told.target_id) == ("cli:root", name)
    assert waived.after is not None
    assert (waived.actor, waived.after["reason"], waived.after["owner"]) == (name, f"{name} is on leave.", name)


def test_other_ways_to_write_a_name_are_erased_where_they_are_given(database: Engine, rules: Loaded) -> None:
    add_connection(database)
    document = company()
    entry(document, "F1")["summary"] = "Hilde against supply, not Hildegard, Hilde-Marie or ada.hilde@x.com"
    record(database, document, rules)
    name = _erase(database, "Bruno", "Hilde").pseudonym
    assert stored(database)["open-conflict F1"].message == (
        f"“{name} against supply, not Hildegard, Hilde-Marie or ada.hilde@x.com” is open."
    )
    assert [text for text in _everything(database) if '"bruno"' in text] == []


def test_an_id_is_somebody_within_its_own_connection_only(engine: Engine, rules: Loaded) -> None:
    add_connection(engine, "other", name="Other")
    document = company()
    document["people"] = [{"id": "bruno", "name": "Bruno Berg", "email": "berg@example.com"}]
    entry(document, "C1")["owners"] = []
    run_document(engine, "other", document, now=at(START), actor="ana", ruleset_loader=lambda *_: rules, as_of=START)
    _erase(engine, MAIL)
    with reading(engine) as connection:
        digest = connection.scalar(select(runs.c.document_digest).where(runs.c.connection_id == "other")) or ""
        assert orjson.loads(get(connection, digest) or b"") == document


def test_a_draft_loses_the_name_and_whoever_had_read_it_must_read_it_again(database: Engine) -> None:
    ours = Target(RULESET, "ours")
    with writing(database) as connection:
        save_draft(connection, at(START), "ana", ours, f"# {NAME} asked for it\nname: ours\n", version=None)
    with reading(database) as connection:
        said = orjson.loads(b"".join(export_person(connection, at(START), NAME, secret=SECRET)))
    assert [(found["as"], found["connection"]) for found in said["snapshots"]] == [("text_digest", None)]
    name = _erase(database).pseudonym
    with reading(database) as connection:
        draft = draft_of(connection, ours)
    assert (draft.text, draft.version) == (f"# {name} asked for it\nname: ours\n", 2)
    assert _mentions(database, NAME) == []


@pytest.mark.parametrize("given", [("a\udcff",), ("Ana", "a\udcff")], ids=["the name", "another way to write it"])
def test_bytes_that_are_no_text_are_nobodys_name(database: Engine, given: tuple[str, ...]) -> None:
    with pytest.raises(BadInput, match="no text"):
        _erase(database, *given)


def test_a_name_that_two_people_share_or_that_is_too_short_is_refused(database: Engine, rules: Loaded) -> None:
    add_connection(database)
    document = company()
    document["people"] = [{"id": id, "name": "Kim Lee"} for id in ("k1", "k2")]
    record(database, document, rules)
    with pytest.raises(BadInput, match="Several people") as caught:
        _erase(database, "kim lee")
    assert "“k1” in “acme”" in caught.value.faults[0].hint
    with pytest.raises(BadInput, match="too short"):
        _erase(database, "k")
    assert len(_mentions(database, "Kim Lee")) == 1


def _files(engine: Engine) -> bytes:
    """What is in the files of the database, of PostgreSQL's in that of the findings."""
    if engine.dialect.name == "sqlite":
        path = Path(str(engine.url.database))
        return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    with writing(engine) as connection:
        connection.exec_driver_sql("CHECKPOINT")
        asked = "SELECT current_setting('data_directory'), pg_relation_filepath('okr_finding')"
        return Path(*connection.exec_driver_sql(asked).one()).read_bytes()


def test_nothing_of_the_name_stays_in_the_files_of_the_database(engine: Engine) -> None:
    assert NAME.encode() in _files(engine)
    _erase(engine)
    assert NAME.encode() not in _files(engine)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the files be waited for only a moment."""
    for name, seconds in (("_PATIENCE", 0.1), ("_TURN", 0.1), ("_PAUSE", 0.05)):
        monkeypatch.setattr(scrubbing, name, seconds)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("table", ["okr_finding", "none of ours"])
def test_an_erasure_that_a_reader_keeps_from_the_files_says_so_and_is_finished_by_the_next(
    engine: Engine, kind: str, table: str
) -> None:
    of_the_database = "sqlite_master" if kind == "sqlite" else "pg_class"
    with reading(engine) as reader:
        reader.exec_driver_sql(f"SELECT * FROM {table if table == 'okr_finding' else of_the_database}").all()
        with pytest.raises(StoreUnavailable, match="old pages with what was erased are still in the files") as caught:
            _erase(engine)
        assert caught.value.faults[0].hint.startswith("ask for the same erasure again")
        assert NAME.encode() in _files(engine)
    assert _mentions(engine, NAME, MAIL) == []
    assert _erase(engine).changed == {}
    assert NAME.encode() not in _files(engine)


@pytest.mark.usefixtures("hasty")
def test_the_erasure_of_a_connection_that_a_reader_keeps_from_the_files_is_finished_by_the_next(
    engine: Engine,
) -> None:
    with reading(engine) as reader:
        reader.execute(select(findings)).all()
        with pytest.raises(StoreUnavailable, match="old pages"):
            privacy.erase_connection(engine, at(START), "cli:root", "acme")
    assert b"is on leave" in _files(engine) or NAME.encode() in _files(engine)
    privacy.erase_connection(engine, at(START), "cli:root", "acme")
    assert b"Nobody owns" not in _files(engine)
    with reading(engine) as connection:
        assert len(audit.read(connection, audit.Filters(action="erase"))) == 1


def test_who_waits_to_rewrite_a_table_keeps_no_reader_waiting_for_long(
    engine: Engine, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scrubbing, "_PATIENCE", 0.5)
    monkeypatch.setattr(scrubbing, "_TURN", 0.3)
    with engine.connect() as holder, ThreadPoolExecutor() as threads:
        holder.execution_options(isolation_level="READ COMMITTED" if kind == "postgresql" else "SERIALIZABLE")
        holder.execution_options(okr_read_only=True).execute(select(findings)).all()
        erasing = threads.submit(scrubbing.scrub, engine)
        began, waited = time.monotonic(), []
        while time.monotonic() < began + 2 and not erasing.done():
            asked = time.monotonic()
            with reading(engine) as connection:
                connection.execute(select(findings)).all()
            waited.append(time.monotonic() - asked)
            time.sleep(0.02)
        assert isinstance(erasing.exception(10), StoreUnavailable)
    assert max(waited) < 1


def test_an_export_that_is_read_slowly_holds_up_no_erasure(engine: Engine) -> None:
    with spooled(engine, lambda connection: export_connection(connection, at(START), "acme")) as file:
        begun = file.read(10)
        _erase(engine)
        assert NAME.encode() not in _files(engine)
        assert orjson.loads(begun + b"".join(in_blocks(file)))["connection"]["id"] == "acme"


def test_what_cannot_be_exported_is_refused_before_anything_is_handed_out(database: Engine) -> None:
    with pytest.raises(NotFound):
        spooled(database, lambda connection: export_connection(connection, at(START), "nothing"))


def test_an_id_is_erased_from_entries_of_the_trail_that_name_the_connection_only_as_their_target(
    engine: Engine,
) -> None:
    with writing(engine) as connection:
        for kind, id in (("finding", "acme/f1"), ("connection", "acme"), ("finding", "other/f1")):
            told = {"acknowledged_by": "bruno"}
            audit.record(connection, at(START), "ana", "acknowledge", kind, id, None, told)
    name = _erase(engine).pseudonym
    with reading(engine) as connection:
        told = audit.read(connection, audit.Filters(action="acknowledge", actor="ana"))
    assert [(entry.after or {})["acknowledged_by"] for entry in told] == ["bruno", name, name]


def test_a_connection_is_erased_whole_and_others_stay(engine: Engine, rules: Loaded) -> None:
    add_connection(engine, "other", name="Other")
    with writing(engine) as connection:
        audit.record(connection, at(START), "ana", "create", "connection", "other", None, {"name": "Other"})
    erased = privacy.erase_connection(engine, at(START + 2 * DAY), "cli:root", "acme")
    assert erased.changed["okr_run"] == 2
    left = [text for text in _everything(engine) if NAME in text or "Goal" in text or "supply" in text]
    others = [text for text in left if f"Desk of {NAME}" not in text]  # an endpoint, which is of no connection
    assert sorted(others) == [*[NAME] * 3, f"Laptop of {NAME}"]  # a key, and who did what, which the trail keeps
    with reading(engine) as connection:
        assert list(connection.scalars(select(connections.c.id))) == ["other"]
        assert connection.scalar(select(func.count()).select_from(snapshots)) == 0
        assert connection.scalar(select(keys.c.connections)) == ["other"]
        trail = [entry for entry in audit.read(connection) if entry.target_kind != "endpoint"]
    assert (trail[0].action, trail[0].target_kind, trail[0].target_id) == ("erase", "connection", "acme")
    assert [entry.after for entry in trail[1:]] == [{"name": "Other"}, *[None] * (len(trail) - 2)]
    assert privacy.erase_connection(engine, at(START), "cli:root", "acme").changed == {"removed_snapshots": 0}
    with pytest.raises(NotFound):
        privacy.erase_connection(engine, at(START), "cli:root", "nothing")


def test_an_endpoint_no_longer_hears_of_an_erased_connection_nor_of_another_of_its_name(desk: Desk) -> None:
    alone, both, all_ = (
        desk.endpoint("https://hooks.example.com", connections=asked).row.id
        for asked in (["acme"], ["acme", "other"], [])
    )
    desk.tell("F1")
    privacy.erase_connection(desk.engine, at(START), "cli:root", "acme")
    assert desk.row(alone).disabled_why == "The connections that it was for were removed."
    assert desk.row(both)._mapping["filter"]["connections"] == ["other"]
    assert (desk.row(both).disabled_at, desk.row(both).version, desk.row(all_).version) == (None, 2, 1)
    add_connection(desk.engine)
    desk.change(endpoints.enable, alone)
    desk.tell("F2")
    assert {row.endpoint_id for row in desk.log()} == {all_}


def test_an_endpoint_whose_connection_was_erased_is_changed_to_hear_of_others(desk: Desk) -> None:
    id = desk.endpoint("https://hooks.example.com", connections=["acme", "other"]).row.id
    privacy.erase_connection(desk.engine, at(START), "cli:root", "acme")
    kept = desk.row(id)._mapping["filter"]["connections"]
    desk.change(endpoints.change, id, Wish("Desk", "https://hooks.example.com", connections=kept))
    privacy.erase_connection(desk.engine, at(START), "cli:root", "other")
    nothing = desk.row(id)._mapping["filter"]["connections"]
    with pytest.raises(BadInput, match="no connection"):
        desk.change(endpoints.change, id, Wish("Desk", "https://hooks.example.com", connections=nothing))


def test_a_connection_is_exported_as_one_json_document(engine: Engine) -> None:
    add_connection(engine, "other", name="Other")
    with writing(engine) as connection:
        tell(connection, at(START), [event(at(START), OPENED, "F1")._replace(connection="other")])
    _attempted(engine, "No answer.")
    with reading(engine) as connection:
        said = orjson.loads(b"".join(export_connection(connection, at(START), "acme")))
    assert said["connection"]["id"] == "acme"
    assert [run["number"] for run in said["runs"]] == [1, 2]
    assert {row["id"] for row in said["findings"]} == {row.id for row in stored(engine).values()}
    assert [len(said[name]) for name in ("waivers", "decisions", "events")] == [1, 1, 4]
    assert {row["connection_id"] for row in said["deliveries"]} == {"acme"}
    assert {row["delivery_id"] for row in said["attempts"]} == {row["id"] for row in said["deliveries"]}
    assert {entry["action"] for entry in said["audit"]} == {"record", "waive", "decide", "acknowledge"}
    contents = {snapshot["digest"]: snapshot["content"] for snapshot in said["snapshots"]}
    assert contents[said["runs"][0]["document_digest"]] == _document()
    assert len(contents) == 4
    with reading(engine) as connection, pytest.raises(NotFound):
        export_connection(connection, at(START), "nothing")


def test_what_names_a_person_is_exported_with_its_places(engine: Engine) -> None:
    with reading(engine) as connection:
        said = orjson.loads(b"".join(export_person(connection, at(START), "bruno", secret=SECRET)))
    assert said["person"] == {"names": [NAME, MAIL], "ids": [{"connection": "acme", "ids": ["bruno"]}]}
    (waiver,) = [row for row in said["rows"] if row["table"] == "okr_waiver"]
    assert waiver["row"]["reason"] == f"{NAME} is on leave."
    assert set(waiver["at"]) == {"/owner", "/reason", "/created_by"}
    assert {row["table"] for row in said["rows"]} >= {"okr_run", "okr_finding", "okr_decision", "okr_audit", "okr_key"}
    places = [place for snapshot in said["snapshots"] for place in snapshot["found"]]
    assert places.count({"at": "/people/0/email", "text": MAIL}) == 2
    assert places.count({"at": "/objectives/2/owners/0/person", "text": "bruno"}) == 1


def test_who_is_named_nowhere_has_an_empty_export_and_nothing_to_erase(engine: Engine) -> None:
    before = sorted(_everything(engine))
    with reading(engine) as connection:
        said: dict[str, Any] = orjson.loads(b"".join(export_person(connection, at(START), "Zoë Nobody", secret=SECRET)))
    assert (said["rows"], said["snapshots"]) == ([], [])
    assert _erase(engine, "Zoë Nobody").changed == {}
    assert len(before) < len(sorted(_everything(engine)))  # but for the entry in the audit trail
