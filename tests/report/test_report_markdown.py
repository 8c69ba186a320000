"""The Markdown format, as a comment on a pull request would show it."""

from __future__ import annotations

from typing import Any

import pytest
from markdown_it import MarkdownIt

from validator.report import markdown
from validator.report.view import View

Report = dict[str, Any]


def shown(report: Report, **view: Any) -> str:
    """The report as HTML; raw HTML in the Markdown passes, as it does on the usual hosts."""
    return str(MarkdownIt("commonmark").enable("table").render(markdown.render(report, view=View(**view))))


def test_it_opens_with_the_verdict(report: Report) -> None:
    assert markdown.render(report).startswith("## ❌ OKRs fail: 8 errors, 1 warning, 0 info\n")


def test_rows_are_headings_with_their_fix(report: Report) -> None:
    html = shown(report)
    assert "<h3>Company objectives that nobody delivers (8 errors)</h3>" in html
    assert "<strong>What to do:</strong> Say who decides, and by when." in html


def test_text_from_outside_stays_text(report: Report) -> None:
    html = shown(report)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; a|b *c* `d` 🚀" in html
    assert "[red]not markup[/red]" in html
    assert "[x](1)" in html
    assert "<script" not in html


def test_nobody_is_mentioned_by_a_title(report: Report) -> None:
    written = markdown.render(report)
    assert "@ana" not in written
    assert "#12" not in written


def test_ids_link_to_the_source_tool(report: Report) -> None:
    assert '<a href="https://okr.example/k1?a=%3Cb%3E">K1</a>' in shown(report)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//okr.example/x"])
def test_only_web_addresses_become_links(url: str, report: Report) -> None:
    report["findings"][0]["items"][0]["url"] = url
    assert url not in markdown.render(report)


def test_a_long_list_is_cut_unless_everything_is_asked_for(report: Report) -> None:
    report["findings"][:8] = [report["findings"][0]] * 13
    assert "<li>… and 3 more</li>" in shown(report).replace("<p>", "").replace("</p>", "")
    assert shown(report, everything=True).count("No team delivers") == 13


def test_what_was_not_judged_is_a_table_that_opens(report: Report) -> None:
    html = shown(report)
    assert "<details><summary>What was not judged, and what to supply (2)</summary>" in html
    assert "<td>the alignment reviews held in the cycle (reviews)</td>" in html
