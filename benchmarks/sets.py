"""A deterministic generator of OKR set documents of any size, shaped like a real organisation's."""

from __future__ import annotations

import random
from typing import Any

VERBS = "Grow Cut Speed Retain Expand Simplify Secure Launch Unify Automate Halve Double Stabilise Größe Señal".split()
NOUNS = "revenue churn latency onboarding checkout quality pipeline hiring uptime adoption margin trust Zürich mañana".split()
METRICS = (
    "revenue churn NPS latency uptime conversion activation retention MRR CAC CSAT defects coverage margin".split()
)
FUNCTIONS = "Product Engineering Sales Marketing Support Finance People Operations".split()
LEVELS = ("company", "department", "team", "individual")


def make_set(objectives: int, seed: int = 1) -> dict[str, Any]:
    """A document with that many objectives, three key results each, and about 3 % of faults of each structural kind."""
    r = random.Random(f"okrs-{objectives}-{seed}")
    teams = [
        {"id": f"t{n}", "name": f"Team {n}", "level": "team", "function": r.choice(FUNCTIONS), "lead": f"u{n}"}
        for n in range(max(4, objectives // 20))
    ]
    people = [{"id": f"u{n}", "name": f"Person {n}"} for n in range(max(4, objectives // 3))]
    cycles = [{"id": "q4", "name": "Q4 2026", "start": "2026-10-01", "end": "2026-12-31"},
              {"id": "y", "name": "2026", "start": "2026-01-01", "end": "2026-12-31"}]  # fmt: skip
    made = [_objective(n, _level(n, objectives), r, teams, people) for n in range(objectives)]
    for n, objective in enumerate(made):
        _align(objective, n, made, r)
    return {
        "source": {"tool": "benchmark", "exported_at": "2026-11-15"},
        "organisation": {"id": "org", "name": "Benchmark"},
        "cycles": cycles,
        "teams": teams,
        "people": people,
        "objectives": made,
        "dependencies": [_dependency(n, r, made, teams) for n in range(objectives // 3)],
        "reviews": [
            {"id": "r1", "kind": "mid_cycle", "date": "2026-11-12", "objectives": [o["id"] for o in made[::2][:500]]}
        ],
        "governance": {"conflict_resolver": "u0", "tie_breaker": "customer risk first"},
    }


def _level(n: int, total: int) -> str:
    share = n / total
    return LEVELS[0 if share < 0.01 else 1 if share < 0.05 else 2 if share < 0.35 else 3]


def _objective(n: int, level: str, r: random.Random, teams: list[Any], people: list[Any]) -> dict[str, Any]:
    team = r.choice(teams)["id"]
    others = [t["id"] for t in r.sample(teams, 3) if t["id"] != team][: r.randint(1, 2)] if r.random() < 0.2 else []
    return {
        "id": f"o{n}",
        "title": f"{r.choice(VERBS)} {r.choice(NOUNS)} for {_name(n if r.random() > 0.02 else n - 1)}",
        "level": level,
        "team": team,
        "cycle": "y" if level == "company" else "q4",
        "owners": [] if r.random() < 0.05 else [{"person": r.choice(people)["id"], "primary": True}],
        "contributors": [{"team": t, "acknowledged": r.random() > 0.1} for t in others],
        "strategic_brief": "See the plan" if r.random() < 0.8 else None,
        "status": r.choice(["on_track", "at_risk", "draft", "closed"]),
        "start": "2026-10-01",
        "end": "2026-12-31" if r.random() > 0.03 else "2027-01-15",
        "key_results": [_key_result(f"k{n}.{k}", n, r, people) for k in range(3)],
    }


def _name(n: int) -> str:
    """A made-up name: numbers in a title would be read as values."""
    return "".join(chr(65 + (n // 26**place) % 26).lower() for place in range(4)).capitalize()


def _key_result(id: str, n: int, r: random.Random, people: list[Any]) -> dict[str, Any]:
    start, metric = r.randint(0, 100), r.choice(METRICS)
    return {
        "id": id,
        "title": f"{r.choice(VERBS)} {metric} in region {n if r.random() > 0.02 else n - 1}",
        "metric": metric,
        "unit": r.choice(["%", "EUR", "count", "ms"]),
        "direction": "increase",
        "start": None if r.random() < 0.03 else start if r.random() < 0.5 else start + 0.5,
        "target": None if r.random() < 0.03 else r.randint(101, 500),
        "owner": None if r.random() < 0.2 else r.choice(people)["id"],
        "due": "2026-12-31",
        "updated_at": "2026-11-01" if r.random() > 0.1 else "2026-10-02",
    }


def _align(objective: dict[str, Any], n: int, made: list[Any], r: random.Random) -> None:
    rank = LEVELS.index(objective["level"])
    above = [0, max(1, len(made) // 100), max(2, len(made) // 20), max(3, len(made) * 35 // 100)]
    if rank == 0 or r.random() < 0.03:
        return
    parent = r.randrange(above[rank - 1], max(above[rank], above[rank - 1] + 1))
    target = made[min(parent, n - 1)]["id"] if n else objective["id"]
    objective["parents"] = [{"id": target if r.random() > 0.03 else f"gone{n}"}]


def _dependency(n: int, r: random.Random, made: list[Any], teams: list[Any]) -> dict[str, Any]:
    return {
        "id": f"d{n}",
        "from": r.choice(made)["id"],
        "on_team": r.choice(teams)["id"],
        "need": "an interface",
        "impact": "the launch slips",
        "decision_date": "2026-11-30",
        "failure_trigger": "no draft by then" if r.random() > 0.1 else None,
        "acknowledged": r.random() > 0.05,
    }
