"""The sentences about one finding that text and Markdown share. They hold other people's text as it came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_LONGEST_VALUE = 80
_OPERATORS = {
    "is_not": "is not",
    "not is": "is not",
    "not in": "none of",
    "in": "one of",
    "at_most": "at most",
    "at_least": "at least",
}
_UNNAMED = {
    "decision_maker": "who decides",
    "raise_by": "a day to raise it by",
    "respond_by": "a day to answer by",
    "tie_breaker": "a tie-breaker",
    "forum": "a forum",
}
_WHOLE_SET = ("organisation", "governance")


def why(finding: Mapping[str, Any]) -> str:
    """Why a finding fired: "delivery owner count: 0 (below 1)"."""
    values = {condition["attribute"] for condition in finding["why"] if condition["operator"] != "present"}
    told = [c for c in finding["why"] if c["operator"] != "present" or c["attribute"] not in values]
    return "; ".join(_condition(condition) for condition in told)


def way_to_decision(decision: Mapping[str, Any]) -> str:
    """Who decides, by when, by which tie-breaker and where; and which of these nobody has named."""
    return "; ".join(_decision_parts(decision))


def item_ids(items: Iterable[Mapping[str, Any]]) -> str:
    """The ids of a finding's items, in their order; what concerns the whole set has none to look up."""
    return ", ".join(str(item["id"]) for item in items if item["kind"] not in _WHOLE_SET)


def item_label(item: Mapping[str, Any], longest: int = 40) -> str:
    """An item by id and, shortened, its title."""
    title = str(item.get("title") or "")
    if not title or title == str(item["id"]):
        return str(item["id"])
    if item["kind"] in _WHOLE_SET or str(item["id"]) in title.split():
        return _shortened(title, longest)
    return f"{item['id']} “{_shortened(title, longest)}”"


def _condition(condition: Mapping[str, Any]) -> str:
    name = _words(condition["attribute"])
    operator = str(condition["operator"])
    actual, expected = _value(condition.get("actual")), _value(condition.get("expected"))
    if operator.endswith(("missing", "present")):
        return f"{name}: {operator}"
    if operator == "matches" or (operator == "is" and actual == expected):
        return f"{name}: {actual}"
    return f"{name}: {actual} ({_OPERATORS.get(operator, operator)} {expected})"


def _value(value: object) -> str:
    if value is None:
        return "not given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return _words(value["attribute"])
    if isinstance(value, list | tuple):
        return ", ".join(_value(part) for part in value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(round(value, 4))
    return _shortened(str(value), _LONGEST_VALUE)


def _words(name: object) -> str:
    return str(name).replace("_", " ")


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _decision_parts(decision: Mapping[str, Any]) -> Iterator[str]:
    if decision.get("decision_maker"):
        yield f"{decision['decision_maker']} decides"
    if decision.get("raise_by"):
        yield f"raise it by {decision['raise_by']}"
    if decision.get("respond_by"):
        yield f"answer due by {decision['respond_by']}"
    if decision.get("tie_breaker"):
        yield f"tie-breaker: {decision['tie_breaker']}"
    if decision.get("forum"):
        held = f", next on {decision['forum_next']}" if decision.get("forum_next") else ""
        yield f"forum: {decision['forum']}{held}"
    if decision.get("unnamed"):
        yield "nobody has named " + ", ".join(_UNNAMED.get(name, _words(name)) for name in decision["unnamed"])
