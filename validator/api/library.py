"""The rulesets that the API knows: those shipped, by name. Nothing here opens a path."""

from __future__ import annotations

import difflib

from validator.api.problems import Problem
from validator.errors import Fault
from validator.rules.catalogue import load_ruleset, shipped
from validator.rules.ruleset import Ruleset


def find(name: str) -> Ruleset:
    """The ruleset of that name, compiled; raises Problem (404) where none is shipped under it."""
    names = shipped()
    if name not in names:
        near = difflib.get_close_matches(name[:60], names, n=1)
        hint = f"did you mean “{near[0]}”?" if near else f"there are: {', '.join(names)}"
        fault = Fault("", "Unknown ruleset.", hint, "ruleset")
        raise Problem(404, "unknown-ruleset", "There is no such ruleset.", faults=[fault])
    return load_ruleset(name)
