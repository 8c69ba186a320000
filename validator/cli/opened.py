"""The database as commands use it, and who uses it."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import Engine

from validator.settings import read_settings
from validator.store.engine import make_engine
from validator.store.schema import check

if sys.platform != "win32":
    import pwd

database_url = click.option(
    "--database-url", metavar="URL", help="Database; default: that of OKR_VALIDATOR_DATABASE_URL."
)
"""Option of every command that uses the database."""


def address(given: str | None) -> str:
    """The address that was given, else that of the settings."""
    return given or read_settings().database_url


@contextmanager
def opened(given: str | None) -> Iterator[Engine]:
    """The database, which has the schema that this version needs. Raises BadStore, StoreUnavailable."""
    engine = make_engine(address(given))
    try:
        check(engine)
        yield engine
    finally:
        engine.dispose()


def actor() -> str:
    """Who gives the command, as the audit trail says it: the login name, or nobody's where the system knows none."""
    try:
        return f"cli:{_login_name()}"
    except (KeyError, OSError):
        return "cli:unknown"


def _login_name() -> str:
    """The name of the user whose process this is; where the system keeps no such list, what the surroundings say."""
    if sys.platform == "win32":
        return getpass.getuser()
    return pwd.getpwuid(os.getuid()).pw_name
