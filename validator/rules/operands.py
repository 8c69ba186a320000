"""The right side of a comparison: literals, parameters and other attributes, checked against the attribute's type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import re2

from validator.facts.vocabulary import BY_KIND, Attribute
from validator.rules.conditions import Other
from validator.rules.hints import a, hint

MOST_PATTERN = 2_000


class Unfit(ValueError):
    """A value that does not fit its operator or attribute."""

    def __init__(self, message: str, tip: str = "") -> None:
        super().__init__(message)
        self.hint = tip


def _filled(value: Any, parameters: Mapping[str, Any]) -> Any:
    """The value with parameters put in."""
    if isinstance(value, list):
        return [_filled(inner, parameters) for inner in value]
    if not isinstance(value, str) or not value.startswith("$"):
        return value
    name = value[1:]
    if name not in parameters:
        raise Unfit(f"No parameter is called “{name}”.", hint(name, parameters) if parameters else "")
    return parameters[name]


def expected_value(attribute: Attribute, operator: str, written: Any, parameters: Mapping[str, Any]) -> Any:
    """What a test of that attribute by that operator compares with. Raises Unfit."""
    value = _filled(written, parameters)
    if operator in ("missing", "present"):
        return _typed(value, "yes/no", operator)
    if operator == "matches":
        return _pattern(value)
    if operator == "in":
        if not isinstance(value, list) or not value:
            raise Unfit("“in” takes a list.", f"{attribute.name}: {{in: [a, b]}}")
        return tuple(dict.fromkeys(_typed(inner, attribute.type, attribute.name) for inner in value))
    if operator == "between":
        return _bounds(value, attribute)
    if isinstance(value, str) and value.startswith("@"):
        return _other(value[1:], attribute)
    return _typed(value, attribute.type, attribute.name)


def _bounds(value: Any, attribute: Attribute) -> tuple[Any, Any]:
    if not isinstance(value, list) or len(value) != 2:
        raise Unfit("“between” takes the least and the most.", f"{attribute.name}: {{between: [1, 5]}}")
    low, high = (_typed(inner, "number", attribute.name) for inner in value)
    if low > high:
        raise Unfit(f"“between” runs from {low} down to {high}.", "write the smaller first")
    return low, high


def _other(name: str, attribute: Attribute) -> Other:
    known = {other.name for other in BY_KIND[attribute.kind].values() if other.type == attribute.type}
    if name not in known:
        raise Unfit(f"No {attribute.type} of {a(attribute.kind)} is called “{name}”.", hint(name, sorted(known)))
    return Other(name)


def _typed(value: Any, type: str, name: str) -> Any:
    if type == "yes/no" and isinstance(value, bool):
        return value
    if type == "number" and isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 1e15:
        return float(value) if isinstance(value, float) else int(value)
    if type == "word" and isinstance(value, str):
        return str(value)
    wanted = {"yes/no": "true or false", "number": "a number", "word": "a word"}[type]
    tip = "put it in quotes" if type == "word" and isinstance(value, int | float) else ""
    raise Unfit(f"“{name}” is compared with {wanted}, not with {value!r:.60}.", tip)


def _pattern(value: Any) -> Any:
    if not isinstance(value, str) or len(value) > MOST_PATTERN:
        raise Unfit("“matches” takes a pattern in quotes.", "RE2 syntax, such as '(?i)^strategic'")
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(str(value), options)
    except re2.error as error:
        reason = error.args[0] if error.args else "not a pattern"
        text = reason.decode() if isinstance(reason, bytes) else str(reason)
        raise Unfit(
            f"The pattern does not compile: {text}.", "RE2 syntax: no look-around, no back-references"
        ) from None
