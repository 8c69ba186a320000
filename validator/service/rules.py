"""The rules that judge a run: loaded with their texts, so that the run can be judged again after they have changed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from validator import __version__
from validator.history.context import Table
from validator.rules.catalogue import compile_files
from validator.rules.digests import rule_digests
from validator.rules.from_text import Bundle, files_of
from validator.rules.ruleset import Ruleset
from validator.rules.table_texts import FAILURE_TABLE, METRICS, SHIPPED, TableText, in_force
from validator.service.tables import Tables, tables_of
from validator.store.snapshots import Packed, pack


class Loaded(NamedTuple):
    """A ruleset and its texts."""

    ruleset: Ruleset
    bundle: Bundle
    """With every text that the ruleset extends, and with its tables."""

    @property
    def tables(self) -> Tables:
        """The tables that it judges with. Raises BadRuleset as `tables_of`."""
        return tables_of(self.bundle.tables)


RulesetLoader = Callable[[Connection, str], Loaded]
"""Gives the ruleset of a name, from the store or as it was shipped. Raises NotFound and BadRuleset."""


class Rules(NamedTuple):
    """By what a run was judged, as it is stored with the run."""

    name: str
    version: str
    digest: str
    """Of the ruleset, as the report has it."""
    digests: Mapping[str, str]
    """Of each rule that is on: they tell a changed rule from changed data."""
    key: str
    texts: Mapping[str, str]
    """The ruleset as `Bundle` has it."""
    metrics: str
    """Digest of the metric catalogue's text."""
    program: str
    """Version of the validator."""
    semantic: bool
    """Whether likeness of meaning was used."""
    tables: Mapping[str, str] = {}
    """The failure table and the metric catalogue as `Bundle` has them; empty in rules stored before they were."""


def rules_of(loaded: Loaded, *, semantic: bool) -> Rules:
    """What is stored of the rules of a run."""
    ruleset, bundle = loaded
    metrics = in_force(bundle.tables, METRICS).digest
    return Rules(
        name=ruleset.name,
        version=ruleset.version,
        digest=ruleset.digest,
        digests=rule_digests(ruleset, metrics),
        key=bundle.key,
        texts=bundle.texts,
        metrics=metrics,
        program=__version__,
        semantic=semantic,
        tables=bundle.tables,
    )


def to_bytes(rules: Rules) -> bytes:
    """As they are stored: the same rules give the same bytes."""
    return orjson.dumps(rules._asdict(), option=orjson.OPT_SORT_KEYS)


@functools.lru_cache(maxsize=16)
def packed(content: bytes) -> Packed:
    """Stored rules made ready to be stored: most runs are judged by the same few, and compressing them takes long."""
    return pack(content)


def from_bytes(content: bytes) -> Rules:
    """As they were stored."""
    return Rules(**orjson.loads(content))


def ruleset_of(rules: Rules) -> Ruleset:
    """The ruleset as it judged. Raises BadRuleset where this version of the service reads it otherwise."""
    bundle = Bundle(rules.key, rules.texts)
    return compile_files(files_of(bundle), rules.tables)._replace(version=rules.version)


def of_context(rules: Rules) -> dict[str, Any]:
    """What a RunContext says of the rules, besides what the report of the run says."""
    failures, metrics = (in_force(rules.tables, kind) for kind in (FAILURE_TABLE, METRICS))
    return {
        "failure_table": Table(_shown(failures, rules), failures.digest) if rules.tables else None,
        "metrics": Table(_shown(metrics, rules), rules.metrics),
        "program": rules.program,
    }


def _shown(table: TableText, rules: Rules) -> str:
    """The version of a table for people: what is shipped changes with the program."""
    return f"{table.key}-{rules.program}" if table.version == SHIPPED else table.key
