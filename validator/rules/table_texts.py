"""Texts of the two tables that every ruleset judges with: the failure table and the metric catalogue."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from validator.rules.failure_table import FailureRow, load_failure_table, read_failure_table
from validator.rules.files import shipped_text
from validator.rules.source import parse

FAILURE_TABLE, METRICS = TABLES = ("failure-table", "metrics")
SHIPPED = "shipped"
"""What stands for the version that comes with the service."""
Texts = Mapping[str, str]
"""By KIND@VERSION. At most one published version of a kind; a kind that has none is as shipped."""
_FEW = 8
"""Texts remembered as read."""


class TableText(NamedTuple):
    """A table as text."""

    kind: str
    version: str
    """The number of a published version, or SHIPPED."""
    text: str

    @property
    def key(self) -> str:
        """KIND@VERSION."""
        return f"{self.kind}@{self.version}"

    @property
    def digest(self) -> str:
        """The SHA-256 of the text."""
        return _digest(self.text)


def in_force(texts: Texts, kind: str) -> TableText:
    """The table of a kind that judges."""
    keys = (key.partition("@") for key in texts)
    published = (version for name, _, version in keys if name == kind and version != SHIPPED)
    version = next(published, SHIPPED)
    return TableText(kind, version, texts[f"{kind}@{version}"]) if version != SHIPPED else _shipped(texts, kind)


def held(texts: Texts) -> dict[str, str]:
    """The texts with those shipped that they rest on: with them the tables are the same after a later release, too."""
    needed = (in_force(texts, FAILURE_TABLE), _shipped(texts, FAILURE_TABLE), in_force(texts, METRICS))
    return {table.key: table.text for table in needed}


def failures_of(texts: Texts) -> Mapping[str, FailureRow]:
    """The rows of the failure table in force, by id; one that it lacks is as shipped. Raises BadRuleset.

    Publishing refuses a table that lacks a row which a rule in force points to; but a later release may bring rules with rows
    of their own, and must not stop the judging until somebody has published those.
    """
    own, shipped = in_force(texts, FAILURE_TABLE), _shipped(texts, FAILURE_TABLE)
    rows, others = _rows(own.key, own.text), _rows(shipped.key, shipped.text)
    return {**rows, **{id: row for id, row in others.items() if id not in rows}}


def _shipped(texts: Texts, kind: str) -> TableText:
    kept = texts.get(f"{kind}@{SHIPPED}")
    return TableText(kind, SHIPPED, shipped_text(kind) if kept is None else kept)


@lru_cache(maxsize=_FEW)
def _rows(name: str, text: str) -> Mapping[str, FailureRow]:
    return load_failure_table() if text == shipped_text(FAILURE_TABLE) else read_failure_table(parse(name, text))


@lru_cache(maxsize=_FEW)
def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
