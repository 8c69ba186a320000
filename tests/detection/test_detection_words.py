"""The word tables as admins edit them."""

from __future__ import annotations

from importlib import resources

import pytest

from validator.detection.words import AS_WRITTEN, Words, read_words, words
from validator.errors import BadRuleset
from validator.rules.source import parse

SHIPPED = resources.files("rulesets").joinpath("wording.yaml").read_text("utf-8")


def test_words_are_stems_phrases_are_stems_in_order_and_commands_stay_as_written() -> None:
    assert "utilization" in words().utilisation_words
    assert ("story", "point") in words().utilisation_phrases["story"]
    assert {"organise", "organize"} <= words().task_verbs
    assert set(AS_WRITTEN) <= set(Words._fields)


def test_every_fault_of_a_table_is_named_with_its_line() -> None:
    wrong = SHIPPED.replace("hold_words:", "held_words:").replace("metric_names: >", "metric_names: [nps]\nx: >")
    with pytest.raises(BadRuleset) as caught:
        read_words(parse("wording.yaml", wrong))
    messages = [fault.message for fault in caught.value.faults]
    assert messages == [
        "The list “hold_words” is missing.",
        "No list is called “held_words”.",
        "“metric_names” is a text: words with spaces or phrases with commas.",
        "No list is called “x”.",
    ]
    assert caught.value.faults[1].place.startswith("wording.yaml, line ")


def test_a_file_that_is_no_mapping_lacks_every_list() -> None:
    with pytest.raises(BadRuleset) as caught:
        read_words(parse("wording.yaml", "- raise"))
    assert len(caught.value.faults) == len(Words._fields)
