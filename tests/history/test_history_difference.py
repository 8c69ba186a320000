"""The difference of two reports."""

from __future__ import annotations

from tests.history.histories import company, entry, rules, run
from validator.history.difference import by_severity, counts, difference


def test_a_report_does_not_differ_from_itself() -> None:
    report = run(company()).report
    found = difference(report, report)
    assert found == ((), (), ())
    assert counts(found) == ()


def test_a_draft_that_is_stricter_in_one_rule_and_milder_in_another_is_told_by_team_and_severity() -> None:
    document = company()
    entry(document, "S1")["owners"] = []
    entry(document, "C1").update(owners=[], title="One")
    draft = rules("2", overrides="{unowned: {severity: error}, open-conflict: off}", most_objectives=1)
    found = difference(run(document).report, run(document, by=draft).report)
    assert [f["rule"] for f in found.appeared] == ["busy-team"]
    assert [f["rule"] for f in found.vanished] == ["open-conflict"]
    assert [(pair.before["severity"], pair.after["severity"], pair.fields) for pair in found.changed] == [
        ("warning", "error", ("severity",))
    ] * 2
    assert [tuple(count) for count in counts(found)] == [
        ("board", "error", 0, 0, 1),
        ("sales", "error", 0, 0, 1),
        ("sales", "warning", 0, 1, 0),
        ("sales", "info", 1, 0, 0),
        ("supply", "warning", 0, 1, 0),
    ]
    assert by_severity(found) == {
        "error": {"appeared": 0, "vanished": 0, "changed": 2},
        "warning": {"appeared": 0, "vanished": 1, "changed": 0},
        "info": {"appeared": 1, "vanished": 0, "changed": 0},
    }


def test_a_reworded_title_changes_the_message_alone() -> None:
    before, after = company(), company()
    for document, title in ((before, "One"), (after, "Another")):
        entry(document, "S1").update(owners=[], title=title)
    found = difference(run(before).report, run(after).report)
    assert (found.appeared, found.vanished) == ((), ())
    assert [pair.fields for pair in found.changed] == [("message",)]


def test_differences_of_several_sets_are_counted_together_and_findings_of_no_team_last() -> None:
    document = company()
    entry(document, "S1")["team"] = None
    entry(document, "S1")["owners"] = []
    one = difference(run(company()).report, run(document).report)
    entry(document, "D1")["owners"] = []
    other = difference(run(company()).report, run(document).report)
    assert [tuple(count) for count in counts(one, other)] == [
        ("sales", "warning", 1, 0, 0),
        (None, "warning", 2, 0, 0),
    ]
