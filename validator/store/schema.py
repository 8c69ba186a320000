"""The schema of the store: brought up to what this version of the code needs, or checked against it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from validator.store.address import shown
from validator.store.engine import make_engine, reading, writing
from validator.store.faults import BadStore, bad_store
from validator.store.migrations.options import VERSION_TABLE
from validator.store.reasons import said_plainly

COMMAND = "okr-validator db upgrade"
"""What brings a schema up to date."""
_MIGRATIONS = Path(__file__).parent / "migrations"


class Step(NamedTuple):
    """What an upgrade did: the revision it found, None for an empty database, and the one it left."""

    before: str | None
    after: str


def upgrade(address: str) -> Step:
    """Make the tables, or bring them up to date; all of it or nothing. An SQLite file is made where there is none.

    Raises BadStore for an address that cannot be used or a schema newer than this code; StoreUnavailable.
    """
    with migrating(address) as connection:
        before = _revision(connection)
        if before is not None and before not in _known():
            raise _newer(connection.engine, before)
        command.upgrade(configuration(connection), "head")
        return Step(before, newest())


def check(engine: Engine) -> None:
    """Do nothing for a schema that is what this code needs; raise BadStore, with the command that mends it, if not."""
    file = engine.url.database
    if engine.dialect.name == "sqlite" and not (file and Path(file).exists()):
        raise bad_store(f"There is no database {shown(engine.url)} yet.", f"make it with: {COMMAND}")
    with reading(engine) as connection:
        found = _revision(connection)
    if found is None:
        raise bad_store(f"The database {shown(engine.url)} has no tables yet.", f"make them with: {COMMAND}")
    if found not in _known():
        raise _newer(engine, found)
    if found != newest():
        message = f"The database {shown(engine.url)} has the older schema {found}; this version needs {newest()}."
        raise bad_store(message, f"stop every server, make a copy of the database, then: {COMMAND}")


def newest() -> str:
    """The revision that this code needs."""
    return str(_scripts().get_current_head())


def configuration(connection: Connection | None = None) -> Config:
    """What Alembic's commands need, to run on that connection."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


@contextmanager
def migrating(address: str) -> Iterator[Connection]:
    """A transaction in which tables may be rebuilt.

    SQLite has to replace a table in order to change it, and dropping the old one would delete every row that refers to
    it: foreign keys are off meanwhile and checked at the end. Raises BadStore where one no longer holds.
    """
    engine = make_engine(address, foreign_keys=False)
    try:
        if engine.dialect.name == "sqlite":
            _make_file(engine)
        with writing(engine) as connection:
            yield connection
            if engine.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise bad_store(f"Rows of the database {shown(engine.url)} refer to rows that are not there.")
    finally:
        engine.dispose()


def _make_file(engine: Engine) -> None:
    """A file that only its owner reads, where there is none; in it readers and the writer go on side by side."""
    try:
        Path(str(engine.url.database)).touch(mode=0o600)
    except OSError as error:
        hint = "its folder must exist, and be one that this user may write to"
        raise bad_store(f"The database {shown(engine.url)} cannot be made: {error.strerror}.", hint) from None
    with said_plainly(engine.url):
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA journal_mode = WAL")  # the file remembers it
        finally:
            connection.close()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(configuration())


def _known() -> set[str]:
    return {script.revision for script in _scripts().walk_revisions()}


def _newer(engine: Engine, found: str) -> BadStore:
    message = (
        f"The database {shown(engine.url)} has the schema {found}, newer than this version of okr-validator knows."
    )
    return bad_store(message, "use the version that made it, or a later one")
