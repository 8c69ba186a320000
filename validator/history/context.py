"""What is known of a run besides its findings: when it was, by which rules it judged, and what it could not see."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, NamedTuple

from validator.history.waivers import Waiver

WHOLE_SET = "source.complete"
"""What a rule misses that only a set read as a whole can answer."""


class Table(NamedTuple):
    """The failure table or the metric catalogue of a run."""

    version: str
    """KIND@VERSION, for people."""
    digest: str
    """Of its text: the same text under two versions is the same."""


class RunContext(NamedTuple):
    """One run of a connection."""

    run: str
    number: int
    at: datetime.datetime
    """When it was, in UTC: waivers end by its day."""
    as_of: datetime.date
    """The day that the set was judged as of."""
    document: str
    """Digest of the document with its overlays."""
    ruleset: str
    version: str
    rules: Mapping[str, str]
    """A digest of each rule that is on: of its conditions, parameters and severities, in every scope, and of the metric
    catalogue where it rests on that."""
    missing: Mapping[str, tuple[str, ...]]
    """The rules that could not be judged, each with the inputs that were missing."""
    failure_table: Table | None = None
    metrics: Table | None = None
    """The metric catalogue."""
    program: str | None = None
    """Version of the validator that judged."""
    complete: bool = True
    absent: frozenset[str] | None = frozenset()
    """Ids of teams and items that could not be read; None where that is not known."""
    waivers: tuple[Waiver, ...] = ()
    approval: bool = False
    """Whether a second person must approve a waiver."""


def context_of(
    report: Mapping[str, Any],
    rules: Mapping[str, str],
    *,
    run: str,
    number: int,
    at: datetime.datetime,
    complete: bool = True,
) -> RunContext:
    """The context of a run from its report; `rules` gives a digest of each rule. What else is known is filled in with `_replace`.

    A set that its source calls incomplete is incomplete, whatever `complete` says.
    """
    judged = {rule["id"]: tuple(rule["missing"]) for rule in report["rules"]}
    return RunContext(
        run=run,
        number=number,
        at=at,
        as_of=datetime.date.fromisoformat(report["input"]["as_of"]),
        document=report["input"]["digest"],
        ruleset=report["ruleset"]["name"],
        version=report["ruleset"]["version"],
        rules={id: rules.get(id, "") for id in judged},
        missing={id: missing for id, missing in judged.items() if missing},
        complete=complete and report["input"]["complete"],
    )
