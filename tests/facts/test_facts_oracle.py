"""The structural checks against an oracle: plain dictionaries and loops, sharing no code with the project."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from validator.pipeline import judge
from validator.rules.ruleset import Ruleset

INPUTS = ["owners", "primary_owner", "contributors", "acknowledgements", "parents", "levels", "teams", "cycles", "key_results",
          "measures", "dependencies"]  # fmt: skip
CHECKED = (
    "orphaned-company-objective", "unaligned-objective", "unowned-objective", "shared-objective-without-lead",
    "unacknowledged-dependency", "missing-baseline", "missing-target", "too-many-company-objectives", "alignment-cycle",
    "broken-parent-link", "copied-cascade",
)  # fmt: skip
Found = Counter[tuple[str, ...]]


def _random_set(seed: int) -> dict[str, Any]:
    random = Random(seed)
    ids = [f"o{number:02}" for number in range(random.choice((1, 5, 20, 40)))]
    teams = [f"t{number}" for number in range(6)]
    objectives: list[dict[str, Any]] = []
    for id_ in ids:
        links = random.sample([*ids, f"gone {random.random()}"], min(len(ids), random.choice((0, 0, 1, 1, 1, 2))))
        objectives.append({
            "id": id_,
            "title": random.choice(("Grow", " GROW ", "gr ow", f"Objective {id_}", "Cut churn", "cut   churn")),
            "level": random.choice(("company", "company", "department", "team", "team", "team", "individual")),
            "team": random.choice(teams),
            "cycle": random.choice(("Q1", "Q2")),
            "owners": [{"person": person, "primary": random.random() < 0.4} for person in random.sample("uvwx", random.choice((0, 1, 1, 2)))],
            "contributors": [{"team": team} for team in random.sample(teams, random.choice((0, 0, 0, 1, 3)))],
            "parents": [{"id": target} for target in links],
            "key_results": [
                {"id": f"{id_}.{n}", "title": "Churn rate", "start": random.choice((None, 0, 4)), "target": random.choice((None, 9))}
                for n in range(random.choice((0, 1, 3)))
            ],
        })  # fmt: skip
    dependencies = [
        {
            "id": f"d{n}",
            "from": random.choice(ids),
            "on_team": random.choice(teams),
            "acknowledged": random.choice((True, False, None)),
        }
        for n in range(random.choice((1, 8)))
    ]
    return {"source": {"provides": INPUTS}, "objectives": objectives, "dependencies": dependencies}


def _title(text: str) -> str:
    return " ".join(text.lower().split())


def _below(document: dict[str, Any], id_: str) -> set[str]:
    """Everything that serves an objective, directly or through others; itself only on a circle."""
    seen: set[str] = set()
    front = {id_}
    while front:
        links = ((o["id"], link["id"]) for o in document["objectives"] for link in o["parents"])
        front = {low for low, high in links if high in front} - seen
        seen |= front
    return seen


def _accountable(o: dict[str, Any]) -> int:
    return sum(owner["primary"] for owner in o["owners"]) or (1 if len(o["owners"]) == 1 else 0)


def _on_ownership(document: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    level = {o["id"]: o["level"] for o in document["objectives"]}
    owned = {o["id"] for o in document["objectives"] if _accountable(o)}
    for o in document["objectives"]:
        teams = {o["team"], *(c["team"] for c in o["contributors"])}
        if o["level"] == "company" and not any(
            level[low] == "team" and low in owned for low in _below(document, o["id"])
        ):
            yield "orphaned-company-objective", o["id"]
        if not o["owners"]:
            yield "unowned-objective", o["id"]
        if len(teams) > 1 and o["id"] not in owned:
            yield "shared-objective-without-lead", o["id"]


def _on_links(document: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    title = {o["id"]: _title(o["title"]) for o in document["objectives"]}
    for o in document["objectives"]:
        if o["level"] != "company" and not o["parents"]:
            yield "unaligned-objective", o["id"]
        if o["id"] in _below(document, o["id"]):
            yield "alignment-cycle", o["id"]
        for target in (link["id"] for link in o["parents"]):
            if target not in title:
                yield "broken-parent-link", o["id"]
            elif title[o["id"]] == title[target]:
                yield "copied-cascade", o["id"], target


def _on_the_rest(document: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    for kr in (kr for o in document["objectives"] for kr in o["key_results"]):
        if kr["start"] is None and kr["target"] is not None:  # with neither it is unmeasurable
            yield "missing-baseline", kr["id"]
        if kr["target"] is None and kr["start"] is not None:
            yield "missing-target", kr["id"]
    company = Counter(o["cycle"] for o in document["objectives"] if o["level"] == "company")
    yield from (("too-many-company-objectives", cycle) for cycle, count in company.items() if count > 5)
    yield from (
        ("unacknowledged-dependency", d["from"], d["id"]) for d in document["dependencies"] if not d["acknowledged"]
    )
    for o in document["objectives"]:  # a contributing team is asked to agree too, once the source says who agreed
        for team in {c["team"] for c in o["contributors"]} - {o["team"]}:
            yield "unacknowledged-dependency", o["id"], team


def _oracle(document: dict[str, Any]) -> Found:
    return Counter(itertools.chain(_on_ownership(document), _on_links(document), _on_the_rest(document)))


_NAMED = {"copied-cascade": 2, "unacknowledged-dependency": 2}


def _reported(document: dict[str, Any], ruleset: Ruleset) -> Found:
    found: Found = Counter()
    for finding in judge(document, ruleset)["findings"]:
        ids = [item["id"] for item in finding["items"]]
        found[finding["rule"], *ids[: _NAMED.get(finding["rule"], 1)]] += finding["rule"] in CHECKED
    return +found


@pytest.mark.parametrize("seed", range(200))
def test_the_structural_rules_find_exactly_what_the_oracle_finds(base: Ruleset, seed: int) -> None:
    document = _random_set(seed)
    assert _reported(document, base) == _oracle(document)


def test_the_oracles_sets_break_every_rule_that_is_checked() -> None:
    broken = {key[0] for seed in range(200) for key in _oracle(_random_set(seed))}
    assert broken == set(CHECKED)
