"""The schema: made, brought up to date, and checked before a server starts."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Engine, insert, inspect, select

from tests.store.later_release import HEAD, LATER, copied, run
from tests.store.store_rows import connection_row, event_row, finding_row, run_row
from validator.store import tables
from validator.store.engine import make_engine, reading, writing
from validator.store.faults import BadStore
from validator.store.migrations.options import OPTIONS
from validator.store.schema import check, configuration, migrating, newest, upgrade

UPGRADE = "import sys; from validator.store.schema import upgrade; print(upgrade(sys.argv[1]))"
CHECK = "import sys; from validator.store.schema import *; check(make_engine(sys.argv[1]))"


def _differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={**OPTIONS, "compare_type": True})
        return list(compare_metadata(context, tables.metadata))


def test_the_migrations_make_the_tables_of_the_code(database: Engine) -> None:
    assert _differences(database) == []
    found = {name for name in inspect(database).get_table_names() if name.startswith("okr_")}
    assert {*tables.metadata.tables, "okr_alembic_version"} == found


def test_the_comparison_sees_what_is_missing(database: Engine) -> None:
    with writing(database) as connection:
        connection.exec_driver_sql("ALTER TABLE okr_key DROP COLUMN last_used_at")
        connection.exec_driver_sql("DROP INDEX ix_okr_finding_rule_connection_id_id")
    assert sorted(str(difference[0]) for difference in _differences(database)) == ["add_column", "add_index"]


def test_the_migrations_make_the_constraints_of_the_code(database: Engine) -> None:
    found = inspect(database)
    for table in tables.metadata.tables.values():
        meant = {str(rule.name) for rule in table.constraints if isinstance(rule, CheckConstraint)}
        assert meant == {str(rule["name"]) for rule in found.get_check_constraints(table.name)}, table.name


def test_tables_of_others_are_left_alone(empty_address: str) -> None:
    engine = make_engine(empty_address)
    with writing(engine) as connection:
        connection.exec_driver_sql("CREATE TABLE workflow_status (id TEXT PRIMARY KEY)")
    upgrade(empty_address)
    assert _differences(engine) == []
    assert "workflow_status" in inspect(engine).get_table_names()
    engine.dispose()


def test_an_upgrade_says_what_it_did_and_a_second_does_nothing(empty_address: str) -> None:
    assert (None, newest()) == upgrade(empty_address)
    assert (newest(), newest()) == upgrade(empty_address)


def test_upgrades_at_the_same_moment_make_the_tables_once(empty_address: str) -> None:
    with ThreadPoolExecutor(3) as threads:
        steps = list(threads.map(upgrade, [empty_address] * 3))
    assert [step.before for step in steps].count(None) == 1
    assert {newest()} == {step.after for step in steps}


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(empty_address: str, tmp_path: Path) -> None:
    broken = copied(tmp_path / "broken", MIGRATION_THAT_FAILS)
    assert "half of it" in run(broken, "-c", UPGRADE, empty_address).stderr
    engine = make_engine(empty_address)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


MIGRATION_THAT_FAILS = f'''
"""Half of it."""
{HEAD}

def upgrade() -> None:
    raise RuntimeError("half of it")
'''


def test_a_database_without_tables_is_told_of_the_command(empty_address: str, kind: str, tmp_path: Path) -> None:
    engine = make_engine(empty_address)
    with pytest.raises(BadStore, match="There is no database" if kind == "sqlite" else "has no tables yet") as caught:
        check(engine)
    assert "okr-validator db upgrade" in caught.value.faults[0].hint
    assert list(tmp_path.iterdir()) == []  # looking for a database makes none
    engine.dispose()


def test_a_file_without_tables_is_told_of_the_command(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'okr.db'}")
    with writing(engine):
        pass
    with pytest.raises(BadStore, match="has no tables yet"):
        check(engine)
    engine.dispose()


def test_a_database_that_is_up_to_date_passes(database: Engine) -> None:
    check(database)


def test_a_later_release_says_that_this_schema_is_older_and_upgrades_it_with_its_rows(
    address: str, database: Engine, tmp_path: Path
) -> None:
    with writing(database) as connection:
        connection.execute(insert(tables.connections).values(connection_row()))
        connection.execute(insert(tables.runs).values(run_row()))
        connection.execute(insert(tables.findings).values(finding_row()))
        connection.execute(insert(tables.finding_events).values(event_row()))
    later = copied(tmp_path / "later")
    refused = run(later, "-c", CHECK, address)
    assert refused.returncode == 1
    assert f"has the older schema {newest()}; this version needs {LATER}" in refused.stderr
    assert run(later, "-c", UPGRADE, address).stdout == f"Step(before='{newest()}', after='{LATER}')\n"
    assert run(later, "-c", CHECK, address).returncode == 0
    with reading(database) as connection:
        assert connection.exec_driver_sql("SELECT id, colour FROM okr_connection").all() == [("acme", "red")]
        assert connection.scalars(select(tables.finding_events.c.event)).all() == ["new"]
        assert connection.scalars(select(tables.runs.c.id)).all() == ["run-1"]
    for refuse in (lambda: check(database), lambda: upgrade(address)):
        with pytest.raises(BadStore, match=f"schema {LATER}, newer than this version"):
            refuse()


def test_what_the_first_release_stored_is_there_after_an_upgrade(empty_address: str) -> None:
    with migrating(empty_address) as connection:
        command.upgrade(configuration(connection), "0001")
        for table, row in (("okr_connection", connection_row(schedule="0 6 * * *")), ("okr_run", run_row())):
            columns = {column["name"] for column in inspect(connection).get_columns(table)}
            assert columns >= row.keys()
            connection.execute(insert(tables.metadata.tables[table]).values(row))
    assert upgrade(empty_address).before == "0001"
    engine = make_engine(empty_address)
    assert _differences(engine) == []
    with reading(engine) as connection:
        kept = connection.execute(select(tables.connections)).one()
        run_of_then = connection.execute(select(tables.runs)).one()
    engine.dispose()
    assert (kept.id, kept.schedule, kept.zone, kept.grace_minutes) == ("acme", "0 6 * * *", "UTC", 60)
    assert (run_of_then.id, run_of_then.sync_id) == ("run-1", None)


def test_rows_that_a_migration_would_leave_without_their_connection_stop_it(
    address: str, database: Engine, kind: str
) -> None:
    if kind != "sqlite":
        pytest.skip("PostgreSQL checks foreign keys as it goes")
    with writing(database) as connection:
        connection.execute(insert(tables.connections).values(connection_row()))
        connection.execute(insert(tables.runs).values(run_row()))
    with pytest.raises(BadStore, match="rows that are not there"), migrating(address) as connection:
        connection.execute(tables.connections.delete())
    with reading(database) as connection:
        assert connection.scalars(select(tables.connections.c.id)).all() == ["acme"]


def test_a_new_file_is_read_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "okr.db"
    upgrade(f"sqlite:///{path}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_draft_of_a_migration_holds_what_the_tables_differ_by(empty_address: str, tmp_path: Path) -> None:
    later = copied(tmp_path / "later", migration=None)
    module = later / "validator/store/tables_texts.py"
    text = module.read_text("utf-8").replace(
        'Column("note", Words, nullable=False)',
        'Column("note", Words, nullable=False), Column("seen_at", Moment), Column("seen_by", Name, index=True)',
    )
    module.write_text(text, "utf-8")
    assert run(later, "-m", "validator.store.migrations.draft", "Who saw it").returncode == 0
    drafted = (later / "validator/store/migrations/versions" / f"{LATER}_who_saw_it.py").read_text("utf-8")
    assert drafted.startswith('"""Who saw it."""')
    assert 'sa.Column(\'seen_by\', sa.Text().with_variant(sa.Text(collation="C"), "postgresql")' in drafted
    assert run(later, "-c", UPGRADE, empty_address).stdout == f"Step(before=None, after='{LATER}')\n"
    engine = make_engine(empty_address)
    columns = {column["name"] for column in inspect(engine).get_columns("okr_text_version")}
    assert {"seen_at", "seen_by"} <= columns
    engine.dispose()
