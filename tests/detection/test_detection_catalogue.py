"""The metric catalogue: what it holds, what it refuses, and which metrics a text names."""

from __future__ import annotations

import re

import pytest

from validator.detection.catalogue import content, load_catalogue, read_catalogue
from validator.detection.claims import concepts_of
from validator.errors import BadRuleset

SMALL = "metrics:\n- {id: churn-rate, name: Churn rate, synonyms: [churn], better: lower, inverse: kept}\n- {id: kept, name: Kept customers, inverse: churn-rate}\n"


def test_the_shipped_catalogue_is_broad() -> None:
    catalogue = load_catalogue()
    assert len(catalogue.metrics) >= 200
    assert sum(len(listed) for listed in catalogue.trade_offs.values()) >= 80


def test_inverses_of_the_shipped_catalogue_name_each_other() -> None:
    metrics = load_catalogue().metrics
    assert [m.id for m in metrics.values() if m.inverse and metrics[m.inverse].inverse != m.id] == []


def test_no_phrase_of_the_shipped_catalogue_stands_under_two_metrics() -> None:
    owners: dict[str, set[str]] = {}
    for metric in load_catalogue().metrics.values():
        for phrase in (metric.name.casefold(), *metric.synonyms):
            owners.setdefault(phrase, set()).add(metric.id)
    assert {phrase: ids for phrase, ids in owners.items() if len(ids) > 1} == {}


def test_names_and_ids_of_the_shipped_catalogue_are_written_as_the_field_writes_them() -> None:
    for metric in load_catalogue().metrics.values():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", metric.id), metric.id
        assert all(synonym == synonym.lower() for synonym in metric.synonyms), metric.id


@pytest.mark.parametrize(
    ("text", "pointer", "message"),
    [
        ("[1, 2", "", "Not YAML"),
        ("metrics: 3", "/metrics", "has no metrics"),
        ("metrics: [{id: a}]", "/metrics/0", "an id and a name"),
        ("metrics: [{id: a, name: A}, {id: a, name: B}]", "/metrics/1/id", "stands twice"),
        ("metrics: [{id: a, name: A, better: up}]", "/metrics/0/better", "neither higher, lower nor either"),
        ("metrics: [{id: a, name: A, synonyms: [on]}]", "/metrics/0/synonyms", "list of texts"),
        ("metrics: [{id: a, name: A, inverse: b}]", "/metrics/0/inverse", "No metric is called “b”"),
        (SMALL + "trade_offs: [{between: [kept, x], directions: [increase, increase], reason: r}]", "/trade_offs/0/between/1", "No metric or family"),
        (SMALL + "trade_offs: [{between: [kept, kept], directions: [up, increase], reason: r}]", "/trade_offs/0/directions/0", "neither increase nor decrease"),
        (SMALL + "trade_offs: [{between: [kept, kept], directions: [increase, increase]}]", "/trade_offs/0/reason", "reason"),
        (SMALL + "trade_offs: [{between: [kept]}]", "/trade_offs/0", "two sides"),
    ],
)  # fmt: skip
def test_a_fault_of_a_catalogue_is_named_with_its_place(text: str, pointer: str, message: str) -> None:
    with pytest.raises(BadRuleset) as caught:
        read_catalogue(text)
    assert [fault.pointer for fault in caught.value.faults] == [pointer]
    assert message in caught.value.faults[0].message


def test_a_metric_and_its_inverse_go_by_one_name_and_run_against_each_other() -> None:
    catalogue = read_catalogue(SMALL)
    assert concepts_of(content("Monthly churn"), catalogue)["churn-rate"].runs == 1
    assert concepts_of(content("Customers kept"), catalogue)["churn-rate"].runs == -1


@pytest.mark.parametrize(
    ("text", "metric"),
    [
        ("NPS from 31 to 45", "net-promoter-score"),
        ("Average handling time 540 to 360 s", "average-handling-time"),
        ("Sales cycle 74 to 50 days", "sales-cycle-length"),
        ("Customer churn 4% to 2%", "churn-rate"),
    ],
)
def test_a_metric_is_found_under_the_names_that_people_use(text: str, metric: str) -> None:
    catalogue = load_catalogue()
    assert catalogue.canonical(metric)[0] in concepts_of(content(text), catalogue)


def test_a_text_in_another_script_names_no_metric() -> None:
    assert concepts_of(content("売上を伸ばす 🚀"), load_catalogue()) == {}
