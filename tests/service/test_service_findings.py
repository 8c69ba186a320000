"""Findings of the store: every filter, pages, one with its events, and what a run changed."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete

from tests.history.histories import START, Document, company, entry
from tests.service.service_runs import add_connection, record, small, stored
from validator.service.faults import NotFound
from validator.service.findings import Filters, list_findings, show_finding
from validator.service.past_runs import a_run
from validator.service.run_difference import RunDifference, difference_of_run
from validator.service.runs import RunResult, run_document
from validator.store.engine import reading, writing
from validator.store.tables import snapshots

NEXT = START + datetime.timedelta(days=1)


def unowned(*ids: str) -> Document:
    document = company()
    for id in ids:
        entry(document, id)["owners"] = []
    return document


@pytest.fixture
def filled(database: Engine, tmp_path: Path) -> Engine:
    """Two connections with findings: of `acme` one is resolved, one new and one unchanged; `beta` has two new ones."""
    add_connection(database)
    add_connection(database, "beta")
    record(database, unowned("S1"), small(tmp_path))
    record(database, unowned("L1"), small(tmp_path), NEXT)
    loaded = small(tmp_path)
    moment = datetime.datetime(2026, 8, 3, 6, tzinfo=datetime.UTC)
    run_document(database, "beta", unowned("C1"), now=moment, actor="ben", ruleset_loader=lambda *_: loaded)
    return database


def found(engine: Engine, **filters: Any) -> list[str]:
    with reading(engine) as connection:
        rows = list_findings(connection, Filters(**filters))
    return sorted(f"{row.connection_id} {row.rule} {row._mapping['items'][0]['id']} {row.state}" for row in rows)


ACME = ["acme open-conflict F1 unchanged", "acme unowned L1 new", "acme unowned S1 resolved"]
BETA = ["beta open-conflict F1 new", "beta unowned C1 new"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [*ACME, *BETA]),
        ({"connection": "acme"}, ACME),
        ({"within": ("beta",)}, BETA),
        ({"within": ()}, []),
        ({"connection": "acme", "within": ("beta",)}, []),
        ({"states": ("new",)}, [ACME[1], *BETA]),
        ({"states": ("new", "resolved")}, [*ACME[1:], *BETA]),
        ({"states": ("new", "resolved"), "connection": "acme"}, ACME[1:]),
        ({"severity": "warning", "rule": "unowned"}, [*ACME[1:], BETA[1]]),
        ({"severity": "error"}, []),
        ({"failure": "conflicts-keep-drifting"}, [ACME[0], BETA[0]]),
        ({"team": "supply"}, [ACME[0], ACME[1], BETA[0]]),
        ({"team": "supply", "states": ("new", "unchanged")}, [ACME[0], ACME[1], BETA[0]]),
        ({"team": "supply", "rule": "unowned"}, [ACME[1]]),
        ({"owner": "felix"}, [BETA[0]]),
        ({"owner": "bruno"}, [ACME[0], BETA[0]]),
        ({"owner": "bruno", "team": "supply", "connection": "acme"}, [ACME[0]]),
        ({"owner": "nobody"}, []),
    ],
    ids=lambda value: "-".join(f"{name}={of}" for name, of in value.items()) if isinstance(value, dict) else "",
)
def test_findings_are_found_by_what_they_are_and_whom_they_concern(
    filled: Engine, filters: dict[str, Any], expected: list[str]
) -> None:
    assert found(filled, **filters) == expected


@pytest.mark.parametrize("filters", [{}, {"states": ("new", "unchanged")}, {"team": "supply"}], ids=str)
def test_pages_neither_repeat_nor_skip(filled: Engine, filters: dict[str, Any]) -> None:
    with reading(filled) as connection:
        whole = [(row.connection_id, row.id) for row in list_findings(connection, Filters(**filters))]
        pages: list[tuple[str, str]] = []
        while page := list_findings(connection, Filters(**filters), after=pages[-1] if pages else None, limit=1):
            pages += [(row.connection_id, row.id) for row in page]
    assert pages == whole == sorted(whole)
    assert len(whole) >= 3


def test_a_finding_is_shown_with_whom_it_concerns_and_what_happened_to_it(filled: Engine) -> None:
    with reading(filled) as connection:
        shown = show_finding(connection, "acme", stored(filled)["unowned S1"].id)
        with pytest.raises(NotFound):
            show_finding(connection, "beta", shown.row.id)
    assert (shown.row.state, shown.teams, shown.owners) == ("resolved", ("sales",), ())
    assert [(event.event, event.cause["kind"]) for event in shown.events] == [
        ("new", "first_run"),
        ("resolved", "data_changed"),
    ]


def difference(engine: Engine, run: RunResult) -> RunDifference:
    with reading(engine) as connection:
        return difference_of_run(connection, a_run(connection, run.run["id"]))


def test_the_difference_of_a_run_says_what_came_what_went_why_and_what_is_told_otherwise(
    database: Engine, tmp_path: Path
) -> None:
    add_connection(database)
    first = record(database, unowned("S1", "C1"), small(tmp_path))
    document = unowned("L1", "C1")
    entry(document, "C1")["title"] = "Another goal"
    second = difference(database, record(database, document, small(tmp_path), NEXT))
    assert [(row.rule, row.event, row.cause["kind"]) for row in second.turned] == [
        ("unowned", "new", "data_changed"),
        ("unowned", "resolved", "data_changed"),
    ]
    assert [(pair.fields, pair.after["message"]) for pair in second.changed] == [
        (("message",), "Nobody owns “Another goal”.")
    ]
    assert second.by_severity["warning"] == {"appeared": 1, "vanished": 1, "changed": 1}
    assert {"team": "supply", "severity": "warning", "appeared": 1, "vanished": 0, "changed": 0} in second.by_team
    assert second.before is not None
    assert second.before.id == first.run["id"]


def test_of_the_first_run_everything_is_new_and_without_a_report_nothing_is_counted(
    database: Engine, tmp_path: Path
) -> None:
    add_connection(database)
    first, second = (record(database, unowned("S1"), small(tmp_path), day) for day in (START, NEXT))
    told = difference(database, first)
    assert (told.before, told.compared, told.by_severity["warning"]["appeared"]) == (None, True, 2)
    with writing(database) as connection:
        connection.execute(delete(snapshots).where(snapshots.c.digest == first.run["report_digest"]))
    told = difference(database, second)
    assert (told.compared, told.changed, told.by_severity["warning"]["vanished"]) == (False, (), 0)
