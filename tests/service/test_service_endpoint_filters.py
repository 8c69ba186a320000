"""What an endpoint may ask to hear of: rules and rows of the failure table that exist."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.history.histories import company, entry
from tests.service.service_runs import add_connection, record, small
from tests.service.stored_rulesets import put_in_force, rule
from validator.errors import Fault
from validator.rules.files import shipped_text
from validator.service.endpoint_wishes import Wish, unknown_faults
from validator.service.texts import Target
from validator.store.engine import reading

TABLE = Target("failure-table", "failure-table")
OUR_ROW = "\n  - {id: our-row, problem: Ours, root_cause: We, fix: Talk}\n"


def faults(engine: Engine, **asked: Any) -> list[Fault]:
    """What is wrong with what an endpoint asks for."""
    with reading(engine) as connection:
        return list(unknown_faults(connection, Wish("Desk", "https://hooks.example.com", **asked)))


@pytest.mark.parametrize(
    ("field", "wrong", "right"),
    [("failures", "isolated-okr", "isolated-okrs"), ("rules", "unowned-objectiv", "unowned-objective")],
)
def test_a_name_that_does_not_exist_is_refused_with_the_one_that_is_near(
    database: Engine, field: str, wrong: str, right: str
) -> None:
    (fault,) = faults(database, **{field: [right, wrong]})
    assert (fault.pointer, fault.hint) == (f"/{field}", f"did you mean “{right}”?")
    assert f"“{wrong}”" in fault.message
    assert faults(database, **{field: [right]}) == []


def test_an_endpoint_that_asks_for_nothing_hears_of_all(database: Engine) -> None:
    assert faults(database) == []


def test_rows_and_rules_that_were_published_exist(database: Engine) -> None:
    asked = {"failures": ["our-row"], "rules": ["no-key-result-of-ours"]}
    assert [fault.pointer for fault in faults(database, **asked)] == ["/failures", "/rules"]
    put_in_force(database, shipped_text("failure-table").rstrip() + OUR_ROW, TABLE)
    put_in_force(database, rule("no-key-result-of-ours"))
    assert faults(database, **asked) == []
    put_in_force(database, rule("another-of-ours"))
    assert faults(database, **asked) == []  # connections may still judge by the earlier version


def test_rules_that_have_found_something_exist(database: Engine, tmp_path: Path) -> None:
    assert [fault.pointer for fault in faults(database, rules=["unowned"])] == ["/rules"]
    add_connection(database)
    document = company()
    entry(document, "C1")["owners"] = []
    record(database, document, small(tmp_path))
    assert faults(database, rules=["unowned"]) == []
