"""The vocabulary names every attribute once, with the type that facts give it."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from validator.document.normalise import normalise
from validator.document.schema import INPUTS
from validator.facts.build import facts_as_of
from validator.facts.vocabulary import BY_KIND, KINDS, TYPES, VOCABULARY
from validator.rules.examples import Example

DAY = datetime.date(2026, 5, 20)
OF_TYPE: dict[str, tuple[type, ...]] = {"number": (int, float), "word": (str,), "text": (str,), "yes/no": (bool,)}
Value = tuple[str, str, Any]
SELDOM: dict[str, Any] = {
    "cycles": [{"id": "q2", "name": "Q2 2026", "status": "open"}],
    "objectives": [
        {
            "id": "O1",
            "title": "Answer sooner",
            "description": "Nobody waits for a day.",
            "cycle": "q2",
            "updated_at": "2026-05-02",
            "key_results": [{"id": "K1", "title": "Hours to answer", "description": "Median.", "progress": 40}],
        }
    ],
    "reviews": [{"id": "R1", "decision_authority": True}],
}
"""What no rule of the base ruleset asks."""


@pytest.fixture(scope="module")
def values(examples: list[Example], demo: dict[str, Any]) -> list[Value]:
    """Kind, name and value of every attribute of every fact about the examples and the demonstration."""
    return [value for document in (*(dict(e.document) for e in examples), demo, SELDOM) for value in facts_of(document)]


def facts_of(document: dict[str, Any]) -> Iterator[Value]:
    for kind, facts in facts_as_of(normalise(document), DAY).items():
        for fact in facts:
            yield from ((kind, name, value) for name, value in fact.values.items())


def is_of(value: object, type: str) -> bool:
    return isinstance(value, OF_TYPE[type]) and isinstance(value, bool) == (type == "yes/no")


def test_every_attribute_of_a_fact_is_declared_with_its_type(values: list[Value]) -> None:
    wrong = {
        (kind, name, value)
        for kind, name, value in values
        if name not in BY_KIND[kind] or not is_of(value, BY_KIND[kind][name].type)
    }
    assert wrong == set()


def test_every_declared_attribute_is_given_by_some_fact(values: list[Value]) -> None:
    given = {(kind, name) for kind, name, _ in values}
    assert {(a.kind, a.name) for a in VOCABULARY} - given == set()


def test_every_kind_of_fact_has_attributes_and_every_attribute_a_kind() -> None:
    assert {attribute.kind for attribute in VOCABULARY} == set(KINDS)


def test_no_attribute_is_declared_twice() -> None:
    counts = Counter((attribute.kind, attribute.name) for attribute in VOCABULARY)
    assert [name for name, count in counts.items() if count > 1] == []


def test_no_attribute_has_a_name_that_the_engine_keeps_for_itself() -> None:
    assert [a for a in VOCABULARY if a.name in ("id", "sid") or a.name.startswith(("~", "$"))] == []


def test_every_attribute_has_a_type_a_sentence_and_known_needs() -> None:
    for attribute in VOCABULARY:
        assert attribute.type in TYPES, attribute
        assert attribute.sentence.endswith("."), attribute
        assert set(attribute.needs) <= set(INPUTS), attribute
