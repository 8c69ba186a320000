"""A set of which part was not read: what is found in it is found in the whole set, and the rest is not evaluated."""

from __future__ import annotations

import copy
import functools
from importlib import resources
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.okr_sets import Document, rich, small
from validator.engine.select import ENGINES
from validator.pipeline import judge
from validator.rules.catalogue import load_ruleset
from validator.rules.partial import WHOLE_SET
from validator.rules.ruleset import Ruleset
from validator.rules.source import parse

Items = frozenset[tuple[str, str]]
"""Kinds and ids."""


def shipped_document(name: str) -> Document:
    return dict(parse(name, resources.files("rulesets").joinpath(name).read_text("utf-8")).data)


DEMO, GOVERNANCE = shipped_document("example.yaml"), shipped_document("example-governance.yaml")
IDS = [objective["id"] for objective in DEMO["objectives"]]


def part_of(document: Document, gone: set[str]) -> Document:
    """The set without some objectives, saying that it is not complete."""
    kept = [objective for objective in document["objectives"] if objective["id"] not in gone]
    return {**document, "source": {**document.get("source", {}), "complete": False}, "objectives": kept}


def found(report: dict[str, Any]) -> dict[str, tuple[str, Items]]:
    """Rule and items of each finding, by its id."""
    return {f["id"]: (f["rule"], frozenset((i["kind"], i["id"]) for i in f["items"])) for f in report["findings"]}


def assert_within(part: dict[str, Any], whole: dict[str, Any]) -> None:
    """Each finding of the part is one of the whole, about no other items."""
    shown = found(whole)
    for id_, (rule, items) in found(part).items():
        assert id_ in shown, (rule, items)
        assert items <= shown[id_][1], rule


@functools.cache
def whole(governed: bool) -> dict[str, Any]:
    """The report on the demonstration set without or with its overlay."""
    return judge(DEMO, load_ruleset("base"), overlays=[GOVERNANCE] * governed)


@given(gone=st.sets(st.sampled_from(IDS), max_size=len(IDS) - 1), governed=st.booleans())
@settings(max_examples=60, deadline=None)
def test_nothing_is_found_in_a_part_of_the_demonstration_set_that_the_whole_does_not_show(
    gone: set[str], governed: bool
) -> None:
    report = judge(part_of(DEMO, gone), load_ruleset("base"), overlays=[GOVERNANCE] * governed)
    assert_within(report, whole(governed))


def thinned(document: Document, random: Random) -> Document:
    """A part of a set: entries of every list are gone, and some key results came without their objectives."""
    gone = {objective["id"] for objective in document["objectives"] if random.random() < 0.3}
    part = part_of(document, gone)
    for name in ("dependencies", "reviews", "initiatives", "key_results"):
        part[name] = [entry for entry in part[name] if random.random() < 0.7]
    for objective in part["objectives"]:
        objective["key_results"] = [kr for kr in objective.get("key_results", ()) if random.random() < 0.8]
    orphans = [o for o in document["objectives"] if o["id"] in gone and random.random() < 0.5]
    part["key_results"] += [kr for objective in orphans for kr in objective.get("key_results", ())]
    return part


@pytest.mark.parametrize("seed", range(30))
def test_nothing_is_found_in_a_part_of_a_random_set_that_the_whole_does_not_show(base: Ruleset, seed: int) -> None:
    random = Random(seed)
    document = with_one_spelling(rich(seed, random.choice((8, 20))))
    whole = judge(document, base, engine="python")
    report = judge(thinned(copy.deepcopy(document), random), base, engine="python")
    report["findings"] = [f for f in report["findings"] if f["rule"] != "dependency-cycle"]
    assert_within(report, whole)


def with_one_spelling(document: Document) -> Document:
    """The set with one spelling of a team that nothing lists: its id is the least spelling that is read."""
    return dict(orjson.loads(orjson.dumps(document).replace(b"unlisted  TEAM", b"Unlisted team")))


def test_a_circle_of_teams_that_is_there_is_found_in_a_part_too(base: Ruleset) -> None:
    """The one exception: where circles lie in one another, a part may name the circle by another entry of the map."""
    document = small(
        {"id": "A", "team": "a"},
        {"id": "B", "team": "b"},
        {"id": "C", "team": "c"},
        source={"complete": False},
        dependencies=[
            {"id": "1", "from": "A", "on_team": "b"},
            {"id": "2", "from": "B", "on_team": "a"},
            {"id": "3", "from": "gone", "on_team": "b"},
        ],
    )
    (circle,) = of_rule(judge(document, base), "dependency-cycle")
    assert [item["id"] for item in circle["items"]] == ["A", "1", "b"]


def of_rule(report: dict[str, Any], rule: str) -> list[dict[str, Any]]:
    return [finding for finding in report["findings"] if finding["rule"] == rule]


def status_of(report: dict[str, Any], rule: str) -> tuple[str, list[str]]:
    return next((entry["status"], entry["missing"]) for entry in report["rules"] if entry["id"] == rule)


