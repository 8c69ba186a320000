"""Six runs over one set: what becomes of every finding, and why. Run with `-s` to see the table."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from tests.service.service_runs import add_connection
from tests.service.story import play, table

EXPECTED = """\
| finding | 1 first run | 2 renamed, reordered, reworded | 3 real change | 4 partial sync | 5 rule change | 6 waiver that ended |
| --- | --- | --- | --- | --- | --- | --- |
| unowned C1 | new (first_run) | unchanged | unchanged | unchanged | unchanged | unchanged |
| open-conflict F1 | new (first_run) | unchanged | resolved (data_changed · conflict F1 status: None → agreed · objective S1 owners: ['bruno'] → []) | resolved | resolved | reopened (data_changed · conflict F1 status: agreed → open) |
| broken-link D1 | new (first_run) | unchanged | unchanged | stale (partial_run) | removed (rule_removed · 1 → None) | removed |
| unowned N1 |  |  | new (item_added · objective N1) | stale (partial_run) | unchanged (seen again) | unchanged |
| unowned S1 |  |  | new (data_changed · objective S1 owners: ['bruno'] → []) | stale (partial_run) | unchanged, waived (seen again) | new (waiver_ended · W1) |
| unowned L1 |  |  |  | new (data_changed · objective L1 owners: ['felix'] → []) | resolved (data_changed · objective L1 owners: [] → ['felix']) | resolved |
| busy-team sales |  |  |  |  | new (rule_changed · 1 → 2) | unchanged |
"""


def test_six_runs_over_one_set_give_every_state_and_cause_as_expected(database: Engine, tmp_path: Path) -> None:
    add_connection(database)
    told = table(play(database, tmp_path))
    print(told)  # noqa: T201 - `-s` shows it
    assert told.splitlines() == EXPECTED.splitlines()
