"""How the items of a finding are shown: title, team, link into the source tool."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from validator.facts.fact import Item
from validator.facts.index import Index, team_name, team_of

Shown = tuple[str, str | None, str | None]
"""Title, team id and URL."""


def _objective(index: Index, id: str) -> Shown:
    objective = index.objectives[id]
    return objective.title, objective.team, objective.url


def _key_result(index: Index, id: str) -> Shown:
    kr = index.key_results[id]
    return kr.title, team_of(index, kr), kr.url


def _initiative(index: Index, id: str) -> Shown:
    initiative = index.initiatives[id]
    return initiative.title, initiative.team, initiative.url


_SHOWN: Mapping[str, Callable[[Index, str], Shown]] = {
    "organisation": lambda index, _: (index.okrs.organisation.name, None, index.okrs.source.url),
    "governance": lambda index, _: (f"Governance of {index.okrs.organisation.name}", None, None),
    "cycle": lambda index, id: (index.okrs.cycles[id].name, None, None),
    "team": lambda index, id: (index.okrs.teams[id].name, id, None),
    "person": lambda index, id: (index.okrs.people[id].name, index.okrs.people[id].team, None),
    "objective": _objective,
    "key_result": _key_result,
    "initiative": _initiative,
    "dependency": lambda _, id: (f"Dependency {id}", None, None),
    "review": lambda _, id: (f"Review {id}", None, None),
    "conflict": lambda _, id: (f"Conflict {id}", None, None),
}


def shown_item(index: Index, item: Item) -> dict[str, Any]:
    """An item as a report shows it."""
    kind, id = item
    title, team, url = _SHOWN[kind](index, id)
    return {"kind": kind, "id": id, "title": title, "team": team, "team_name": team_name(index, team), "url": url}
