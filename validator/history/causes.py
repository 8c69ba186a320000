"""Why a finding appeared, or went: what of data, rules, inputs and calendar differs between two runs."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from validator.history.changes import (
    WHOLES,
    Change,
    Changes,
    Counts,
    changed_members,
    is_telling,
    nearby_changes,
    own_changes,
)
from validator.history.context import WHOLE_SET, RunContext, Table
from validator.history.parts import Item, shown

KINDS = (
    "first_run", "item_added", "item_removed", "data_changed", "rule_changed", "waiver_ended", "time_passed", "program_changed",
    "partial_run", "input_missing", "rule_removed", "unknown",
)  # fmt: skip
MOST_CHANGES = 20
"""Changes listed in one cause."""
CLOCKED = frozenset(
    "days_past_decision days_past_due days_past_end days_since_update elapsed_share in_running_cycle".split()
)
"""Attributes of facts that move with the day that a set is judged as of."""
CLOCKED_OF_CYCLES = frozenset({"ended"})
"""The same for cycles only: other items end by their state."""
CALENDAR = frozenset("start end start_date due updated_at decision_date decided date status cycle".split())
"""Fields that those attributes are worked out from."""


class Cause(NamedTuple):
    """Why a finding is in its state: the kind says what weighs most, the rest what else is known."""

    kind: str
    changes: tuple[Change, ...] = ()
    items: tuple[Item, ...] = ()
    """Items that came or went."""
    versions: tuple[str | None, str | None] | None = None
    """Versions from and to, where the rule, a table that it rests on, or the program changed; None for a rule that was not
    there."""
    days: tuple[datetime.date, datetime.date] | None = None
    """The days judged as of, where the calendar is the cause."""
    waiver: str | None = None
    decision: str | None = None
    """The decision that no longer settles it."""
    missing: tuple[str, ...] = ()
    """Inputs, teams or items that were missing."""

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it: only what is known. At most MOST_CHANGES changes, with the number of all."""
        days = {"from": str(self.days[0]), "to": str(self.days[1])} if self.days else None
        versions = {"from": self.versions[0], "to": self.versions[1]} if self.versions else None
        more = {"changes": [change.as_dict() for change in self.changes[:MOST_CHANGES]], "items": shown(self.items),
                "versions": versions, "days": days, "waiver": self.waiver, "decision": self.decision,
                "missing": list(self.missing), "change_count": len(self.changes)}  # fmt: skip
        return {"kind": self.kind, **{name: value for name, value in more.items() if value}}


class Subject(NamedTuple):
    """What is to be explained: a finding that came, or one that went."""

    rule: str
    items: tuple[Item, ...]
    asked: frozenset[str] = frozenset()
    """Attributes that the rule asked for; unknown for a finding that went."""
    gone: bool = False
    evidence_changed: bool = False
    """Whether a digest says that its items changed: all that is known once the earlier document is deleted."""


class Between(NamedTuple):
    """Two runs to compare. `changes` is None where the earlier document is no longer there."""

    before: RunContext
    now: RunContext
    changes: Changes | None


def explain(subject: Subject, between: Between) -> Cause:
    """The cause of a finding that came or went between two runs.

    What weighs most is the cause; a change of its rule is mentioned beside changed data.
    """
    weighed = next(_weighed(subject, between))
    if weighed.kind == "data_changed" and rule_changed(subject.rule, between):
        return weighed._replace(versions=versions(subject.rule, between))
    return weighed


def _weighed(subject: Subject, between: Between) -> Iterator[Cause]:
    yield from _came_or_went(subject, between)
    yield from _of_inputs(subject, between)
    yield from _of_own_data(subject, between)
    if rule_changed(subject.rule, between):
        yield Cause("rule_changed", versions=versions(subject.rule, between))
    if _clocked(subject, between):
        yield _time_passed(between)
    if between.changes is not None:
        yield from _of_other_data(subject, between.changes)
    yield from _of_the_rest(subject, between)


def _came_or_went(subject: Subject, between: Between) -> Iterator[Cause]:
    if between.changes is None:
        return
    there, missed = between.changes.now.fields, between.changes.before.fields
    if subject.gone:
        there, missed = missed, there
    items = tuple(
        item
        for place, item in enumerate(subject.items)
        if item in there and item not in missed and (not place or item[0] not in WHOLES)
    )
    if items:
        yield Cause("item_removed" if subject.gone else "item_added", items=items)


