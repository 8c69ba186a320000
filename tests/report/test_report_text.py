"""The text format: what people read in a terminal or a file."""

from __future__ import annotations

from typing import Any

from validator.report import text
from validator.report.view import View

Report = dict[str, Any]


def lines(report: Report, **view: Any) -> list[str]:
    return text.render(report, view=View(source="okrs.xlsx", **view)).splitlines()


def place(written: list[str], part: str) -> int:
    return next(number for number, line in enumerate(written) if part in line)


def test_the_first_lines_say_the_verdict_and_what_was_read(report: Report) -> None:
    written = lines(report)
    assert written[0] == "FAIL  8 errors, 1 warning, 0 info"
    assert written[1] == "okrs.xlsx · Sheet · exported 2026-01-31 · judged as of 2026-01-31"
    read = "Read: 9 objectives (8 single-team, 1 shared), 2 key results, 1 person."
    assert " ".join(written[2:4]) == f"{read} Ruleset base 1.0.0: 5 of 7 rules could judge."
    assert "not complete" in written[4]


def test_the_row_with_most_errors_comes_first(report: Report) -> None:
    swapped = {**report, "findings": report["findings"][::-1]}
    written = lines(swapped)
    assert place(written, "that nobody delivers  8 errors") < place(written, "Conflicts are seen and stay  1 warning")


def test_root_cause_and_fix_are_said_once_a_row(report: Report) -> None:
    written = "\n".join(lines(report))
    assert written.count("They were announced, and never handed over.") == 1
    assert written.count("What to do: Name one accountable owner for each. Then say so in the forum.") == 1


def test_a_long_list_is_cut_and_says_how_to_see_the_rest(report: Report) -> None:
    written = lines(report)
    assert [line for line in written if "No team delivers" in line] == [
        f"    ✖ No team delivers “Goal {n}”.  C{n}" for n in range(1, 6)
    ]
    assert "      … and 3 more (use --all)" in written


def test_everything_lists_each_finding_and_why_it_fired(report: Report) -> None:
    written = lines(report, everything=True)
    assert sum("No team delivers" in line for line in written) == 8
    assert sum("because delivery owner count: 0 (below 1)" in line for line in written) == 10
    assert not any("--all" in line for line in written)


def test_a_conflict_says_its_way_to_a_decision(report: Report) -> None:
    written = " ".join(" ".join(lines(report)).split())
    assert "decision: Ana decides; raise it by 2026-02-02; answer due by 2026-02-05" in written
    assert "forum: Alignment board, next on 2026-02-09; nobody has named a tie-breaker" in written


def test_a_shadow_finding_is_shown_only_among_everything_marked_and_not_counted(report: Report) -> None:
    written = lines(report, everything=True)
    assert "    ○ “Be great” is vague. (shadow info: not counted)  C9" in written
    assert not any("Be great" in line for line in lines(report))
    assert "━━ Company objectives that nobody delivers  8 errors" in written


def test_missing_inputs_are_listed_with_the_rules_that_wait(report: Report) -> None:
    written = lines(report)
    begin = place(written, "What was not judged")
    assert "2 rules  the alignment reviews held in the cycle (reviews)  no-forum, no-review" in written[begin + 1]
    assert "1 rule  the forum that decides across teams (governance.forum)  no-forum" in written[begin + 2]


def test_the_last_lines_say_what_to_do_first_and_the_gate(report: Report) -> None:
    written = lines(report)
    begin = place(written, "Do this first")
    assert written[begin + 1].startswith("1. Name one accountable owner for each. Begin with C1 “Goal 1”, C2")
    assert written[begin + 2].startswith("2. Say who decides, and by when. Begin with K1")
    assert written[-1] == "Gate (fail on error): 8 errors (at most 0 allowed): fails."


def test_with_nothing_found_the_first_step_is_to_supply_what_most_rules_wait_for(clean_report: Report) -> None:
    written = lines(clean_report)
    assert written[0] == "PASS  0 errors, 0 warnings, 0 info"
    assert "1. Supply the alignment reviews held in the cycle (reviews)." in written
    assert written[-1] == "Gate (fail on error): 0 errors (at most 0 allowed): passes."


def test_a_gate_that_asks_nothing_says_so(clean_report: Report) -> None:
    written = lines({**clean_report, "gate": {"fail_on": "never", "conditions": []}})
    assert written[-1] == "Gate (fail on never): asks nothing, so it passes."


def test_nothing_in_a_title_reaches_the_terminal_as_a_command(report: Report) -> None:
    written = text.render(report, view=View(source="\x1b]0;title\x07x.csv", everything=True))
    assert {char for char in written if ord(char) < 32 or 127 <= ord(char) < 160} == {"\n"}
    assert "\u202e" not in written
    assert "title" not in written.splitlines()[1]


def test_markup_in_a_title_is_shown_not_interpreted(report: Report) -> None:
    for colour in (False, True):
        assert "red [red]not markup[/red] <script>alert(1)</script> a|b *c*" in text.render(
            report, view=View(colour=colour, width=120)
        )


def test_colour_codes_are_written_only_where_asked_for(report: Report) -> None:
    assert "\x1b[" in text.render(report, view=View(colour=True))
    assert "\x1b" not in text.render(report, view=View(colour=False))


def test_lines_keep_to_the_width(report: Report) -> None:
    for width in (40, 60, 100):
        # The one wide character of the fixture counts twice.
        assert max(len(line) + line.count("🚀") for line in lines(report, width=width)) <= width


def test_no_line_ends_with_a_space(report: Report) -> None:
    assert [line for line in lines(report, width=50) if line.endswith(" ")] == []


def test_marks_of_our_own_can_be_ascii(clean_report: Report, report: Report) -> None:
    assert text.render(clean_report, view=View(unicode=False)).isascii()
    assert '    x No team delivers "Goal 1".  C1' in lines(report, unicode=False)


def test_the_compact_report_gives_each_row_three_lines(report: Report) -> None:
    written = lines(report, compact=True, width=60)
    begin = place(written, "that nobody delivers")
    assert written[begin] == "✖8 Company objectives that nobody delivers"
    assert written[begin + 1] == "  ✖ No team delivers “Goal 1”.  C1"
    assert written[begin + 2] == "  → Name one accountable owner for each."
    assert written[begin + 3] == "▲1 Conflicts are seen and stay"
    assert written[begin + 4].startswith("  ▲ red [red]not markup")
    assert written[begin + 4].endswith("…")
    assert "Not judged: 2 rules, for want of reviews, governance.forum." in written
