"""The way to a decision on a conflict: who decides, by when, by which rule, in which forum; or which of these is unnamed."""

from __future__ import annotations

import datetime
from typing import Any

from validator.document.model import Conflict
from validator.facts.fact import Fact
from validator.facts.index import Index


def way_to_a_decision(index: Index, fact: Fact) -> dict[str, Any]:
    """The way to a decision, from the conflict itself where it says, else from the organisation's governance.

    Days are counted from the day that the set is judged as of: calendar days.
    """
    governance = index.okrs.governance
    own = _own(index, fact)
    forum = governance.forum
    act = own.escalate_within_days if own and own.escalate_within_days is not None else governance.act_within_days
    person = own.decision_maker if own and own.decision_maker else None
    way = {
        "decision_maker": index.okrs.people[person].name if person else governance.conflict_resolver,
        "raise_by": _after(index.as_of, governance.raise_within_days),
        "respond_by": _after(index.as_of, act),
        "tie_breaker": governance.tie_breaker,
        "forum": (forum.name or "the forum") if forum else None,
        "forum_next": str(forum.next) if forum and forum.next and forum.next >= index.as_of else None,
    }
    asked = ("decision_maker", "raise_by", "respond_by", "tie_breaker", "forum")
    return {**way, "unnamed": [name for name in asked if way[name] is None]}


def _own(index: Index, fact: Fact) -> Conflict | None:
    return next((index.conflicts[id] for kind, id in fact.items if kind == "conflict"), None)


def _after(day: datetime.date, days: float | None) -> str | None:
    if days is None:
        return None
    try:
        return str(day + datetime.timedelta(days=days))
    except OverflowError:
        return None