COMPANY: Document = {
    "objectives": [
        {"id": "C", "title": "Grow", "level": "company", "owners": [{"person": "Ann"}], "parents": []},
        {"id": "T", "title": "grow", "level": "team", "team": "t", "owners": [], "parents": [{"id": "C"}, {"id": "gone"}]},
        {"id": "U", "title": "Alone", "level": "team", "team": "t", "owners": [], "parents": []},
        {"id": "X", "title": "Round", "level": "team", "team": "t", "owners": [], "parents": [{"id": "Y"}]},
        {"id": "Y", "title": "And round", "level": "team", "team": "t", "owners": [], "parents": [{"id": "X"}]},
    ],
}  # fmt: skip
"""A company objective that nobody in the set delivers, a link to nothing, a copy, and two that serve one another."""


def judged(*, complete: bool) -> dict[str, Any]:
    return judge({**COMPANY, "source": {"complete": complete}}, load_ruleset("base"))


@pytest.mark.parametrize("rule", ["orphaned-company-objective", "broken-parent-link"])
def test_what_more_of_the_set_could_take_back_is_not_evaluated(rule: str) -> None:
    assert of_rule(judged(complete=True), rule)
    partial = judged(complete=False)
    assert of_rule(partial, rule) == []
    assert status_of(partial, rule) == ("not_evaluated", [WHOLE_SET])


@pytest.mark.parametrize("rule", ["unowned-objective", "alignment-cycle", "unaligned-objective"])
def test_what_the_items_themselves_say_is_found_in_a_part_too(rule: str) -> None:
    partial = of_rule(judged(complete=False), rule)
    assert partial
    assert partial == of_rule(judged(complete=True), rule)


def test_a_copy_is_found_in_a_part_without_saying_that_its_team_only_copies() -> None:
    (partial,), (whole,) = (of_rule(judged(complete=flag), "copied-cascade") for flag in (False, True))
    assert [item["id"] for item in partial["items"]] == ["T", "C"]
    assert partial["id"] == whole["id"]


def test_a_number_that_can_only_grow_is_held_against_a_part_too(base: Ruleset) -> None:
    many = [{"id": f"C{n}", "title": f"Aim {n}", "level": "company"} for n in range(6)]
    report = judge({"source": {"complete": False}, "objectives": many}, base)
    assert of_rule(report, "too-many-company-objectives")


def test_an_objective_that_links_to_what_was_not_read_is_not_called_unaligned(base: Ruleset) -> None:
    objectives = [{"id": "L", "title": "Linked", "level": "team", "parents": [{"id": "gone"}]}]
    objectives += [{"id": "N", "title": "Not linked", "level": "team", "parents": []}]
    report = judge({"source": {"complete": False}, "objectives": objectives}, base)
    assert [f["items"][0]["id"] for f in of_rule(report, "unaligned-objective")] == ["N"]


@pytest.mark.parametrize(("link", "found"), [([], 1), ([{"id": "gone"}], 0)])
def test_two_key_results_compete_in_a_part_unless_one_may_serve_the_other(
    base: Ruleset, link: list[Document], found: int
) -> None:
    def objective(id_: str, title: str, kr: str, parents: list[Document]) -> Document:
        key_results = [{"id": f"{id_}1", "title": kr, "metric": "churn rate", "unit": "%"}]
        return {"id": id_, "title": title, "team": id_, "parents": parents, "key_results": key_results}

    document = small(
        objective("A", "Keep customers", "Churn rate from 5% to 3%", link),
        objective("B", "Let them go", "Churn rate from 5% to 8%", []),
        source={"complete": False},
    )
    assert len(of_rule(judge(document, base), "competing-key-results")) == found


def test_a_key_result_that_came_without_its_objective_waits_for_it(base: Ruleset) -> None:
    document = small({"id": "A"}, key_results=[{"id": "K", "title": "Write the plan", "owner": None}])
    assert "K" in {item["id"] for f in judge(document, base)["findings"] for item in f["items"]}
    partial = judge({**document, "source": {"complete": False}}, base)
    assert "K" not in {item["id"] for f in partial["findings"] for item in f["items"]}


@pytest.mark.parametrize("engine", ENGINES)
def test_the_caller_may_say_that_the_set_is_a_part_as_well_as_the_document(base: Ruleset, engine: str) -> None:
    said = judge({**DEMO, "source": {**DEMO["source"], "complete": False}}, base, engine=engine)
    told = judge(DEMO, base, engine=engine, complete=False)
    assert told["input"]["complete"] is False
    assert told["findings"] == said["findings"] != whole(False)["findings"]
    assert told["rules"] == said["rules"]


def test_the_report_of_a_part_names_the_ruleset_as_it_is(base: Ruleset) -> None:
    assert judged(complete=False)["ruleset"] == judged(complete=True)["ruleset"]
