"""Tables of words as YAML files: large, plain and shipped, so read with libyaml."""

from __future__ import annotations

from typing import Any

import yaml

from validator.errors import BadRuleset, Fault

EMPTY = frozenset("of the a an in on to for per by with at from and or is are that who which".split())
"""Words that a phrase of a table does not need."""


def read_table(file: str, text: str) -> Any:
    """The data of a YAML text. Raises BadRuleset where it is none."""
    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  both are safe loaders
    except yaml.YAMLError as error:
        raise BadRuleset([Fault("", f"Not YAML: {error}", "", file)]) from None
