"""The sentences about one finding that text and Markdown share. They hold other people's text as it came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_OPERATORS = {
    "is": "is",
    "is_not": "is not",
    "in": "is one of",
    "at_most": "at most",
    "at_least": "at least",
}


def why(finding: Mapping[str, Any]) -> str:
    """Why a finding fired: "delivery owner count is 0 (below 1)"."""
    return "; ".join(_condition(condition) for condition in finding["why"])


def way_to_decision(decision: Mapping[str, Any]) -> str:
    """Who decides, by when, by which tie-breaker and where; and which of these nobody has named."""
    return "; ".join(_decision_parts(decision))


def item_ids(items: Iterable[Mapping[str, Any]]) -> str:
    """The ids of a finding's items, in their order."""
    return ", ".join(str(item["id"]) for item in items)


def item_label(item: Mapping[str, Any], longest: int = 40) -> str:
    """An item by id and, shortened, its title."""
    title = str(item.get("title") or "")
    if not title or title == str(item["id"]):
        return str(item["id"])
    return f"{item['id']} “{title if len(title) <= longest else title[: longest - 1].rstrip() + '…'}”"


def _condition(condition: Mapping[str, Any]) -> str:
    name = str(condition["attribute"]).replace("_", " ")
    operator = str(condition["operator"])
    actual, expected = _value(condition.get("actual")), condition.get("expected")
    if operator.endswith(("missing", "present")):
        return f"{name} is {operator}"
    return f"{name} is {actual} ({_OPERATORS.get(operator, operator)} {_value(expected)})"


def _value(value: object) -> str:
    if value is None:
        return "not given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(_value(part) for part in value)
    return str(value)


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
        yield "nobody has named: " + ", ".join(str(name).replace("_", " ") for name in decision["unnamed"])