def _of_inputs(subject: Subject, between: Between) -> Iterator[Cause]:
    """A rule that could not be judged before for want of an input, and now can."""
    missing = between.before.missing.get(subject.rule, ())
    if missing and subject.rule not in between.now.missing:
        yield Cause("data_changed", tuple(Change(_said_in(name), name, before=False, after=True) for name in missing))


def _said_in(name: str) -> Item:
    """Where a source says of an input that it has it."""
    return ("source", "complete" if name == WHOLE_SET else "provides")


def _of_own_data(subject: Subject, between: Between) -> Iterator[Cause]:
    if between.changes is None:
        if subject.evidence_changed:
            yield Cause("data_changed")
        return
    found = own_changes(between.changes, subject.items, _counts(subject, between))
    if subject.items and subject.items[0][0] in WHOLES and not _clocked(subject, between):
        found += changed_members(between.changes, subject.items[0])
    if found:
        yield Cause("data_changed", found)


def _counts(subject: Subject, between: Between) -> Counts:
    """Fields that count most: those that the rule asks for by name, and then those of the calendar, or all but check-ins."""
    if _clocked(subject, between):
        return lambda field: field in subject.asked or field in CALENDAR
    return lambda field: field in subject.asked or is_telling(field)


def _clocked(subject: Subject, between: Between) -> bool:
    """Whether the rule asks for the calendar and the calendar moved."""
    of_cycles = CLOCKED_OF_CYCLES if subject.items and subject.items[0][0] == "cycle" else frozenset()
    return between.before.as_of != between.now.as_of and bool(subject.asked & (CLOCKED | of_cycles))


def _of_other_data(subject: Subject, changes: Changes) -> Iterator[Cause]:
    """What changed near its items, or a check-in of its own: first of the two for a key result that is no longer at fault."""
    near = nearby_changes(changes, subject.items)
    checked_in = own_changes(changes, subject.items, lambda field: not is_telling(field))
    own_first = subject.gone and subject.items[:1] and subject.items[0][0] == "key_result"
    for found in (checked_in, near) if own_first else (near, checked_in):
        if found:
            yield Cause("data_changed", found)


def _of_the_rest(subject: Subject, between: Between) -> Iterator[Cause]:
    before, now = between.before, between.now
    if before.program != now.program:
        yield Cause("program_changed", versions=(before.program, now.program))
    if before.as_of != now.as_of:
        yield _time_passed(between)
    if before.document != now.document:
        yield Cause("data_changed")
    yield from _of_a_table(before.metrics, now.metrics)
    yield from _of_a_table(before.failure_table, now.failure_table)
    yield Cause("unknown")


def _of_a_table(before: Table | None, now: Table | None) -> Iterator[Cause]:
    if _differ(before, now):
        yield Cause("rule_changed", versions=_shown(before, now))


def _differ(before: Table | None, now: Table | None) -> bool:
    """Whether two tables are known to differ."""
    return before is not None and now is not None and before.digest != now.digest


def _shown(*tables: Table | None) -> tuple[str | None, str | None]:
    before, now = (table.version if table else None for table in tables)
    return before, now


def rule_changed(rule: str, between: Between) -> bool:
    """Whether a rule came, went, or has other conditions, parameters or severities, or rests on another metric catalogue."""
    return between.before.rules.get(rule) != between.now.rules.get(rule)


def versions(rule: str, between: Between) -> tuple[str | None, str | None]:
    """The versions of the ruleset between which a rule changed; None where the rule was not in it.

    Where the ruleset is the same and the metric catalogue another, those of the catalogue.
    """
    before, now = (run.version if rule in run.rules else None for run in (between.before, between.now))
    if before is not None and before == now and _differ(between.before.metrics, between.now.metrics):
        return _shown(between.before.metrics, between.now.metrics)
    return before, now


def _time_passed(between: Between) -> Cause:
    return Cause("time_passed", days=(between.before.as_of, between.now.as_of))


def subject_of(finding: Mapping[str, Any], items: tuple[Item, ...], *, evidence_changed: bool = False) -> Subject:
    """A finding of a report as something to explain."""
    asked = frozenset(reason["attribute"] for reason in finding["why"])
    return Subject(finding["rule"], items, asked, evidence_changed=evidence_changed)
