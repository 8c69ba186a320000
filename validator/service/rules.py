"""The rules that judge a run: loaded with their texts, so that the run can be judged again after they have changed."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Mapping
from importlib import resources
from typing import NamedTuple

import orjson
from sqlalchemy import Connection

from validator import __version__
from validator.rules.catalogue import compile_files
from validator.rules.digests import rule_digests
from validator.rules.from_text import Bundle, files_of
from validator.rules.ruleset import Ruleset


class Loaded(NamedTuple):
    """A ruleset and its texts."""

    ruleset: Ruleset
    bundle: Bundle
    """With every text that the ruleset extends."""


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
    """Digest of the metric catalogue."""
    program: str
    """Version of the validator."""
    semantic: bool
    """Whether likeness of meaning was used."""


def rules_of(loaded: Loaded, *, semantic: bool) -> Rules:
    """What is stored of the rules of a run."""
    ruleset, bundle = loaded
    return Rules(
        name=ruleset.name,
        version=ruleset.version,
        digest=ruleset.digest,
        digests=rule_digests(ruleset),
        key=bundle.key,
        texts=bundle.texts,
        metrics=_metrics(),
        program=__version__,
        semantic=semantic,
    )


def to_bytes(rules: Rules) -> bytes:
    """As they are stored: the same rules give the same bytes."""
    return orjson.dumps(rules._asdict(), option=orjson.OPT_SORT_KEYS)


def from_bytes(content: bytes) -> Rules:
    """As they were stored."""
    return Rules(**orjson.loads(content))


def ruleset_of(rules: Rules) -> Ruleset:
    """The ruleset as it judged. Raises BadRuleset where this version of the service reads it otherwise."""
    bundle = Bundle(rules.key, rules.texts, {})
    return compile_files(files_of(bundle))._replace(version=rules.version)


@functools.cache
def _metrics() -> str:
    text = resources.files("rulesets").joinpath("metrics.yaml").read_bytes()
    return f"sha256:{hashlib.sha256(text).hexdigest()}"
