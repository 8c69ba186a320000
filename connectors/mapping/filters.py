"""Which records are meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from connectors.mapping.paths import Path, find
from connectors.mapping.templates import plain

Conditions = tuple[tuple[Path, frozenset[str]], ...]
"""Paths, each with the values that will do, as texts."""


class Filter(NamedTuple):
    """What a record must hold, and what it must not."""

    where: Conditions = ()
    unless: Conditions = ()

    def fits(self, record: Mapping[str, Any]) -> bool:
        """Whether a record is meant."""
        return all(_holds(record, *one) for one in self.where) and not any(_holds(record, *one) for one in self.unless)


def _holds(record: Mapping[str, Any], path: Path, wanted: frozenset[str]) -> bool:
    return any(plain(value) in wanted for value in find(path, record) or [None])
