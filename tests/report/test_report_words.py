"""The words that the formats share."""

from __future__ import annotations

import pytest

from validator.document.schema import INPUTS
from validator.report.words import SUPPLY, counted
from validator.rules.partial import WHOLE_SET


def test_every_input_a_rule_may_wait_for_is_explained() -> None:
    assert set(SUPPLY) == {*INPUTS, WHOLE_SET}


@pytest.mark.parametrize(
    ("count", "name", "said"),
    [
        (1, "objective", "1 objective"),
        (0, "key_result", "0 key results"),
        (1200, "dependency", "1,200 dependencies"),
        (2, "person", "2 people"),
    ],
)
def test_counts_have_their_noun(count: int, name: str, said: str) -> None:
    assert said == counted(count, name)
