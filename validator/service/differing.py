"""How one version of a text differs from another: by line, and for rulesets by rule."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

Side = Mapping[str, str]
"""A text under `text`, and under `name` how the difference calls it."""


def unified(before: Side, after: Side) -> str:
    """The difference by line, as `diff -u` writes it; "" where there is none."""
    old, new = before["text"].splitlines(), after["text"].splitlines()
    return "\n".join(difflib.unified_diff(old, new, before["name"], after["name"], lineterm=""))


def rules_difference(before: Any, after: Any) -> dict[str, Any]:
    """The difference of two rulesets read as plain data, whatever may be wrong with them."""
    old, new = _rules(before), _rules(after)
    return {
        "added": sorted(new.keys() - old.keys()),
        "removed": sorted(old.keys() - new.keys()),
        "changed": [
            {"id": id, "fields": _changed(old[id], new[id])}
            for id in sorted(old.keys() & new.keys())
            if old[id] != new[id]
        ],
        "parameters": _changed(_mapping(before, "parameters"), _mapping(after, "parameters")),
        "overrides": _changed(_mapping(before, "overrides"), _mapping(after, "overrides")),
        "extends": _field(before, "extends") != _field(after, "extends"),
    }


def _field(data: Any, name: str) -> Any:
    return data.get(name) if isinstance(data, dict) else None


def _mapping(data: Any, name: str) -> dict[str, Any]:
    found = _field(data, name)
    return found if isinstance(found, dict) else {}


def _rules(data: Any) -> dict[str, dict[str, Any]]:
    listed = _field(data, "rules")
    entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    return {entry["id"]: entry for entry in entries if isinstance(entry.get("id"), str)}


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Keys whose values differ, or that only one side has."""
    absent = object()
    return sorted(key for key in {**before, **after} if before.get(key, absent) != after.get(key, absent))
