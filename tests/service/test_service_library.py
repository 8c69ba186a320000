"""Finding a ruleset by its name, with the tables in force: what it costs, and what it gives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from tests.service.stored_rulesets import RULE, STRICTER, put_in_force
from validator.errors import BadRuleset
from validator.rules.catalogue import load_ruleset
from validator.rules.files import shipped_text
from validator.service import library
from validator.service.faults import NotFound
from validator.service.texts import Target
from validator.store.engine import make_engine, reading
from validator.store.schema import upgrade

FAILURES, METRICS = Target("failure-table", "failure-table"), Target("metrics", "metrics")
ROW = "  - {id: our-row, problem: Ours, root_cause: We, fix: Talk}\n"
TABLE = shipped_text("failure-table").rstrip() + "\n" + ROW


Asked = tuple[str, Any]


@contextmanager
def statements(engine: Engine) -> Iterator[list[Asked]]:
    """The queries that a database is asked meanwhile, with their parameters."""
    asked: list[Asked] = []

    def note(_: object, __: object, statement: str, parameters: Any, *more: object) -> None:
        if statement.lstrip("( ").startswith("SELECT") and "pg_" not in statement:
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


def found(engine: Engine, name: str) -> library.Loaded:
    with reading(engine) as connection:
        return library.find(connection, name)


def test_a_name_is_the_version_in_force_and_a_version_is_found_for_ever(database: Engine) -> None:
    put_in_force(database, RULE)
    put_in_force(database, STRICTER)
    assert [found(database, name).ruleset.version for name in ("ours", "ours@1", "ours@2")] == ["2", "1", "2"]
    assert [found(database, name).ruleset.rules[0].severity for name in ("ours", "ours@1")] == ["error", "warning"]


def test_what_was_found_before_costs_one_query_and_is_not_compiled_again(database: Engine) -> None:
    put_in_force(database, RULE)
    put_in_force(database, TABLE, FAILURES)
    for name in ("ours", "ours@1", "base"):
        first = found(database, name)
        with statements(database) as asked:
            assert found(database, name) is first
        assert len(asked) == 1


def test_the_query_looks_into_an_index(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/okr.db"
    upgrade(address)
    engine = make_engine(address)
    with statements(engine) as asked, reading(engine) as connection:
        library.find(connection, "base")
        ((statement, parameters),) = asked
        plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    engine.dispose()
    looked = [line for line in plan if "okr_text_version" in line]
    assert len(looked) == 3
    assert all(line.startswith("SEARCH") and "INDEX" in line for line in looked)


def test_a_new_version_is_in_force_at_once(database: Engine) -> None:
    put_in_force(database, RULE)
    before = found(database, "ours")
    put_in_force(database, STRICTER)
    after = found(database, "ours")
    assert (before.ruleset.rules[0].severity, after.ruleset.rules[0].severity) == ("warning", "error")


def test_the_tables_in_force_come_with_every_ruleset_and_are_part_of_its_digest(database: Engine) -> None:
    before = found(database, "base")
    assert before.ruleset == load_ruleset("base")
    put_in_force(database, TABLE, FAILURES)
    between = found(database, "base")
    put_in_force(database, shipped_text("metrics") + "# ours\n", METRICS)
    after = found(database, "base")
    assert len({each.ruleset.digest for each in (before, between, after)}) == 3
    assert "our-row" in after.tables.failure_table
    assert {"failure-table@1", "metrics@1"} <= set(after.bundle.tables)


def test_a_rule_may_point_to_a_row_of_the_published_table(database: Engine) -> None:
    text = RULE.replace("isolated-okrs", "our-row")
    put_in_force(database, text)
    with pytest.raises(BadRuleset, match="no row “our-row”"):
        found(database, "ours")
    put_in_force(database, TABLE, FAILURES)
    assert found(database, "ours").ruleset.rules[0].failure == "our-row"


def test_a_row_that_the_published_table_lacks_is_as_shipped(database: Engine) -> None:
    put_in_force(database, f"rows:\n{ROW}", FAILURES)
    rows = found(database, "base").tables.failure_table
    assert (next(iter(rows)), rows["isolated-okrs"].id) == ("our-row", "isolated-okrs")


def test_a_table_that_this_release_cannot_read_is_told_by_its_name(database: Engine) -> None:
    put_in_force(database, "metrics: 3\n", METRICS)
    with pytest.raises(BadRuleset) as caught:
        found(database, "base")
    assert caught.value.faults[0].place == "metrics@1"


def test_what_is_equal_in_name_and_number_is_told_apart_by_its_database(database: Engine, tmp_path: Path) -> None:
    put_in_force(database, "name: ours\nextends: [theirs@1]\n")
    put_in_force(database, RULE.replace("name: ours", "name: theirs"), Target("ruleset", "theirs"))
    address = f"sqlite:///{tmp_path}/other.db"
    upgrade(address)
    other = make_engine(address)
    put_in_force(other, "name: ours\nextends: [theirs@1]\n")
    put_in_force(other, STRICTER.replace("name: ours", "name: theirs"), Target("ruleset", "theirs"))
    assert [found(engine, "ours").ruleset.rules[0].severity for engine in (database, other)] == ["warning", "error"]
    other.dispose()


def test_without_a_store_what_is_shipped_is_found() -> None:
    assert library.find(None, "base").ruleset == load_ruleset("base")
    assert dict.fromkeys(library.known(None)) == dict.fromkeys(["base", "relaxed", "strict"])
    with pytest.raises(NotFound) as caught:
        library.find(None, "ours@1")
    assert "known: base" in caught.value.faults[0].hint


def test_names_are_listed_with_the_version_in_force(database: Engine) -> None:
    put_in_force(database, RULE)
    put_in_force(database, STRICTER)
    with reading(database) as connection:
        assert library.known(connection) == {"base": None, "ours": 2, "relaxed": None, "strict": None}
