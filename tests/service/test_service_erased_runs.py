"""Runs from which a person was erased: they say since when, and are not judged again."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.history.histories import START, company
from tests.service.service_runs import add_connection, at, record, small
from validator.service.faults import Gone
from validator.service.past_runs import a_run, list_runs
from validator.service.privacy import erase_person
from validator.service.replay import replay
from validator.service.shown import run_shown
from validator.store.engine import reading

DAY = datetime.timedelta(days=1)


def test_a_run_that_names_were_erased_from_says_so_and_is_not_judged_again(database: Engine, tmp_path: Path) -> None:
    add_connection(database)
    named = {**company(), "people": [{"id": "zoe", "name": "Brunhilde Øst"}]}
    first = record(database, company(), small(tmp_path))
    second = record(database, named, small(tmp_path), START + DAY)
    assert replay(database, second.run["id"]).same
    erase_person(database, at(START + 2 * DAY), "cli:root", "Brunhilde Øst", (), secret=b"s" * 32)
    with pytest.raises(Gone) as caught:
        replay(database, second.run["id"])
    (fault,) = caught.value.faults
    assert "names were erased from it on 2026-08-05" in fault.message
    assert "can still be read" in fault.hint
    assert replay(database, first.run["id"]).same
    with reading(database) as connection:
        listed = [run_shown(row._asdict())["erased_at"] for row in list_runs(connection, "acme")]
        assert listed == ["2026-08-05T06:00:00+00:00", None]
        assert a_run(connection, second.run["id"]).erased_at == at(START + 2 * DAY)
