"""What can be judged of a set: the inputs that its source declares, and those whose data are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from validator.document.schema import INPUTS

Entry = Mapping[str, Any]

_OF_OBJECTIVES = {
    "owners": "owners", "contributors": "contributors", "parents": "parents", "levels": "level", "teams": "team",
    "cycles": "cycle", "dates": "end", "statuses": "status", "progress": "progress", "updates": "updated_at",
    "created_by": "created_by", "strategic_brief": "strategic_brief", "key_results": "key_results",
}  # fmt: skip
_OF_KEY_RESULTS = {
    "key_result_owners": ("owner",), "shared_key_results": ("shared_with", "lead_team"), "dates": ("due",),
    "statuses": ("status",), "progress": ("progress",), "updates": ("updated_at",), "measures": ("start", "target"),
}  # fmt: skip
_OF_DOCUMENT = {"dependencies": "dependencies", "reviews": "reviews", "conflicts": "conflicts", "cycles": "cycles"}
_GOVERNANCE = tuple(name for name in INPUTS if name.startswith("governance."))


def provided(loaded: Mapping[str, Any]) -> frozenset[str]:
    """Names of `schema.INPUTS` that this set can answer for.

    A source that declares `provides` provides that and whatever data are there; one that declares nothing provides the
    fields that it has, an empty list being an answer too.
    """
    declared = (loaded["source"] or {}).get("provides")
    there = _filled if declared is not None else _given
    return frozenset(declared or ()) | frozenset(_found(loaded, there))


def _given(value: Any) -> bool:
    return value is not None


def _filled(value: Any) -> bool:
    return value is not None and value not in ("", [])


def _found(loaded: Mapping[str, Any], there: Callable[[Any], bool]) -> set[str]:
    objectives: list[Entry] = loaded["objectives"] or []
    teams: list[Entry] = loaded["teams"] or []
    key_results = [kr for o in objectives for kr in o["key_results"] or ()] + list(loaded["key_results"] or ())
    found = {name for name, field in _OF_DOCUMENT.items() if there(loaded[field])}
    found |= {name for name, field in _OF_OBJECTIVES.items() if _any(objectives, field, there)}
    found |= {n for n, of in _OF_KEY_RESULTS.items() if any(_any(key_results, field, there) for field in of)}
    found |= {"key_results"} if loaded["key_results"] else set()
    found |= {"measures"} if key_results and there is _given else set()
    found |= {"levels"} if _any(teams, "level", there) else set()
    found |= {"functions"} if _any(teams, "function", there) else set()
    return found | _of_links(objectives) | _of_acknowledgements(loaded, objectives) | _of_governance(loaded, there)


def _any(entries: list[Entry], field: str, there: Callable[[Any], bool]) -> bool:
    return any(there(entry[field]) for entry in entries)


def _of_links(objectives: list[Entry]) -> set[str]:
    supports = any(link["kind"] == "supports" for o in objectives for link in o["parents"] or ())
    primary = any(owner["primary"] is not None for o in objectives for owner in o["owners"] or ())
    return {name for name, seen in (("supports", supports), ("primary_owner", primary)) if seen}


def _of_acknowledgements(loaded: Mapping[str, Any], objectives: list[Entry]) -> set[str]:
    contributors = (c for o in objectives for c in o["contributors"] or ())
    entries = (*contributors, *(loaded["dependencies"] or ()))
    return {"acknowledgements"} if any(entry["acknowledged"] is not None for entry in entries) else set()


def _of_governance(loaded: Mapping[str, Any], there: Callable[[Any], bool]) -> set[str]:
    """Whoever declares governance answers for all of it, unless the source says what it provides."""
    governance = loaded["governance"]
    if governance is None:
        return set()
    if there is _given:
        return set(_GOVERNANCE)
    return {name for name in _GOVERNANCE if _filled(governance[name.partition(".")[2]])}
