"""The rulesets that the API knows: those shipped, by name, each compiled once a process. Nothing here opens a path."""

from __future__ import annotations

import difflib
from functools import cache
from threading import Lock

from validator.api.problems import Problem
from validator.errors import Fault
from validator.rules.catalogue import Ruleset, load_ruleset, shipped

_LOCK = Lock()


def find(name: str) -> Ruleset:
    """The ruleset of that name; raises Problem (404) where none is shipped under it."""
    names = shipped()
    if name not in names:
        near = difflib.get_close_matches(name[:60], names, n=1)
        hint = f"did you mean “{near[0]}”?" if near else f"there are: {', '.join(names)}"
        raise Problem(
            404, "unknown-ruleset", "There is no such ruleset.", faults=[Fault("", "Unknown ruleset.", hint, "ruleset")]
        )
    with _LOCK:
        return _load(name)


@cache
def _load(name: str) -> Ruleset:
    return load_ruleset(name)
