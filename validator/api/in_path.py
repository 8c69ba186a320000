"""What stands in the paths of resources, by the name of the parameter."""

from __future__ import annotations

import re

_MEANINGS = {
    "finding_id": "Fingerprint of a finding.",
    "id": "Id of a key: the middle of the key itself.",
    "name": "Name of a ruleset.",
    "version": "Number of a published version.",
}
_NAME = re.compile(r"<(?:[^:>]+:)?(\w+)>")


def in_path(rule: str) -> list[dict[str, str]]:
    """The parameters in the path of a rule; where nothing else is said, `run_id` is the id of a run."""
    return [{"in": "path", "name": name, "description": _meaning(name)} for name in _NAME.findall(rule)]


def _meaning(name: str) -> str:
    return _MEANINGS.get(name, f"Id of a {name.removesuffix('_id').replace('_', ' ')}.")
