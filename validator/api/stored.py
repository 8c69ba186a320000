"""The store as views reach it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from validator.api.problems import Problem
from validator.api.services import services
from validator.errors import Fault
from validator.settings import Settings
from validator.store.address import read_address
from validator.store.engine import make_engine
from validator.store.schema import check


def open_store(url: str) -> Engine | None:
    """The store at an address; None where it is the default one, which nobody has made.

    Raises BadStore where its schema is not this version's, StoreUnavailable where it does not answer.
    """
    if url == Settings().database_url and not Path(read_address(url).database or "").exists():
        return None
    engine = make_engine(url)
    check(engine)
    return engine


def store() -> Engine:
    """The store of this service. Raises Problem (503) where it has none."""
    engine = services().store
    if engine is None:
        hint = "name one in OKR_VALIDATOR_DATABASE_URL, and make its tables with: okr-validator db upgrade"
        raise Problem(
            503, "no-store", "This service has no database.", faults=[Fault("", "No database is set up.", hint)]
        )
    return engine
