"""The rulesets and tables that the API knows: those published, and those shipped. Nothing here opens a path.

Where there is a store, what judges is asked of it each time, shipped names too: one may be published under the same name, and
to judge by another than the one in force would be a verdict that nobody can tell from the right one. So a store that does not
answer means 503 for every name; the door has refused by then anyway, since it cannot tell who is asking.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Connection

from validator.api.problems import Problem
from validator.api.refused import refused
from validator.api.services import services
from validator.errors import BadRuleset, Fault
from validator.rules.ruleset import Ruleset
from validator.rules.table_texts import Texts
from validator.service import library
from validator.service.faults import NotFound
from validator.service.rules import Loaded
from validator.service.tables import Tables, tables_of
from validator.store.engine import reading


class Entry(NamedTuple):
    """A ruleset of the list."""

    name: str
    version: int | None
    """The version in force; None: as it is shipped."""
    ruleset: Ruleset | None
    problem: str | None
    """Why it cannot be used, where it cannot."""


def find(name: str) -> Loaded:
    """The ruleset of that name, compiled; raises Problem: 404 where there is none, 503 where it cannot be used."""
    with _looking() as connection:
        try:
            return library.find(connection, name)
        except NotFound as error:
            fault = Fault("", "Unknown ruleset.", error.faults[0].hint, "ruleset")
            raise Problem(404, "unknown-ruleset", "There is no such ruleset.", faults=[fault]) from None
        except BadRuleset as error:
            raise _unusable(error) from None


def listed(after: str, limit: int) -> list[Entry]:
    """Rulesets by name, those after one."""
    with _looking() as connection:
        names = [(name, version) for name, version in library.known(connection).items() if name > after]
        return [_entry(connection, *pair) for pair in names[:limit]]


def tables() -> tuple[Texts, Tables]:
    """The failure table and the metric catalogue in force, as texts and read. Raises Problem (503)."""
    with _looking() as connection:
        texts = library.tables_in_force(connection)
    try:
        return texts, tables_of(texts)
    except BadRuleset as error:
        raise _unusable(error) from None


@contextmanager
def _looking() -> Iterator[Connection | None]:
    """The store, where there is one."""
    engine = services().store
    if engine is None:
        yield None
        return
    with refused(), reading(engine) as connection:
        yield connection


def _entry(connection: Connection | None, name: str, version: int | None) -> Entry:
    try:
        return Entry(name, version, library.find(connection, name).ruleset, None)
    except BadRuleset as error:
        return Entry(name, version, None, str(error))


def _unusable(error: BadRuleset) -> Problem:
    detail = "What was published cannot be used by this release: publish it again."
    return Problem(503, "bad-ruleset", detail, faults=error.faults)
