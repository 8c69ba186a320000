"""The published JSON Schema says the same as the door, but for what JSON Schema cannot say."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.okr_sets import Document, rich, small
from validator.document.jsonschema import DIALECT, document_schema
from validator.document.load import load
from validator.errors import BadInput

SCHEMA = document_schema()
PUBLISHED = jsonschema.Draft202012Validator(SCHEMA)
WRONG: tuple[Any, ...] = (None, True, 0, -3, 1.5, "", "text", "company", [], [1], [None], {}, {"id": "x"}, [{}], [[]])


def accepted(document: object) -> bool:
    try:
        load(document)
    except BadInput:
        return False
    return True


def test_it_is_json_schema_of_the_year_2020() -> None:
    assert SCHEMA["$schema"] == DIALECT
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_property_says_what_it_is() -> None:
    described = [field for part in SCHEMA["$defs"].values() for field in part["properties"].values()]
    assert len(described) > 100
    assert all(field.get("description") for field in described)


def test_every_part_refuses_unknown_fields() -> None:
    assert {part["additionalProperties"] for part in SCHEMA["$defs"].values()} == {False}


@pytest.mark.parametrize("seed", range(10))
def test_rich_documents_pass_both(seed: int) -> None:
    assert PUBLISHED.is_valid(rich(seed))
    assert accepted(rich(seed))


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, part in inner for found in _places(part, (*path, key)))]


def _mutated(random: Random) -> Document:
    """A rich document with one to three values replaced, removed, added or misspelt."""
    document = copy.deepcopy(rich(random.randrange(40), size=6))
    for _ in range(random.randint(1, 3)):
        *path, key = random.choice([place for place in _places(document) if place])
        holder: Any = document
        try:
            for step in path:
                holder = holder[step]
            if random.random() < 0.2:
                del holder[key]
            elif random.random() < 0.2 and isinstance(holder, dict):
                holder[random.choice(("extra", "titel", "id", "kind"))] = random.choice(WRONG)
            else:
                holder[key] = random.choice(WRONG)
        except (KeyError, IndexError, TypeError):
            continue
    return document


def _differs_knowingly(document: Any) -> bool:
    """Texts that the door reads as number or date, and blank ids: JSON Schema lets every text pass there."""
    texts = {"progress", "start", "target", "current", "weight", "every_days", "raise_within_days", "act_within_days", "due", "end",
             "escalate_within_days", "exported_at", "updated_at", "start_date", "decision_date", "date", "next"}  # fmt: skip
    return any(path[-1] in texts and isinstance(_at(document, path), str) for path in _places(document) if path)


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


@settings(max_examples=400, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_both_take_and_refuse_the_same_documents(seed: int) -> None:
    document = _mutated(Random(seed))
    door, published = accepted(document), PUBLISHED.is_valid(document)
    assert published or not door, "the door takes what the published schema refuses"
    assert door == published or _differs_knowingly(document)


def test_the_mutations_are_refused_often_and_not_always() -> None:
    refused = sum(not accepted(_mutated(Random(seed))) for seed in range(200))
    assert 40 < refused < 190


def _key_result(**fields: Any) -> Document:
    return small({"id": "O", "key_results": [{"id": "K", "title": "k", **fields}]})


STRICTER: dict[str, Document] = {
    "a text that is no number": _key_result(target="soon"),
    "a text that is no date": _key_result(due="soon"),
    "a blank id": small({"id": "  "}),
    "a whole number written as a fraction for an id": small({"id": 1.0, "title": "t"}),
    "an extra nested too deep": small({"id": "O", "extra": {"a": [[[[[[[[[]]]]]]]]]}}),
}


@pytest.mark.parametrize("document", STRICTER.values(), ids=STRICTER.keys())
def test_the_door_is_knowingly_stricter_on(document: Document) -> None:
    assert PUBLISHED.is_valid(document)
    assert not accepted(document)


ALIKE: dict[str, Document] = {
    "a long id": small({"id": "x" * 257}),
    "an empty id": small({"id": "", "title": "t"}),
    "a number past what is exact": _key_result(target=2e15),
    "a negative number past what is exact": _key_result(target=-2e15),
    "a truth value as number": _key_result(target=True),
    "a truth value as id": small({"id": True, "title": "t"}),
    "an id past 64 bits": small({"id": 2**64, "title": "t"}),
    "a long title": small({"id": "O", "title": "x" * 10_001}),
    "an unknown level": small({"id": "O", "level": "squad"}),
    "too many tags": small({"id": "O", "tags": ["t"] * 1_001}),
}


@pytest.mark.parametrize("document", ALIKE.values(), ids=ALIKE.keys())
def test_both_refuse(document: Document) -> None:
    assert not PUBLISHED.is_valid(document)
    assert not accepted(document)
