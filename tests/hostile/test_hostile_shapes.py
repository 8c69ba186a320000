"""Well-formed sets whose shape could make a run slow: each is judged in time that grows with the set, not with its square."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.okr_sets import Document, small
from validator.pipeline import judge
from validator.rules.ruleset import Ruleset

MANY = 3_000
SECONDS = 20
"""What a quadratic step over MANY would far exceed; most shapes take under two."""
INPUTS = [
    "owners",
    "parents",
    "levels",
    "teams",
    "contributors",
    "acknowledgements",
    "reviews",
    "cycles",
    "dependencies",
    "conflicts",
]


def _day(after: int) -> str:
    return str(datetime.date(2000, 1, 1) + datetime.timedelta(days=after))


def _same_titles() -> Document:
    return small(*({"id": f"O{n}", "title": "Grow", "team": f"T{n % 50}"} for n in range(MANY)))


def _children_of_distinct_teams() -> Document:
    low = (
        {
            "id": f"O{n}",
            "team": f"T{n}",
            "level": "team",
            "parents": [{"id": "C"}],
            "contributors": [{"team": f"T{(n + 1) % MANY}"}],
        }
        for n in range(MANY)
    )
    return small({"id": "C", "level": "company"}, *low)


def _everything_links_to_everything() -> Document:
    side = 250
    upper = ({"id": f"P{n}", "level": "company", "team": f"T{n}"} for n in range(side))
    low = (
        {"id": f"O{n}", "level": "team", "team": f"T{n}", "parents": [{"id": f"P{m}"} for m in range(side)]}
        for n in range(side)
    )
    return small(*upper, *low)


def _chain(title: str | None) -> Document:
    return small(
        *(
            {"id": f"O{n}", "title": title or f"t{n}", "level": "company", "parents": [{"id": f"O{n + 1}"}]}
            for n in range(MANY)
        )
    )


def _ring_of_shortcuts() -> Document:
    links = ([{"id": f"O{(n + step) % MANY}"} for step in range(1, 6)] for n in range(MANY))
    return small(*({"id": f"O{n}", "title": "Same", "parents": found} for n, found in enumerate(links)))


def _ladder_of_diamonds() -> Document:
    return small(*({"id": f"{n}{side}", "level": "team", "team": f"T{n}{side}", "owners": [{"person": f"u{n}{side}"}],
                    "parents": [{"id": f"{n + 1}{up}"} for up in "ab"]} for n in range(MANY // 2) for side in "ab"))  # fmt: skip


def _cycles_and_reviews() -> Document:
    return small(
        *({"id": f"O{n}", "cycle": f"Q{n}", "team": "A", "contributors": [{"team": "B"}]} for n in range(MANY)),
        cycles=[{"id": f"Q{n}", "start": _day(n), "end": _day(n + 90)} for n in range(MANY)],
        reviews=[{"id": f"R{n}", "kind": f"kind {n}", "date": _day(n)} for n in range(MANY)],
    )


def _reviews_of_all_teams() -> Document:
    teams = [f"T{n}" for n in range(1_000)]
    return small(
        *({"id": f"O{n}", "team": teams[n % 1_000]} for n in range(MANY)),
        reviews=[{"id": str(n), "date": _day(n), "teams": teams} for n in range(300)],
    )


def _conflicts() -> Document:
    return small({"id": "O"}, conflicts=[{"id": f"X{n}", "objectives": ["O"]} for n in range(MANY)])


def _teams_in_one_circle() -> Document:
    entries = [{"id": f"D{n}", "from": f"O{n}", "on_team": f"T{(n + 1) % MANY}"} for n in range(MANY)]
    return small(*({"id": f"O{n}", "team": f"T{n}"} for n in range(MANY)), dependencies=entries)


def _shared_key_results() -> Document:
    krs = [
        {"id": f"K{n}", "title": f"k{n}", "shared_with": [f"S{(n + m) % 900}" for m in range(300)]} for n in range(300)
    ]
    return small(
        {"id": "O", "team": "A", "contributors": [{"team": f"T{n}"} for n in range(1_000)], "key_results": krs}
    )


def _contributors_everywhere() -> Document:
    return small(
        *(
            {"id": f"O{n}", "team": f"X{n}", "contributors": [{"team": f"T{m}"} for m in range(200)]}
            for n in range(MANY // 20)
        )
    )


def _long_titles() -> Document:
    return small(
        *({"id": f"O{n}", "title": "Grow " * 2_000, "parents": [{"id": f"O{n // 2}"}]} for n in range(MANY // 5))
    )


def _one_measure() -> Document:
    def kr(n: int) -> dict[str, Any]:
        return {
            "id": f"K{n}",
            "title": f"Churn rate {n}",
            "metric": "churn",
            "direction": ("increase", "decrease")[n % 2],
            "start": 1,
            "target": n,
        }

    return small(*({"id": f"O{n}", "team": f"T{n}", "key_results": [kr(n)]} for n in range(MANY)))


def _spellings() -> Document:
    return small(
        *(
            {
                "id": f"O{n}",
                "team": f"{'x' * (MANY - n)} {n}"[-250:],
                "created_by": "ANN".swapcase() if n % 2 else "ANN",
            }
            for n in range(MANY)
        )
    )


SHAPES: dict[str, Callable[[], Document]] = {
    "every objective has the same title": _same_titles,
    "one parent has children of distinct teams, all shared": _children_of_distinct_teams,
    "everything links to everything": _everything_links_to_everything,
    "a chain of company objectives": lambda: _chain(None),
    "a chain of company objectives of one title": lambda: _chain("Same"),
    "a ring with shortcuts": _ring_of_shortcuts,
    "a ladder of diamonds": _ladder_of_diamonds,
    "as many cycles as reviews, each of a kind of its own": _cycles_and_reviews,
    "reviews in which all teams take part": _reviews_of_all_teams,
    "known conflicts of one objective": _conflicts,
    "teams that all wait in one circle": _teams_in_one_circle,
    "key results shared by hundreds of teams": _shared_key_results,
    "contributors everywhere": _contributors_everywhere,
    "very long titles": _long_titles,
    "every key result is about one measure, pulled both ways": _one_measure,
    "names in many spellings": _spellings,
}


@pytest.mark.parametrize("make", SHAPES.values(), ids=SHAPES.keys())
def test_it_is_judged_in_good_time_when(base: Ruleset, make: Callable[[], dict[str, Any]]) -> None:
    document = {"source": {"provides": INPUTS}, **make()}
    began = time.process_time()
    report = judge(document, base)
    assert time.process_time() - began < SECONDS
    assert report["findings"]
    assert len({finding["id"] for finding in report["findings"]}) == len(report["findings"])
