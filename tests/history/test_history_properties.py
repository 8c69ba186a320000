"""What holds of every history."""

from __future__ import annotations

import copy
import datetime
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.history.histories import START, Document, Run, run
from tests.okr_sets import rich, shuffled
from validator.history.causes import KINDS
from validator.history.life import STATES
from validator.rules.catalogue import load_ruleset

SEEDS = st.integers(0, 500)
DAYS = st.integers(0, 60).map(lambda days: START + datetime.timedelta(days=days))
BASE = load_ruleset("base")
STRICT = load_ruleset("strict")


def edited(document: Document, random: Random) -> Document:
    """The document after a while: fields dropped, objectives gone, titles reworded."""
    document = copy.deepcopy(document)
    document["objectives"] = [one for one in document["objectives"] if random.random() < 0.9]
    for one in document["objectives"]:
        for field in ("owners", "parents", "contributors", "team", "status"):
            if random.random() < 0.15:
                one.pop(field, None)
        if random.random() < 0.2:
            one["title"] += " again"
    return document


def history(seed: int, day: datetime.date, **more: Any) -> tuple[Run, Run]:
    document = rich(seed, 10)
    first = run(document, by=BASE)
    return first, run(edited(document, Random(seed)), first, by=random_rules(seed), day=day, **more)


def random_rules(seed: int) -> Any:
    return STRICT if seed % 3 == 0 else BASE


@settings(deadline=None, max_examples=40)
@given(SEEDS, DAYS)
def test_states_partition_the_findings(seed: int, day: datetime.date) -> None:
    first, second = history(seed, day)
    reported = {finding["id"] for finding in second.report["findings"]}
    earlier = {finding["id"] for finding in first.report["findings"]}
    by_state: dict[str, set[str]] = {state: set() for state in STATES}
    for life in second.lives:
        by_state[life.known.state].add(life.known.id)
    assert sum(map(len, by_state.values())) == len(second.lives) == len(reported | earlier)
    assert by_state["new"] == reported - earlier
    assert by_state["unchanged"] == reported & earlier
    assert by_state["resolved"] | by_state["stale"] | by_state["removed"] == earlier - reported


@settings(deadline=None, max_examples=40)
@given(SEEDS, DAYS)
def test_whatever_changes_has_a_cause_that_can_be_written_and_whatever_does_not_has_none(
    seed: int, day: datetime.date
) -> None:
    for life in history(seed, day)[1].lives:
        assert (life.cause is None) == (life.known.state == "unchanged")
        assert life.cause is None or (life.cause.kind in KINDS and life.cause.kind != "unknown")


@settings(deadline=None, max_examples=25)
@given(SEEDS, DAYS)
def test_replaying_the_same_run_leaves_everything_as_it_is(seed: int, day: datetime.date) -> None:
    _, second = history(seed, day)
    document = edited(rich(seed, 10), Random(seed))
    again = run(document, second, by=random_rules(seed), day=day)
    calm = {"new": "unchanged", "reopened": "unchanged"}
    assert again.states() == {name: calm.get(state, state) for name, state in second.states().items()}
    assert {life.cause for life in again.lives} <= {None}


@settings(deadline=None, max_examples=25)
@given(SEEDS, DAYS, SEEDS)
def test_the_order_of_lists_changes_nothing(seed: int, day: datetime.date, order: int) -> None:
    first, second = history(seed, day)
    document = shuffled(edited(rich(seed, 10), Random(seed)), Random(order))
    other = run(document, first, by=random_rules(seed), day=day)
    assert _by_id(other) == _by_id(second)


@settings(deadline=None, max_examples=25)
@given(SEEDS, DAYS)
def test_a_partial_run_never_resolves(seed: int, day: datetime.date) -> None:
    _, second = history(seed, day, complete=False, absent=None)
    assert "resolved" not in second.states().values()
    assert {life.known.state for life in second.lives} <= {"new", "unchanged", "stale", "removed"}


@settings(deadline=None, max_examples=25)
@given(SEEDS, DAYS)
def test_what_went_stale_and_is_seen_again_is_unchanged(seed: int, day: datetime.date) -> None:
    first, partial = history(seed, day, complete=False)
    third = run(rich(seed, 10), partial, by=BASE)
    stale = {life.known.id for life in partial.lives if life.known.state == "stale"}
    again = {life.known.id: life.known.state for life in third.lives if life.known.id in stale}
    assert set(again.values()) <= {"unchanged"}
    assert again.keys() == stale & {finding["id"] for finding in first.report["findings"]}


def _by_id(of: Run) -> dict[str, Any]:
    return {
        life.known.id: (life.known.state, life.known.evidence, life.cause.as_dict() if life.cause else None)
        for life in of.lives
    }
