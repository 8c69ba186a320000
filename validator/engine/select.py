"""Which engine judges: durable_rules where it can be had, else plain Python; compiled once per ruleset."""

from __future__ import annotations

import functools
import importlib
import threading
from types import ModuleType

from validator.engine.interface import EngineRule, Evaluate
from validator.rules.conditions import both
from validator.rules.ruleset import Ruleset

ENGINES = {"durable_rules": "validator.engine.durable", "python": "validator.engine.naive"}
KEPT = 512
"""Compiled rulesets kept: durable_rules frees nothing that it compiled, so that to forget one and compile it again leaks."""

_compiling = threading.Lock()


@functools.cache
def engine(name: str | None = None) -> ModuleType:
    """The engine of a name of ENGINES; None: durable_rules, or plain Python where it cannot be imported."""
    if name is not None:
        return importlib.import_module(ENGINES[name])
    try:
        return importlib.import_module(ENGINES["durable_rules"])
    except ImportError:  # Python 3.13 and later, unless durable_rules was built with a flag
        return importlib.import_module(ENGINES["python"])


def compiled(ruleset: Ruleset, name: str | None = None) -> Evaluate:
    """The ruleset compiled for an engine; the same ruleset is compiled once."""
    with _compiling:
        return _compiled(_Keyed(ruleset), name)


class _Keyed:
    """A ruleset that compares by its digest, which stands for all that is in it."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset

    def __hash__(self) -> int:
        return hash(self.ruleset.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keyed) and other.ruleset.digest == self.ruleset.digest


@functools.lru_cache(maxsize=KEPT)
def _compiled(keyed: _Keyed, name: str | None) -> Evaluate:
    rules = [EngineRule(v.rule.kind, both(v.where, v.rule.when)) for v in keyed.ruleset.variants]
    evaluate: Evaluate = engine(name).compile_rules(rules)
    return evaluate
