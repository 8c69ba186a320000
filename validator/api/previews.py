"""A preview as it is answered, by the API and by the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from validator.history.difference import COMPARED
from validator.service.preview import Preview, Tried

MOST = 1_000
"""Findings listed of those that appear, vanish or change; all are counted."""


def preview_shown(found: Preview) -> dict[str, Any]:
    """A preview as plain data."""
    return {
        "connections": [_tried(one) for one in found.tried],
        "without_set": list(found.without_set),
        "semantic": found.semantic,
        "counts": [count._asdict() for count in found.counts],
        "appeared": list(islice(_listed(found, "appeared"), MOST)),
        "vanished": list(islice(_listed(found, "vanished"), MOST)),
        "changed": list(islice(_changed(found), MOST)),
    }


def _tried(one: Tried) -> dict[str, Any]:
    counted = {column: len(listed) for column, listed in one.difference._asdict().items()}
    plain = {name: value for name, value in one._asdict().items() if name != "difference"}
    return {**plain, "as_of": str(one.as_of), **counted}


def _listed(found: Preview, column: str) -> Iterator[dict[str, Any]]:
    for one in found.tried:
        for finding in getattr(one.difference, column):
            yield {"connection": one.connection, **_finding(finding)}


def _changed(found: Preview) -> Iterator[dict[str, Any]]:
    for one in found.tried:
        for pair in one.difference.changed:
            sides = {side: {name: getattr(pair, side)[name] for name in COMPARED} for side in ("before", "after")}
            named = {name: pair.after[name] for name in ("id", "rule")}
            yield {"connection": one.connection, **named, "fields": list(pair.fields), **sides}


def _finding(finding: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: finding[name] for name in ("id", "rule", "severity", "shadow", "message")}
    return {**plain, "items": [{"kind": item["kind"], "id": item["id"]} for item in finding["items"]]}
