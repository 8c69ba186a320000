"""Waivers: findings that somebody has accepted until a last day, and what they leave for the gate."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from validator.history.parts import SEVERITIES, Item, by_id, items_of, teams_of

SCOPES = ("finding", "item", "team")
"""The narrowest first: one finding, one rule on one item, one rule on one team."""
KINDS = ("waiver", "baseline")
STATUSES = ("proposed", "active", "expired", "ended")
_ACCEPTED = {"waived": "waiver", "baseline": "baseline", "settled": "settled"}


class Waiver(NamedTuple):
    """An accepted finding, or a rule accepted on an item or team; a baseline is one that is to be worked off."""

    id: str
    scope: str
    last_day: datetime.date
    """The last day on which it holds."""
    created_by: str
    finding: str | None = None
    rule: str | None = None
    item: Item | None = None
    team: str | None = None
    approved_by: str | None = None
    ended: bool = False
    kind: str = "waiver"


def status_of(waiver: Waiver, today: datetime.date, *, approval: bool) -> str:
    """One of STATUSES; `approval` where a second person must have approved it."""
    if waiver.ended:
        return "ended"
    if today > waiver.last_day:
        return "expired"
    approved = waiver.approved_by is not None and waiver.approved_by != waiver.created_by
    return "active" if approved or not approval else "proposed"


Key = tuple[str, ...]
"""What a waiver is for: its scope and the ids that belong to it."""
Cover = Mapping[Key, Waiver]
"""The waivers that hold on one day, by what they are for."""


def cover(waivers: Iterable[Waiver], today: datetime.date, *, approval: bool) -> Cover:
    """The waivers that hold today; of two for one thing the one that holds longer, so that their order says nothing."""
    active = [waiver for waiver in waivers if status_of(waiver, today, approval=approval) == "active"]
    return {_key(waiver): waiver for waiver in sorted(active, key=_lasting)}


def covering(held: Cover, finding: Mapping[str, Any]) -> Waiver | None:
    """The waiver that covers a finding of a report, the narrowest first; a rule's item or team is any that the finding names."""
    rule = finding["rule"]
    tiers: tuple[list[Key], ...] = (
        [("finding", finding["id"])],
        [("item", rule, *item) for item in items_of(finding)],
        [("team", rule, team) for team in teams_of(finding)],
    )
    for keys in tiers:
        found = [held[key] for key in keys if key in held]
        if found:
            return max(found, key=_lasting)
    return None


def _key(waiver: Waiver) -> Key:
    named = {
        "finding": (waiver.finding,),
        "item": (waiver.rule, *(waiver.item or ())),
        "team": (waiver.rule, waiver.team),
    }
    return (waiver.scope, *(part for part in named[waiver.scope] if part is not None))


def _lasting(waiver: Waiver) -> tuple[datetime.date, str]:
    return waiver.last_day, waiver.id


def gate(
    report: Mapping[str, Any], held: Cover, *, settled: Collection[str] = (), fail_on: str | None = None
) -> dict[str, Any]:
    """The gate of a report once waivers, the baseline and decisions are counted out; its status, too.

    `settled` are findings that a decision settles. `fail_on` (error, warning, info, never) stands in for the report's own.
    Findings in shadow never count, and a set that no rule could judge never passes.
    """
    least = fail_on or report["gate"]["fail_on"]
    guarded = SEVERITIES[: SEVERITIES.index(least) + 1] if least in SEVERITIES else ()
    counted = Counter(
        (finding["severity"], _standing(finding, held, settled))
        for finding in report["findings"]
        if not finding["shadow"]
    )
    conditions = [_condition(severity, counted) for severity in guarded]
    judged = any(rule["evaluated"] for rule in report["rules"])
    passed = judged and all(condition["passed"] for condition in conditions)
    return {"status": "pass" if passed else "fail", "fail_on": least, "conditions": conditions}


def _standing(finding: Mapping[str, Any], held: Cover, settled: Collection[str]) -> str:
    waiver = covering(held, finding)
    if waiver is not None:
        return waiver.kind
    return "settled" if finding["id"] in settled else "open"


def _condition(severity: str, counted: Mapping[tuple[str, str], int]) -> dict[str, Any]:
    count = counted.get((severity, "open"), 0)
    accepted = {name: counted.get((severity, kind), 0) for name, kind in _ACCEPTED.items()}
    return {"severity": severity, "at_most": 0, "count": count, **accepted, "passed": not count}


def baseline(
    report: Mapping[str, Any], burn_down: datetime.date, created_by: str, *, approved_by: str | None = None
) -> tuple[Waiver, ...]:
    """Today's findings accepted as they are until the burn-down date, one waiver each; their ids follow the findings'."""
    return tuple(
        Waiver(f"baseline-{id}", "finding", burn_down, created_by, finding=id, approved_by=approved_by, kind="baseline")
        for id, finding in by_id(report).items()
        if not finding["shadow"]
    )


def spent(waivers: Iterable[Waiver], resolved: Collection[str]) -> tuple[Waiver, ...]:
    """Parts of a baseline that are worked off: their findings are resolved, and shall count if they come back."""
    return tuple(
        waiver for waiver in waivers if waiver.kind == "baseline" and not waiver.ended and waiver.finding in resolved
    )
