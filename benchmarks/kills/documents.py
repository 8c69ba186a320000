"""A small OKR set that changes from run to run, and a small ruleset, each bearing a mark."""

from __future__ import annotations

import random
from typing import Any

_RULESET = """\
name: {name}
rules:
  - id: no-key-result
    title: Objective without key results ({mark})
    for: objective
    when: {{key_result_count: {{below: 1}}}}
    severity: warning
    failure: isolated-okrs
    message: "“{{title}}” has no key result."
    examples:
      report: [{{document: {{objectives: [{{id: O1, title: Grow, key_results: []}}]}}}}]
      accept: [{{document: {{objectives: [{{id: O1, title: Grow, key_results: [{{id: K1, title: Steps, target: 4}}]}}]}}}}]
"""


def okr_set(mark: str, chance: random.Random) -> dict[str, Any]:
    """A set of a few objectives, two of which may compete; what is wrong with it differs from one to the next."""
    objectives = [_objective(chance, "C1", "board", None, "Revenue", (4, 6))]
    objectives.append(_objective(chance, "S1", "sales", "C1", "Average delivery time", (5, 2)))
    objectives.append(_objective(chance, "L1", "supply", "C1", "Average delivery time", (5, chance.choice((2, 8, 9)))))
    more = [f"T{number}" for number in range(chance.randrange(4))]
    objectives += [_objective(chance, id, "sales", chance.choice(("C1", "gone")), "Visits", (1, 9)) for id in more]
    return {
        "source": {"tool": "kills", "complete": True},
        "organisation": {"id": "org", "name": mark},
        "cycles": [{"id": "q4", "name": "Q4", "start": "2026-10-01", "end": "2026-12-31"}],
        "teams": [{"id": id, "name": id.title()} for id in ("board", "sales", "supply")],
        "objectives": objectives,
    }


def overlay(mark: str) -> dict[str, Any]:
    """An overlay that says who resolves conflicts."""
    return {"governance": {"conflict_resolver": mark, "tie_breaker": "existing customers first"}}


def ruleset(name: str, mark: str) -> str:
    """The text of a ruleset of one rule with its examples."""
    return _RULESET.format(name=name, mark=mark)


def _objective(
    chance: random.Random, id: str, team: str, parent: str | None, measure: str, way: tuple[int, int]
) -> dict[str, Any]:
    start, target = way
    return {
        "id": id,
        "title": f"Reach {id.lower()} {chance.choice(('soon', 'at last', 'for good'))}",
        "level": "team" if parent else "company",
        "team": team,
        "cycle": "q4",
        "owners": [{"person": "Ana"}] if chance.random() < 0.6 else [],
        "parents": [{"id": parent}] if parent else [],
        "key_results": [
            {"id": f"{id}.1", "title": f"{measure} from {start} to {target}", "start": start, "target": target}
        ],
    }
