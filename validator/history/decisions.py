"""Decisions on conflicts: each settles its finding until either side changes."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson

from validator.history.changes import CHECK_IN, Change
from validator.history.parts import Item
from validator.history.spelling import fold
from validator.history.views import Fields, Views

BESIDE_THE_POINT = CHECK_IN | {"status"}
"""Fields of a side that a decision does not rest on: what gives way is meant to fall behind."""
_PAIRED = ("key_result", "objective", "initiative")
"""Kinds that can be a side, the closest first: of a pair of key results the objectives are not the sides."""


class Decision(NamedTuple):
    """Who decided what on a conflict."""

    id: str
    finding: str
    items: tuple[Item, ...]
    """The items that the finding names."""
    decider: str
    gives_way: str
    rationale: str
    decided_on: datetime.date
    sides: str
    """Digest of both sides when it was decided: `sides_digest`."""
    tie_breaker: str | None = None
    forum: str | None = None


class Settlement(NamedTuple):
    """Whether a decision still settles its finding, and what changed on either side if it does not."""

    decision: str
    settles: bool
    changes: tuple[Change, ...] = ()
    """Empty, too, where the document of that day is no longer there."""


def sides_of(items: Iterable[Item], views: Views) -> tuple[Item, ...]:
    """The sides of a conflict: its key results if it is between key results, or else its objectives with theirs."""
    listed = sorted(set(items))
    sides = next((found for kind in _PAIRED if len(found := [item for item in listed if item[0] == kind]) > 1), listed)
    below = {
        low
        for item in sides
        if item[0] == "objective"
        for low in views.named_by.get(item, frozenset())
        if _lies_in(low, item, views)
    }
    return tuple(sorted({*sides, *below}))


def sides_digest(items: Iterable[Item], views: Views) -> str:
    """A digest of what both sides of a conflict claim: no check-ins, states, or ways of writing a text."""
    claims = [[item, _claim(views.fields.get(item, {}))] for item in sides_of(items, views)]
    return f"sha256:{hashlib.sha256(orjson.dumps(claims, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()}"


def still_settles(decision: Decision, views: Views, views_then: Views | None = None) -> Settlement:
    """Whether a decision holds on a document. `views_then` are those of the day of the decision, if they are still there."""
    if sides_digest(decision.items, views) == decision.sides:
        return Settlement(decision.id, settles=True)
    changes = _changed(decision.items, views_then, views) if views_then is not None else ()
    return Settlement(decision.id, settles=False, changes=changes)


def settlements(
    decisions: Iterable[Decision], views: Views, views_then: Mapping[str, Views] | None = None
) -> dict[str, Settlement]:
    """For each finding with a decision whether it is settled; of several the last counts.

    `views_then` are by the id of the decision. Of a partial run give the views `carried` over from the run before, or a side
    that was not read seems to have changed.
    """
    then = views_then or {}
    latest = {decision.finding: decision for decision in sorted(decisions, key=lambda d: (d.decided_on, d.id))}
    return {id: still_settles(decision, views, then.get(decision.id)) for id, decision in latest.items()}


def _lies_in(low: Item, objective: Item, views: Views) -> bool:
    return low[0] == "key_result" and views.fields[low].get("objective") == objective[1]


def _claim(fields: Fields) -> dict[str, Any]:
    return {field: _said(value) for field, value in fields.items() if field not in BESIDE_THE_POINT}


def _said(value: Any) -> Any:
    return fold(value) if isinstance(value, str) else value


def _changed(items: tuple[Item, ...], then: Views, now: Views) -> tuple[Change, ...]:
    sides = sorted({*sides_of(items, then), *sides_of(items, now)})
    return tuple(change for side in sides for change in _differences(side, then.fields.get(side), now.fields.get(side)))


def _differences(side: Item, then: Fields | None, now: Fields | None) -> list[Change]:
    if then is None or now is None:
        return [Change(side, "id", side[1] if then is not None else None, side[1] if now is not None else None)]
    before, after = _claim(then), _claim(now)
    fields = sorted(field for field in before.keys() | after.keys() if before.get(field) != after.get(field))
    return [Change(side, field, then.get(field), now.get(field)) for field in fields]
