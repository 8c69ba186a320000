"""Connections: made, changed by who has read them, listed in pages, removed with all that is known of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from connectors import registry
from tests.history.histories import START, company
from tests.service.receivers import Desk
from tests.service.service_runs import add_connection, add_waiver, at, record, small
from tests.service.sync_sources import Tableau
from validator.errors import BadInput
from validator.service import audit, connections, keys
from validator.service.connections import Proposal
from validator.service.faults import Exists, NotFound, Outdated
from validator.service.key_wishes import Wish
from validator.service.lookups import a_connection
from validator.store.engine import reading, writing
from validator.store.snapshots import get
from validator.store.tables import findings, runs, waivers

NOW = at(START)


def make(engine: Engine, id: str = "acme", **more: Any) -> Any:
    with writing(engine) as connection:
        return connections.create(connection, NOW, "ana", id, Proposal(**{"name": "Acme"} | more))


def change(engine: Engine, changes: dict[str, Any], version: int) -> Any:
    with writing(engine) as connection:
        return connections.change(connection, at(START, 7), "ben", "acme", changes, version=version)


def test_a_connection_is_what_was_asked_for_and_the_trail_says_who_made_it(database: Engine) -> None:
    row = make(database, settings={"sheet": "OKRs"}, ruleset="strict", fail_on="warning")
    assert (row.id, row.name, row.connector, row.settings) == ("acme", "Acme", "document", {"sheet": "OKRs"})
    assert (row.ruleset, row.fail_on, row.version, row.created_at) == ("strict", "warning", 1, NOW)
    with reading(database) as connection:
        (told,) = audit.read(connection)
    assert (told.actor, told.action, told.target_id, told.before) == ("ana", "create", "acme", None)
    assert told.after is not None
    assert told.after["ruleset"] == "strict"


@pytest.mark.parametrize(
    ("id", "asked", "pointer"),
    [
        ("Acme", {}, "/id"),
        ("-acme", {}, "/id"),
        ("a" * 65, {}, "/id"),
        ("acme", {"name": " "}, "/name"),
        ("acme", {"ruleset": "nothing-like-it"}, "/ruleset"),
        ("acme", {"ruleset": "/etc/rules.yaml"}, "/ruleset"),
        ("acme", {"fail_on": "always"}, "/fail_on"),
        ("acme", {"connector": "../x"}, "/connector"),
        ("acme", {"settings": {"api_token": "t0p"}}, "/settings/api_token"),
        ("acme", {"settings": {"nested": {"client-secret": "t0p"}}}, "/settings/nested/client-secret"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(
    database: Engine, id: str, asked: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(BadInput) as refused:
        make(database, id, **asked)
    assert [fault.pointer for fault in refused.value.faults] == [pointer]
    assert "t0p" not in str(refused.value)


def test_an_id_is_taken_once(database: Engine) -> None:
    make(database)
    with pytest.raises(Exists):
        make(database)


def test_a_change_is_for_who_has_read_the_last_version(database: Engine) -> None:
    make(database)
    row = change(database, {"fail_on": "info", "paused": True}, version=1)
    assert (row.fail_on, row.paused, row.name, row.version) == ("info", True, "Acme", 2)
    with pytest.raises(Outdated, match="version 2"):
        change(database, {"name": "Other"}, version=1)
    with pytest.raises(BadInput, match="no “id” to change"):
        change(database, {"id": "other"}, version=2)
    with reading(database) as connection:
        told = audit.read(connection)[0]
        assert a_connection(connection, "acme").name == "Acme"
    assert told.before is not None
    assert told.after is not None
    assert (told.actor, told.before["fail_on"], told.after["fail_on"]) == ("ben", "error", "info")


def test_an_overlay_is_checked_and_stored_and_taken_away(database: Engine) -> None:
    make(database)
    with pytest.raises(BadInput, match="overlay"):
        connections.pack_overlay([])
    with pytest.raises(BadInput) as refused:
        connections.pack_overlay({"governance": {"tie_braker": "x"}})
    assert refused.value.faults[0].pointer == "/governance/tie_braker"
    packed = connections.pack_overlay({"governance": {"tie_breaker": "Revenue"}})
    with writing(database) as connection:
        row = connections.set_overlay(connection, NOW, "ana", "acme", packed, version=1)
        assert get(connection, row.overlay_digest) == b'{"governance":{"tie_breaker":"Revenue"}}'
    with writing(database) as connection:
        row = connections.set_overlay(connection, NOW, "ana", "acme", None, version=2)
    assert (row.overlay_digest, row.version) == (None, 3)


def test_a_connection_goes_with_all_that_is_known_of_it_and_leaves_others_alone(
    database: Engine, tmp_path: Path
) -> None:
    add_connection(database)
    add_connection(database, "other")
    record(database, company(), small(tmp_path))
    with reading(database) as connection:
        finding = connection.scalar(select(findings.c.id))
    add_waiver(database, "W1", START, finding_id=finding)
    with writing(database) as connection, pytest.raises(Outdated):
        connections.remove(connection, NOW, "ana", "acme", version=7)
    with writing(database) as connection:
        connections.remove(connection, NOW, "ana", "acme", version=1)
    with reading(database) as connection:
        left = [connection.scalar(select(func.count()).select_from(table)) for table in (runs, findings, waivers)]
        assert [row.id for row in connections.list_connections(connection)] == ["other"]
        with pytest.raises(NotFound):
            a_connection(connection, "acme")
    assert left == [0, 0, 0]


def test_keys_and_endpoints_of_a_removed_connection_have_nothing_to_do_with_the_next_of_its_name(
    database: Engine,
) -> None:
    desk = Desk(database)
    for id in ("acme", "other"):
        make(database, id)
    alone, both = (
        desk.endpoint("https://hooks.example.com", connections=asked).row.id for asked in (["acme"], ["acme", "other"])
    )
    with writing(database) as connection:
        key, _ = keys.create(connection, b"pepper", NOW, "ana", Wish("app", "reader", ("acme",)))
        connections.remove(connection, NOW, "ana", "acme", version=1)
    make(database, "acme")
    with reading(database) as connection:
        assert keys.find(connection, key.id) == key._replace(connections=())
    assert desk.row(alone).disabled_why == "The connections that it was for were removed."
    assert (desk.row(both)._mapping["filter"]["connections"], desk.row(both).disabled_at) == (["other"], None)


def test_pages_follow_one_another_and_show_only_what_one_may_see(database: Engine) -> None:
    for number in range(5):
        make(database, f"c{number}")
    with reading(database) as connection:
        first = connections.list_connections(connection, limit=2)
        second = connections.list_connections(connection, after=first[-1].id, limit=2)
        within = connections.list_connections(connection, within={"c3", "c0", "c9"})
        nobody = connections.list_connections(connection, within=())
    assert [[row.id for row in page] for page in (first, second, within, nobody)] == [
        ["c0", "c1"],
        ["c2", "c3"],
        ["c0", "c3"],
        [],
    ]


def test_the_settings_of_a_source_name_only_references_that_are_allowed(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "all_sources", lambda: {"tableau": Tableau()})
    wanted = Proposal("Acme", "tableau", {"token": "env:AWS_SECRET"})
    for secrets, settings in ((("env:OKR_*",), wanted.settings), (None, {"token": "env:OKR_VALIDATOR_PEPPER"})):
        with writing(database) as connection, pytest.raises(BadInput) as caught:
            connections.create(connection, NOW, "ana", "acme", wanted._replace(settings=settings), secrets=secrets)
        assert [fault.pointer for fault in caught.value.faults] == ["/settings/token"]
    make(database, connector="tableau", settings={"token": "env:OKR_T"})
    changes = {"settings": wanted.settings}
    with writing(database) as connection, pytest.raises(BadInput):
        connections.change(connection, NOW, "ana", "acme", changes, version=1, secrets=("env:OKR_*",))
