"""The life of findings: what each becomes from one run to the next, and why."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import orjson

from validator.history.causes import Between, Cause, Subject, explain, subject_of, versions
from validator.history.changes import compare, is_telling
from validator.history.context import WHOLE_SET, RunContext
from validator.history.decisions import Settlement
from validator.history.parts import Item, by_id, items_of, teams_of
from validator.history.views import Views, carried
from validator.history.waivers import Cover, cover, covering

STATES = ("new", "unchanged", "reopened", "resolved", "stale", "removed")
PRESENT = frozenset({"new", "unchanged", "reopened"})
"""States of a finding that the last run reported."""
LIVE = PRESENT | {"stale"}
"""States of a finding that is not known to be gone."""


class Known(NamedTuple):
    """A finding of a connection, as the runs before left it."""

    id: str
    rule: str
    severity: str
    shadow: bool
    state: str
    items: tuple[Item, ...]
    teams: frozenset[str] = frozenset()
    evidence: str = ""
    """Digest of what it looked at when it was last seen."""
    waiver: str | None = None
    """The waiver that covered it when it was last seen."""
    decision: str | None = None
    """The decision that settled it when it was last seen."""


class Life(NamedTuple):
    """What a run makes of a finding."""

    known: Known
    """The finding as it is from now on."""
    before: str | None
    """Its state before; None for one never seen."""
    cause: Cause | None
    """Why it is in its state; None for a finding that goes on as it was."""


class Moment(NamedTuple):
    """Two runs with all that is asked of them for each finding."""

    before: RunContext | None
    now: RunContext
    views: Views
    between: Between | None
    held: Cover
    settlements: Mapping[str, Settlement]


def moment(
    before: RunContext | None,
    now: RunContext,
    views_before: Views | None,
    views_now: Views,
    settlements: Mapping[str, Settlement] | None = None,
) -> Moment:
    """What two runs are compared by.

    `before` is the last run whose document was complete, or else the last run; None where there is none. `views_before` is
    None where its document is no longer there. `settlements` say of findings with a decision whether it still settles them.
    What a partial run did not read counts as it was.
    """
    if views_before is not None and (not now.complete or now.absent != frozenset()):
        views_now = carried(views_before, views_now)
    changes = compare(views_before, views_now) if before is not None and views_before is not None else None
    return Moment(
        before=before,
        now=now,
        views=views_now,
        between=Between(before, now, changes) if before is not None else None,
        held=cover(now.waivers, now.at.date(), approval=now.approval),
        settlements=settlements or {},
    )


def transitions(known: Iterable[Known], report: Mapping[str, Any], moment: Moment) -> list[Life]:
    """What becomes of every finding: of those in the report in its order, then of those known and not in it, by id."""
    earlier = {finding.id: finding for finding in known}
    found = by_id(report)
    seen = [_seen(finding, earlier.get(id), moment) for id, finding in found.items()]
    return [*seen, *(_missed(earlier[id], moment) for id in sorted(earlier.keys() - found.keys()))]


def evidence_of(items: Iterable[Item], views: Views) -> str:
    """A digest of the items that a finding looks at, but for check-ins."""
    looked_at = [
        [item, {field: value for field, value in views.fields.get(item, {}).items() if is_telling(field)}]
        for item in sorted(items)
    ]
    return f"sha256:{hashlib.sha256(orjson.dumps(looked_at, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()}"


def _seen(finding: Mapping[str, Any], earlier: Known | None, moment: Moment) -> Life:
    items = items_of(finding)
    waiver, settlement = covering(moment.held, finding), moment.settlements.get(finding["id"])
    known = Known(
        id=finding["id"],
        rule=finding["rule"],
        severity=finding["severity"],
        shadow=finding["shadow"],
        state="new",
        items=items,
        teams=teams_of(finding),
        evidence=evidence_of(items, moment.views),
        waiver=waiver.id if waiver else None,
        decision=settlement.decision if settlement and settlement.settles else None,
    )
    state, cause = _state_of_seen(finding, known, earlier, moment)
    return Life(known._replace(state=state), earlier.state if earlier else None, cause)


def _state_of_seen(
    finding: Mapping[str, Any], known: Known, earlier: Known | None, moment: Moment
) -> tuple[str, Cause | None]:
    if earlier is None:
        return "new", _why_it_came(finding, known, earlier, moment)
    if earlier.state == "removed":
        return "new", Cause("rule_changed", versions=(None, moment.now.version))
    if earlier.state == "resolved":
        return "reopened", _why_it_came(finding, known, earlier, moment)
    if earlier.shadow and not known.shadow and moment.between is not None:
        return "new", Cause("rule_changed", versions=versions(known.rule, moment.between))
    if earlier.waiver is not None and known.waiver is None and known.decision is None:
        return "new", _why_not_waived(finding, known, earlier, moment)
    settlement = moment.settlements.get(known.id)
    if earlier.decision is not None and settlement is not None and not settlement.settles:
        return "new", Cause("data_changed", settlement.changes, decision=earlier.decision)
    return "unchanged", None


def _why_not_waived(finding: Mapping[str, Any], known: Known, earlier: Known, moment: Moment) -> Cause:
    """Why no waiver covers a finding any more: it is over, or covers what it is about no longer."""
    named = [waiver for waiver in moment.now.waivers if waiver.id == earlier.waiver]
    if cover(named, moment.now.at.date(), approval=False):
        return _why_it_came(finding, known, earlier, moment)
    return Cause("waiver_ended", waiver=earlier.waiver)


def _why_it_came(finding: Mapping[str, Any], known: Known, earlier: Known | None, moment: Moment) -> Cause:
    if moment.between is None:
        return Cause("first_run")
    changed = earlier is not None and earlier.evidence != known.evidence
    return explain(subject_of(finding, known.items, evidence_changed=changed), moment.between)


def _missed(known: Known, moment: Moment) -> Life:
    """What becomes of a finding that the report does not hold."""
    state, cause = _state_of_missed(known, moment)
    return Life(known._replace(state=state), known.state, cause if state != known.state else None)


def _state_of_missed(known: Known, moment: Moment) -> tuple[str, Cause | None]:
    now = moment.now
    if known.state == "resolved":
        return "resolved", None
    if known.rule not in now.rules:
        return "removed", Cause("rule_removed", versions=_last_versions(known, moment))
    unseen = next(_unseen(known, now), None)
    if unseen is not None:
        return ("removed" if known.state == "removed" else "stale"), unseen
    return "resolved", _why_it_went(known, moment)


def _unseen(known: Known, now: RunContext) -> Iterator[Cause]:
    """Why a run could not tell whether a finding still stands, where it could not."""
    inputs = now.missing.get(known.rule, ())
    unknown = tuple(name for name in inputs if name != WHOLE_SET)
    if unknown:
        yield Cause("input_missing", missing=unknown)
    concerned = {id for _, id in known.items} | known.teams
    missing = tuple(sorted(concerned & (now.absent or frozenset())))
    if not now.complete or missing or inputs:
        yield Cause("partial_run", missing=missing)


def _last_versions(known: Known, moment: Moment) -> tuple[str | None, str | None]:
    return versions(known.rule, moment.between) if moment.between else (None, None)


def _why_it_went(known: Known, moment: Moment) -> Cause:
    if moment.between is None:
        return Cause("unknown")
    changed = evidence_of(known.items, moment.views) != known.evidence
    return explain(Subject(known.rule, known.items, gone=True, evidence_changed=changed), moment.between)
