"""The pages on rules and vocabulary are those that the rulesets give."""

from __future__ import annotations

from pathlib import Path

import pytest

from validator.facts.vocabulary import KINDS, VOCABULARY
from validator.rules.catalogue import load_ruleset
from validator.rules.failure_table import load_failure_table
from validator.rules.table import parameters_asked, rules_page, vocabulary_page, write

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", ["rules.md", "vocabulary.md"])
def test_a_page_is_up_to_date(name: str, tmp_path: Path) -> None:
    write(tmp_path)
    fresh, kept = ((folder / name).read_text("utf-8") for folder in (tmp_path, DOCS))
    assert kept == fresh, "run: python -m validator.rules.table"


def test_every_rule_stands_on_the_page_once_with_its_title() -> None:
    page = rules_page()
    for rule in load_ruleset("base").rules:
        assert page.count(f"| `{rule.id}`<br>{rule.title} |") == 1, rule.id


def test_every_attribute_stands_on_the_page() -> None:
    rows = vocabulary_page().splitlines()
    for attribute in VOCABULARY:
        assert any(row.startswith(f"| `{attribute.name}` | {attribute.type} |") for row in rows), attribute


def test_a_rule_is_shown_with_what_another_ruleset_makes_of_it() -> None:
    (row,) = (row for row in rules_page().splitlines() if row.startswith("| `unowned-key-result`<br>"))
    assert "info<br>relaxed: off<br>strict: warning" in row


def test_every_parameter_is_asked_by_the_rule_that_the_page_names() -> None:
    asked = {name for names in parameters_asked("base").values() for name in names}
    assert asked == set(load_ruleset("base").parameters)


def test_no_row_of_a_table_has_more_or_fewer_cells_than_its_head() -> None:
    widths: list[list[int]] = [[]]
    for line in (rules_page() + vocabulary_page()).splitlines():
        bars = line.replace("\\|", "").count("|") if line.startswith("|") else 0
        if bars and not line.startswith("| ---"):
            widths[-1].append(bars)
        elif not bars:
            widths.append([])
    assert [table for table in widths if len(set(table)) > 1] == []
    assert sum(1 for table in widths if table) == 2 + len(load_failure_table()) + len(KINDS)
