"""What every part of history reads of a report's finding: its items, and the teams that it concerns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Item = tuple[str, str]
"""Kind and id of a thing in the set, such as ("objective", "C1")."""

SEVERITIES = ("error", "warning", "info")
"""Worst first."""


def items_of(finding: Mapping[str, Any]) -> tuple[Item, ...]:
    """The items that a finding names, the first being its subject."""
    return tuple((item["kind"], item["id"]) for item in finding["items"])


def teams_of(finding: Mapping[str, Any]) -> frozenset[str]:
    """Ids of the teams that a finding concerns: those of its items."""
    return frozenset(item["team"] for item in finding["items"] if item["team"] is not None)


def by_id(report: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The findings of a report by fingerprint."""
    return {finding["id"]: finding for finding in report["findings"]}


def shown(items: Iterable[Item]) -> list[dict[str, str]]:
    """Items as JSON has them."""
    return [{"kind": kind, "id": id} for kind, id in items]
