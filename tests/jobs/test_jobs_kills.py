"""Workers killed at random moments, as `python -m benchmarks.syncs` and `benchmarks.alerts` do at length on both databases."""

from __future__ import annotations

from pathlib import Path

from benchmarks.alerts import examining as examining_alerts
from benchmarks.alerts import story as alerts
from benchmarks.kills.places import place
from benchmarks.syncs.examining import examine
from benchmarks.syncs.story import Plan, play
from validator.store.engine import make_engine


def test_every_tick_has_one_sync_and_every_sync_one_whole_run_whatever_is_killed(tmp_path: Path) -> None:
    with place("postgresql", tmp_path) as where:
        plan = Plan(kills=2, connections=2, schedule="*/2 * * * * *", lives=(0, 1), unborn=0, page=0.2, aimed=True)
        outcome = play(where, plan)
        engine = make_engine(where.address)
        found = examine(engine, outcome)
        engine.dispose()
    assert found.faults == []
    assert outcome.errors == []
    assert outcome.settled
    assert found.runs == found.ticks == found.states["done"] > 1
    assert found.resumes > 0


def test_every_event_arrives_once_by_its_id_and_in_order_whatever_is_killed(tmp_path: Path) -> None:
    with place("sqlite", tmp_path) as where:
        plan = alerts.Plan(runs=4, findings=12, kills=2, lives=(0, 1), unborn=0, away=2, hurry=True)
        outcome = alerts.play(where, plan)
        engine = make_engine(where.address)
        found = examining_alerts.examine(engine, outcome)
        engine.dispose()
    assert found.faults == []
    assert outcome.errors == []
    assert found.ids == found.events == 48
