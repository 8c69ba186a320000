"""Severities that change with time: from a day on, or from a phase of the cycle that a finding's items lie in."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from validator.document.load import escape
from validator.facts.phases import IN_CYCLES, PHASES
from validator.facts.vocabulary import BY_KIND
from validator.rules.condition_entries import Report
from validator.rules.hints import a, hint
from validator.rules.ruleset import SEVERITIES, Later, Rule

FIELDS = ("severity", "from", "from_phase")
MOST = 20
"""Changes of one rule."""
_SUCH_AS = "later: [{severity: error, from: 2027-01-01}]"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def read_later(entry: Any, kind: str, pointer: str, report: Report) -> tuple[Later, ...]:
    """The changes of a “later” list of a rule on a kind of fact, without those at fault. Faults go to `report`."""
    if not isinstance(entry, list):
        report(pointer, "“later” is a list of severities, each with its time.", _SUCH_AS)
        return ()
    if len(entry) > MOST:
        report(pointer, f"More than {MOST} changes of one severity.", "leave out those that are over")
        return ()
    places = [f"{pointer}/{place}" for place in range(len(entry))]
    read = [(at, _change(change, kind, at, report)) for at, change in zip(places, entry, strict=True)]
    found = [(at, change) for at, change in read if change is not None]
    for (_, before), (at, change) in pairwise(found):
        _check_order(before, change, at, report)
    return tuple(change for _, change in found)


def _change(entry: Any, kind: str, pointer: str, report: Report) -> Later | None:
    if not isinstance(entry, Mapping):
        report(pointer, "A later severity is a mapping.", _SUCH_AS)
        return None
    faults = list(_faults(entry, kind, pointer))
    for fault in faults:
        report(*fault)
    if faults:
        return None
    return Later(str(entry["severity"]), _day(entry.get("from")), entry.get("from_phase"))


def _faults(entry: Mapping[Any, Any], kind: str, pointer: str) -> Iterator[tuple[str, str, str]]:
    """Pointer, message and hint of each fault in one change."""
    for key in entry:
        if key not in FIELDS:
            yield f"{pointer}/{escape(key)}", f"A later severity has no field “{key}”.", hint(key, FIELDS)
    if "severity" not in entry:
        yield pointer, "The change has no “severity”.", "add “severity: error”"
    elif entry["severity"] not in SEVERITIES:
        yield (
            f"{pointer}/severity",
            f"No later severity is called “{entry['severity']!s:.60}”.",
            "error, warning or info",
        )
    if ("from" in entry) == ("from_phase" in entry):
        yield (
            pointer,
            "A later severity holds from a day or from a phase.",
            "write “from” or “from_phase”, one of the two",
        )
    if "from" in entry and _day(entry["from"]) is None:
        yield f"{pointer}/from", f"“{entry['from']!s:.60}” is no day.", "write year-month-day: from: 2027-01-01"
    if "from_phase" in entry:
        yield from _faults_of_phase(entry["from_phase"], kind, f"{pointer}/from_phase")


def _faults_of_phase(phase: Any, kind: str, pointer: str) -> Iterator[tuple[str, str, str]]:
    if not isinstance(phase, str) or phase not in PHASES:
        yield pointer, f"No phase of a cycle is called “{phase!s:.60}”.", hint(phase, PHASES)
    elif kind in BY_KIND and kind not in IN_CYCLES:
        yield pointer, f"The rule judges {a(kind)}, which lies in no cycle.", "write “from” with a day"


def _day(value: Any) -> datetime.date | None:
    """The day of a YAML date or of text in that form."""
    text = str(value)
    try:
        return datetime.date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _check_order(before: Later, change: Later, pointer: str, report: Report) -> None:
    if (before.day is None) != (change.day is None):
        report(
            pointer, "Days and phases do not mix in one list.", "write all changes by “from”, or all by “from_phase”"
        )
    elif before.day is not None and change.day is not None and before.day >= change.day:
        report(f"{pointer}/from", f"{change.day} does not come after {before.day}.", "write the earliest first")
    elif before.phase is not None and _place(before.phase) >= _place(change.phase):
        message = f"“{change.phase}” does not come after “{before.phase}”."
        report(f"{pointer}/from_phase", message, f"in order: {', '.join(PHASES)}")


def _place(phase: str | None) -> int:
    return list(PHASES).index(str(phase))


def later_words(rule: Rule) -> Iterable[str]:
    """Each change in words, such as “error from 2027-01-01”."""
    return (f"{change.severity} from {change.day or PHASES[str(change.phase)]}" for change in rule.later)
