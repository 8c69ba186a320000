"""Whatever a title holds, every format stays what it is."""

from __future__ import annotations

import copy
import unicodedata
from typing import Any

import orjson
import pytest
from defusedxml import ElementTree
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from validator.report import junit, markdown, sarif, text
from validator.report.clean import one_line
from validator.report.view import View

Report = dict[str, Any]

PIECES = [
    "\x1b[31m",
    "\x1b]0;a\x07",
    "\x9b2J",
    "[red]",
    "[/]",
    "<b>",
    "]]>",
    "&amp;",
    "|",
    "`",
    "\\",
    "](x)",
    "\u202e",
    "\r\n",
    "@a",
]
titles = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=8).map("".join)
thorough = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def telling(report: Report, title: str) -> Report:
    told = copy.deepcopy(report)
    told["findings"][0]["message"] = told["findings"][0]["items"][0]["title"] = title
    told["findings"][0]["items"][0]["id"] = told["rules"][0]["title"] = title
    return told


@thorough
@given(titles)
def test_cleaned_text_is_one_line_without_controls(title: str) -> None:
    cleaned = one_line(title)
    assert {unicodedata.category(char) for char in cleaned}.isdisjoint({"Cc", "Cs", "Zl", "Zp"})
    assert cleaned == one_line(cleaned)


@thorough
@given(titles, st.integers(0, 200))
def test_text_keeps_to_its_lines_and_holds_no_controls(report: Report, title: str, width: int) -> None:
    written = text.render(telling(report, title), view=View(width=width, everything=True))
    assert {char for char in written if unicodedata.category(char) == "Cc"} == {"\n"}
    assert sum(line.startswith("    ✖ ") for line in written.splitlines()) == 8


@thorough
@given(titles)
def test_junit_stays_well_formed(report: Report, title: str) -> None:
    suites = ElementTree.fromstring(junit.render(telling(report, title)))
    assert len(list(suites.iter("testcase"))) == 7


@thorough
@given(titles)
def test_sarif_stays_json_with_every_result(report: Report, title: str) -> None:
    assert len(orjson.loads(sarif.render(telling(report, title)))["runs"][0]["results"]) == 10


@thorough
@given(titles)
def test_markdown_keeps_one_line_a_finding(report: Report, title: str) -> None:
    written = markdown.render(telling(report, title))
    assert sum(line.startswith("- 🔴 ") for line in written.split("\n")) == 8
    assert "<b>" not in written


@pytest.mark.parametrize("shown", ["naïve 計画 مرحبا 🚀", "1 < 2 & [x]", "tab\tand  two spaces"])
def test_ordinary_text_is_kept(shown: str) -> None:
    assert one_line(shown) == shown.replace("\t", " ")
