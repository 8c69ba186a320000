"""One message about each type of event, as an example for those who receive them."""

from __future__ import annotations

from typing import Any

from validator.alerts import events
from validator.alerts.payloads import VERSION

Data = dict[str, Any]
_AT = "2026-11-22T06:00:04Z"
_RUN: Data = {
    "id": "019fc6d9-f280-7000-a63c-51a4e704e15b",
    "number": 12,
    "as_of": "2026-11-22",
    "status": "fail",
    "ruleset": {"name": "base", "version": "1.4.0"},
}
_OBJECTIVE: Data = {
    "kind": "objective",
    "id": "S1",
    "title": "Win the north",
    "team": "sales",
    "team_name": "Sales",
    "url": "https://okrs.example.com/objectives/S1",
}
_OTHER: Data = {**_OBJECTIVE, "id": "L1", "title": "Empty the stock", "team": "supply", "team_name": "Supply"}
_OTHER["url"] = "https://okrs.example.com/objectives/L1"
_BRIEF: Data = {
    "id": "5d1f0c1b7a3e4c55",
    "rule": "unowned-objective",
    "severity": "error",
    "message": "“Win the north” has no owner.",
}
_FAILURE: Data = {
    "id": "no-delivery-owner",
    "problem": "Nobody owns delivery.",
    "root_cause": "The goal was set without asking who delivers it.",
    "fix": "Name one person who answers for it.",
}
_CHANGE: Data = {"item": {"kind": "objective", "id": "S1"}, "field": "owners", "from": ["bruno"], "to": []}
_CAUSE: Data = {"kind": "data_changed", "changes": [_CHANGE], "change_count": 1}
_FOUND: Data = {
    **_BRIEF,
    "items": [_OBJECTIVE],
    "why": [{"attribute": "owner_count", "operator": "below", "expected": 1, "actual": 0}],
    "failure": _FAILURE,
    "confidence": 1.0,
    "state": "new",
    "cause": _CAUSE,
    "owners": [],
}
_CLASH: Data = {
    "id": "9a0b6f2d11c84e07",
    "rule": "open-conflict",
    "severity": "error",
    "message": "“Win the north” and “Empty the stock” pull one measure two ways.",
    "items": [_OBJECTIVE, _OTHER],
}
_BOTH: Data = {
    **_FOUND,
    **_CLASH,
    "why": [{"attribute": "opposed", "operator": "is", "expected": True, "actual": True}],
    "confidence": 0.91,
    "owners": [{"id": "bruno", "name": "Bruno"}, {"id": "felix", "name": "Felix"}],
}
_WAY: Data = {
    "decision_maker": "Astrid",
    "raise_by": "2026-11-24",
    "respond_by": "2026-11-29",
    "escalate_on": "2026-11-30",
    "tie_breaker": "Retention first",
    "forum": "Monday round",
    "forum_next": "2026-11-23",
    "unnamed": [],
}
_RULING: Data = {
    "id": "019fc6da-0ab8-7000-9d1e-7e04e704e15b",
    "decider": "Astrid",
    "gives_way": "Empty the stock",
    "rationale": "The north is what the year is about.",
    "tie_breaker": "Retention first",
    "forum": "Monday round",
    "decided_on": "2026-11-23",
    "recorded_by": "ana",
    "recorded_at": "2026-11-23T09:12:00Z",
}
_LATE: Data = {
    "since": "2026-11-22",
    "respond_by": "2026-11-29",
    "escalate_on": "2026-11-30",
    "decision_maker": "Astrid",
    "tie_breaker": "customer risk first",
    "forum": "Portfolio round",
    "forum_next": "2026-12-03",
}
_NUMBERS: Data = {"count": 1, "severities": {"error": 1}, "causes": {"rule_changed": 1}}
_GONE: Data = {
    "id": "c07d55a9be2f4410",
    "rule": "stale-key-result",
    "severity": "warning",
    "message": "“Share of the north” is 41 days old.",
    "state": "removed",
}
_DATA: dict[str, Data] = {
    events.OPENED: {"run": _RUN, "finding": _FOUND},
    events.REOPENED: {"run": _RUN, "finding": {**_FOUND, "state": "reopened"}},
    events.RESOLVED: {"run": _RUN, "finding": {**_BRIEF, "items": [_OBJECTIVE], "state": "resolved", "cause": _CAUSE}},
    events.CONFLICT: {"run": _RUN, "finding": _BOTH, "decision": _WAY},
    events.DECIDED: {"finding": _CLASH, "decision": _RULING},
    events.OVERDUE: {"finding": _CLASH, "decision": _LATE},
    events.DIGEST: {
        "run": _RUN,
        **_NUMBERS,
        "resolved": 1,
        "rules": {"unowned-objective": 1},
        "owners": [{"id": "bruno", "name": "Bruno", **_NUMBERS}],
        "findings": [{**_BRIEF, "owners": ["bruno"]}],
        "gone": [_GONE],
    },
    events.FAILED: {"sync": {"id": _RULING["id"], "problem": "401 Unauthorized.", "stale": 14}},
    events.SILENT: {"source": {"silent_since": "2026-11-22T07:00:00+00:00", "heard_at": "2026-11-21T06:00:04+00:00"}},
    events.PING: {"endpoint": {"id": _RULING["id"], "name": "Ticket desk"}},
}


def example(type_: str) -> Data:
    """A message about an event of that type."""
    of_one = type_ != events.PING
    head = {"version": VERSION, "event": "evt_4711", "connection": {"id": "acme" if of_one else "", "name": "Acme"}}
    data = {**head, **_DATA[type_], "truncated": False, "more": f"https://okr.example.com/v1/runs/{_RUN['id']}"}
    return {"type": type_, "timestamp": _AT, "data": data}
