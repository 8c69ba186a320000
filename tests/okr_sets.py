"""OKR sets for tests: the smallest that can be judged, and random ones that use every part of the format."""

from __future__ import annotations

import datetime
from random import Random
from typing import Any

from validator.document.normalise import normalise
from validator.document.schema import INPUTS, LEVELS
from validator.facts.build import facts_as_of
from validator.facts.fact import Fact

Document = dict[str, Any]

DAY_ONE = datetime.date(2026, 1, 1)
AS_OF = datetime.date(2026, 8, 15)
LOOSE = 3
"""Key results under no objective."""
TEAMS = ("Platform", "Legal", "Logistics", "Finance", "Support", "Data", "Design", "Payments")
METRICS = ("churn", "NPS", "average handling time", "first contact resolution")
STATUSES = ("draft", "Committed", "On Track", "at-risk", "closed", "done", "cancelled", "not started")
TITLES = (
    "Grow revenue",
    "grow  revenue.",
    "Cut churn by 10 %",
    "Élargir l'offre",
    "日本で拡大",
    "Ship Q4 platform",
    "“Quoted”",
)


def small(*objectives: dict[str, Any], **more: Any) -> Document:
    """A document with these objectives (titled by their ids unless they have a title) and whatever else is given."""
    return {"objectives": [{"title": o.get("id"), **o} for o in objectives], **more}


def rich(seed: int, size: int = 30) -> Document:
    """A random set that uses every list and nearly every field, with about every fault that the base ruleset knows."""
    return _Maker(Random(seed), size).document()


