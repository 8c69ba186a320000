"""What the wording of each key result tells the rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from validator.detection.measure import Fields, Measure, measure_of
from validator.detection.title import read_title
from validator.detection.wording import OWN_ACTIVITY, TASK, judge_title
from validator.document.model import KeyResult
from validator.facts.index import Index


class Wording(NamedTuple):
    """What the title and the fields of a key result say."""

    measure: Measure
    has_baseline: bool
    """A starting value; one that is to be kept where it is has one."""
    has_target: bool
    is_task: bool
    counts_own_activity: bool


def read_wordings(index: Index) -> Mapping[str, Wording]:
    """The wording of every key result, by its id."""
    return {id: read_wording(kr) for id, kr in index.key_results.items()}


def read_wording(kr: KeyResult) -> Wording:
    """The wording of a key result: fields win over its title."""
    title = read_title(kr.title)
    measure = measure_of(title, Fields(kr.metric, kr.start, kr.target, kr.unit, kr.direction))
    labels = judge_title(title, measure, kr.metric)
    has_baseline = measure.baseline is not None or measure.hold
    return Wording(measure, has_baseline, measure.has_target, TASK in labels, OWN_ACTIVITY in labels)
