"""The lexicon: what it holds, what it refuses, and what a text says of it."""

from __future__ import annotations

import pytest

from validator.detection.lexicon import load_lexicon, read_lexicon
from validator.detection.phrases import index_phrases, said
from validator.errors import BadRuleset

FORCES = "forces: [{id: speed, raise: instant}, {id: scrutiny, raise: audit}]\n"


def test_the_shipped_lexicon_is_broad() -> None:
    lexicon = load_lexicon()
    assert len(lexicon.axes) >= 300
    assert len(lexicon.forces) >= 50
    assert len(lexicon.oppositions) >= 100
    assert all(opposition.reason and opposition.settle for opposition in lexicon.oppositions.values())


@pytest.mark.parametrize(
    ("text", "pointer", "message"),
    [
        ("axes: [", "", "Not YAML"),
        ("- 1", "", "not an object"),
        ("axes: [{high: a}]", "/axes/0", "has an id"),
        ("axes: [{id: a, high: b}, {id: a, low: c}]", "/axes/1/id", "stands twice"),
        ("axes: [{id: a, high: [b]}]", "/axes/0/high", "phrases with commas"),
        (FORCES + "oppositions: [{between: [speed], reason: r}]", "/oppositions/0", "two sides"),
        (FORCES + "oppositions: [{between: [speed, rest], reason: r}]", "/oppositions/0/between/1", "No force"),
        (FORCES + "oppositions: [{between: [speed, scrutiny], reason: r, strength: huge}]", "/oppositions/0/strength", "neither strong"),
    ],
)  # fmt: skip
def test_a_fault_of_a_lexicon_is_named_with_its_place(text: str, pointer: str, message: str) -> None:
    with pytest.raises(BadRuleset) as caught:
        read_lexicon(text)
    assert [fault.pointer for fault in caught.value.faults] == [pointer]
    assert message in caught.value.faults[0].message


def test_a_phrase_is_said_where_all_its_words_stand_in_whichever_order() -> None:
    phrases = index_phrases(
        [(frozenset(("missed", "slot")), "kept"), (frozenset(("slot",)), "slot"), (frozenset(), "none")]
    )
    assert sorted(meaning for _, meaning in said(frozenset(("slot", "was", "missed")), phrases)) == ["kept", "slot"]
    assert [meaning for _, meaning in said(frozenset(("missed",)), phrases)] == []