class _Maker:
    def __init__(self, random: Random, size: int) -> None:
        self.random = random
        self.size = size
        self.teams = [f"T{number}" for number in range(max(2, size // 5))]
        self.people = [f"u{number}" for number in range(max(2, size // 4))]
        self.cycles = ["C1", "C2", "Y"]
        self.objectives = [f"O{number}" for number in range(size)]
        self.key_results = [f"K{number}" for number in range(size * 2)]

    def document(self) -> Document:
        made = [self.objective(id_) for id_ in self.objectives]
        for number, id_ in enumerate(self.key_results[:-LOOSE]):
            made[number % len(made)].setdefault("key_results", []).append(self.key_result(id_))
        return {
            "source": {"tool": "test", "exported_at": str(AS_OF), **self.maybe(0.5, provides=list(INPUTS))},
            "organisation": {"id": "org", "name": "Example"},
            "cycles": [self.cycle("C1", 0, 181), self.cycle("C2", 181, 364), self.cycle("Y", 0, 364)],
            "teams": [self.team(id_) for id_ in self.teams],
            "people": [{"id": id_, "name": f"Person {id_}", "team": self.team_name()} for id_ in self.people],
            "objectives": made,
            "key_results": [self.key_result(id_) for id_ in self.key_results[-LOOSE:]],
            "initiatives": [self.initiative(f"I{number}") for number in range(self.size // 4)],
            "dependencies": [self.dependency(f"D{number}") for number in range(self.size // 2)],
            "reviews": [self.review(f"R{number}") for number in range(self.size // 6)],
            "conflicts": [self.conflict(f"X{number}") for number in range(self.size // 10)],
            "governance": self.governance(),
        }

    def maybe(self, share: float, **fields: Any) -> dict[str, Any]:
        return {name: value for name, value in fields.items() if self.random.random() < share}

    def day(self) -> str:
        return str(DAY_ONE + datetime.timedelta(days=self.random.randrange(-30, 400)))

    def some(self, names: list[str], most: int) -> list[str]:
        return self.random.sample(names, min(len(names), self.random.randint(0, most)))

    def team_name(self) -> str:
        return self.random.choice([*self.teams, *self.teams, "Unlisted team", "unlisted  TEAM"])

    def target(self) -> str:
        return self.random.choice([*self.objectives * 3, *self.key_results, "gone"])

    def links(self, most: int) -> list[dict[str, Any]]:
        found = {(self.target(), self.random.choice(("parent", "parent", "supports"))) for _ in range(most)}
        return [{"id": id_, "kind": kind} for id_, kind in sorted(found)[: self.random.randint(0, most)]]

    def cycle(self, id_: str, first: int, last: int) -> dict[str, Any]:
        start, end = (str(DAY_ONE + datetime.timedelta(days=days)) for days in (first, last))
        return {"id": id_, "name": f"Cycle {id_}", "start": start, "end": end, "status": "open"}

    def team(self, id_: str) -> dict[str, Any]:
        fields = {
            "name": TEAMS[int(id_[1:]) % len(TEAMS)] + id_[2:],
            "level": self.random.choice(LEVELS),
            "lead": self.random.choice(self.people),
        }
        return {"id": id_, **self.maybe(0.7, function=self.random.choice(("Sales", "Product", "sales")), **fields)}

    def objective(self, id_: str) -> dict[str, Any]:
        random = self.random
        owners = [{"person": p, **self.maybe(0.4, primary=random.random() < 0.6)} for p in self.some(self.people, 3)]
        contributors = [
            {"team": t, **self.maybe(0.5, acknowledged=random.random() < 0.5, role=random.choice(("owner", "helper")))}
            for t in self.some(self.teams, 3)
        ]
        texts = {
            "status": random.choice(STATUSES),
            "strategic_brief": random.choice(("", "The brief")),
            "description": "Relies on Team T1 for data",
        }
        days = {"start": self.day(), "end": self.day(), "updated_at": self.day()}
        named = {
            "created_by": random.choice(self.people),
            "level": random.choice(LEVELS),
            "cycle": random.choice(self.cycles),
        }
        title = random.choice((*TITLES, f"Objective {id_}", f"Objective {id_}", f"Objective {id_}"))
        return {"id": id_, "title": title, **self.maybe(0.8, team=self.team_name(), **named), **self.maybe(0.6, **texts, **days),
                **self.maybe(0.7, owners=owners, contributors=contributors, parents=self.links(3))}  # fmt: skip

    def key_result(self, id_: str) -> dict[str, Any]:
        random = self.random
        numbers = {
            "start": random.choice((0, 10, 0.5)),
            "target": random.choice((10, 100)),
            "current": 3,
            "progress": 40,
        }
        named = {
            "owner": random.choice(self.people),
            "lead_team": self.team_name(),
            "cycle": random.choice(self.cycles),
        }
        days = {"start_date": self.day(), "due": self.day(), "updated_at": self.day()}
        words = {
            "metric": random.choice(METRICS),
            "unit": "%",
            "description": "d",
            "direction": random.choice(("increase", "decrease", "maintain")),
            "status": random.choice(STATUSES),
        }
        return {"id": id_, "title": random.choice((*TITLES, f"Key result {id_}")), **self.maybe(0.6, **numbers, **words),
                **self.maybe(0.3, shared_with=self.some(self.teams, 3), parents=self.links(2), **named, **days)}  # fmt: skip

    def initiative(self, id_: str) -> dict[str, Any]:
        fields = {
            "team": self.team_name(),
            "owner": self.random.choice(self.people),
            "end": self.day(),
            "start": self.day(),
        }
        served = list(dict.fromkeys(self.target() for _ in range(2)))
        return {"id": id_, "title": f"Work {id_}", **self.maybe(0.6, objectives=served, **fields)}

    def dependency(self, id_: str) -> dict[str, Any]:
        texts = {
            "need": "an API",
            "impact": "launch slips",
            "failure_trigger": "no API in May",
            "decision_date": self.day(),
        }
        flags = {"acknowledged": self.random.random() < 0.6, "decided": self.random.random() < 0.4}
        return {"id": id_, "from": self.target(), "on_team": self.team_name(), **self.maybe(0.6, **texts, **flags)}

    def review(self, id_: str) -> dict[str, Any]:
        kind = self.random.choice(("cycle_start", "Mid-cycle", "monthly", "cycle_end", "retro"))
        named = {"teams": self.some(self.teams, 3), "objectives": self.some(self.objectives, 4)}
        return {"id": id_, "kind": kind, **self.maybe(0.6, date=self.day(), decision_authority=True, **named)}

    def conflict(self, id_: str) -> dict[str, Any]:
        fields = {"decision_maker": self.random.choice(self.people), "escalate_within_days": 5, "summary": "A clash"}
        return {"id": id_, "objectives": self.some(self.objectives, 3), **self.maybe(0.4, **fields)}

    def governance(self) -> dict[str, Any]:
        forum = self.maybe(0.6, name="Forum", teams=self.some(self.teams, 3), members=self.some(self.people, 2),
                           decision_authority=self.random.random() < 0.5, every_days=40, next="2026-09-01")  # fmt: skip
        window = self.maybe(0.5, raise_within_days=2, act_within_days=3)
        return self.maybe(0.6, conflict_resolver="COO", tie_breaker="strategic importance", translation_owner="CFO",
                          escalation=window, forum=forum)  # fmt: skip


def shuffled(value: Any, random: Random) -> Any:
    """The same value with every list of it in another order."""
    if isinstance(value, list):
        inner = [shuffled(entry, random) for entry in value]
        return random.sample(inner, len(inner))
    return {key: shuffled(inner, random) for key, inner in value.items()} if isinstance(value, dict) else value


def facts(document: Document, as_of: datetime.date = AS_OF) -> dict[str, dict[str, dict[str, Any]]]:
    """Facts of a document by kind and by the id of their first item; of several about one item, the last."""
    built = facts_as_of(normalise(document), as_of)
    return {kind: {fact.items[0][1]: fact.values for fact in listed} for kind, listed in built.items()}


def listed(document: Document, kind: str, as_of: datetime.date = AS_OF) -> list[Fact]:
    """All facts of a kind."""
    return facts_as_of(normalise(document), as_of)[kind]
