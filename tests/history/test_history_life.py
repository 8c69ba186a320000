"""The life of findings over runs of the real pipeline."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests.history.histories import START, Document, Run, company, entry, rules, run
from validator.history.context import Table
from validator.history.waivers import Waiver

NEXT = START + datetime.timedelta(days=1)
CONFLICT = "open-conflict F1"


def unowned() -> Document:
    document = company()
    entry(document, "S1")["owners"] = []
    return document


def waiver(last_day: datetime.date, finding: str, **more: Any) -> Waiver:
    return Waiver("W1", "finding", last_day, "ana", finding=finding, **more)


def test_everything_is_new_in_the_first_run() -> None:
    first = run(company())
    assert first.states() == {CONFLICT: "new"}
    assert first.cause("open-conflict", "F1") == {"kind": "first_run"}


def test_the_same_run_again_leaves_everything_unchanged_and_without_a_cause() -> None:
    again = run(company(), run(company()))
    assert again.states() == {CONFLICT: "unchanged"}
    assert again.life("open-conflict", "F1").cause is None


def test_changed_data_bring_a_finding_and_take_it_away_and_bring_it_back() -> None:
    second = run(unowned(), run(company()))
    third = run(company(), second)
    fourth = run(unowned(), third)
    change = {"item": {"kind": "objective", "id": "S1"}, "field": "owners"}
    lost, found = ({**change, "from": ["bruno"], "to": []}, {**change, "from": [], "to": ["bruno"]})
    assert [r.states()["unowned S1"] for r in (second, third, fourth)] == ["new", "resolved", "reopened"]
    assert [r.cause("unowned", "S1") for r in (second, third, fourth)] == [
        {"kind": "data_changed", "changes": [change], "change_count": 1} for change in (lost, found, lost)
    ]


def test_a_finding_that_was_resolved_stays_so_without_a_new_cause() -> None:
    resolved = run(company(), run(unowned()))
    later = run(company(), resolved)
    assert later.states()["unowned S1"] == "resolved"
    assert later.life("unowned", "S1").cause is None


def test_renaming_rewording_and_reordering_never_make_a_finding_new() -> None:
    first = run(unowned())
    document = unowned()
    document["objectives"].reverse()
    document["teams"] = [{**team, "name": f"The {team['name']}"} for team in document["teams"]]
    entry(document, "S1")["title"] = "Quite another title"
    second = run(document, first)
    assert set(second.states().values()) == {"unchanged"}
    assert second.states().keys() == first.states().keys()
    assert [f["message"] for f in second.report["findings"]] != [f["message"] for f in first.report["findings"]]


def test_an_item_that_was_added_is_the_cause_of_its_findings() -> None:
    document = company()
    document["objectives"].append({"id": "N1", "title": "New", "team": "newcomers", "owners": []})
    second = run(document, run(company()))
    assert second.cause("unowned", "N1") == {"kind": "item_added", "items": [{"kind": "objective", "id": "N1"}]}


def test_an_item_that_was_removed_resolves_its_findings() -> None:
    first = unowned()
    first["objectives"].append({"id": "N1", "title": "New", "owners": []})
    second = run(unowned(), run(first))
    assert second.states() == {CONFLICT: "unchanged", "unowned S1": "unchanged", "unowned N1": "resolved"}
    assert second.cause("unowned", "N1") == {"kind": "item_removed", "items": [{"kind": "objective", "id": "N1"}]}


def test_a_stricter_parameter_is_a_changed_rule_with_its_versions() -> None:
    second = run(company(), run(company()), by=rules("2", most_objectives=1))
    assert second.states() == {CONFLICT: "unchanged", "busy-team sales": "new"}
    assert second.cause("busy-team", "sales") == {"kind": "rule_changed", "versions": {"from": "1", "to": "2"}}


def test_a_rule_that_is_new_is_a_changed_rule_that_came_from_no_version() -> None:
    before = rules(overrides="{open-conflict: off}")
    second = run(company(), run(company(), by=before), by=rules("2"))
    assert second.cause("open-conflict", "F1") == {"kind": "rule_changed", "versions": {"from": None, "to": "2"}}


def test_of_changed_data_and_a_changed_rule_the_data_come_first_and_the_rule_is_mentioned() -> None:
    document = company()
    document["objectives"].append({"id": "S2", "title": "More", "team": "sales", "owners": [{"person": "bruno"}]})
    second = run(document, run(company()), by=rules("2", most_objectives=2))
    assert second.cause("busy-team", "sales") == {
        "kind": "data_changed",
        "changes": [{"item": {"kind": "team", "id": "sales"}, "field": "objectives", "from": [], "to": ["S2"]}],
        "versions": {"from": "1", "to": "2"},
        "change_count": 1,
    }


def test_a_version_that_changes_no_rule_explains_nothing() -> None:
    second = run(unowned(), run(company()), by=rules("2"))
    assert "versions" not in second.cause("unowned", "S1")


def test_a_rule_that_is_switched_off_removes_its_findings_and_back_on_they_are_new() -> None:
    second = run(company(), run(company()), by=rules("2", overrides="{open-conflict: off}"))
    third = run(company(), second, by=rules("3"))
    assert [r.states() for r in (second, third)] == [{CONFLICT: "removed"}, {CONFLICT: "new"}]
    assert second.cause("open-conflict", "F1") == {"kind": "rule_removed", "versions": {"from": "1", "to": None}}
    assert third.cause("open-conflict", "F1") == {"kind": "rule_changed", "versions": {"from": None, "to": "3"}}


def test_a_finding_of_a_rule_that_came_back_and_finds_nothing_is_resolved() -> None:
    off = run(company(), run(company()), by=rules("2", overrides="{open-conflict: off}"))
    document = company()
    entry(document, "F1")["status"] = "agreed"
    assert run(document, off, by=rules("3")).states() == {CONFLICT: "resolved"}


def test_the_calendar_alone_makes_a_key_result_stale_and_a_dependency_late() -> None:
    later = START + datetime.timedelta(days=40)
    second = run(company(), run(company()), day=later)
    expected = {"kind": "time_passed", "days": {"from": "2026-08-03", "to": "2026-09-12"}}
    assert second.cause("stale-key-result", "S1.1") == expected
    assert second.cause("waiting", "S1") == expected


@pytest.mark.parametrize(
    ("id", "field", "value"), [("S1", "title", "Reworded"), ("S1.1", "title", "Reworded"), ("S1.1", "current", 9)]
)
def test_a_change_that_the_calendar_does_not_ask_for_is_not_the_cause_of_age(
    id: str, field: str, value: object
) -> None:
    document = company()
    entry(document, id)[field] = value
    second = run(document, run(company()), day=START + datetime.timedelta(days=40))
    assert second.cause("stale-key-result", "S1.1")["kind"] == "time_passed"


def test_a_decision_day_that_was_moved_is_the_cause_and_not_the_calendar() -> None:
    document = company()
    entry(document, "P1")["decision_date"] = "2026-08-01"
    second = run(document, run(company()), day=NEXT)
    assert second.cause("waiting", "S1") == {
        "kind": "data_changed",
        "changes": [
            {
                "item": {"kind": "dependency", "id": "P1"},
                "field": "decision_date",
                "from": "2026-08-20",
                "to": "2026-08-01",
            }
        ],
        "change_count": 1,
    }


def test_a_check_in_resolves_a_key_result_that_was_old() -> None:
    later = START + datetime.timedelta(days=40)
    old = run(company(), day=later)
    document = company()
    entry(document, "S1.1").update(updated_at=str(later), current=8)
    fields = [change["field"] for change in run(document, old).cause("stale-key-result", "S1.1")["changes"]]
    assert fields == ["current", "updated_at"]


def test_a_change_two_steps_below_explains_a_finding_about_the_top() -> None:
    document = company()
    for id in ("S1", "L1"):
        entry(document, id)["parents"] = []
    second = run(document, run(company()))
    cause = second.cause("undelivered", "C1")
    assert cause["kind"] == "data_changed"
    assert [(change["item"]["id"], change["field"]) for change in cause["changes"]] == [
        ("L1", "parents"),
        ("S1", "parents"),
    ]


def test_a_partial_run_leaves_what_it_did_not_see_stale_and_seeing_it_again_is_nothing_new() -> None:
    first = run(unowned())
    partial = run(company(), first, complete=False, absent=frozenset({"sales"}))
    again = run(unowned(), partial)
    assert partial.states() == {CONFLICT: "unchanged", "unowned S1": "stale"}
    assert partial.cause("unowned", "S1") == {"kind": "partial_run", "missing": ["sales"]}
    assert again.states() == {CONFLICT: "unchanged", "unowned S1": "unchanged"}


def test_a_source_that_calls_itself_incomplete_resolves_nothing() -> None:
    document = company()
    document["source"]["complete"] = False
    partial = run(document, run(unowned()), complete=True)
    assert partial.states()["unowned S1"] == "stale"
    assert partial.cause("unowned", "S1") == {"kind": "partial_run"}


def test_a_finding_that_only_the_whole_set_can_show_goes_stale_while_part_of_it_was_not_read() -> None:
    document = company()
    for id in ("S1", "L1"):
        entry(document, id)["owners"] = []
    document["objectives"][1]["parents"] = []
    first = run(document)
    assert first.states()["undelivered C1"] == "new"
    document["source"]["complete"] = False
    partial = run(document, first)
    assert partial.states()["undelivered C1"] == "stale"
    assert partial.cause("undelivered", "C1") == {"kind": "partial_run"}


@pytest.mark.parametrize(
    ("absent", "state"),
    [({"S1"}, "stale"), ({"sales"}, "stale"), ({"L1", "supply"}, "resolved"), (set(), "resolved"), (None, "resolved")],
)
def test_of_a_run_that_misses_a_part_only_findings_of_that_part_go_stale(absent: set[str] | None, state: str) -> None:
    second = run(company(), run(unowned()), absent=frozenset(absent) if absent is not None else None)
    assert second.states()["unowned S1"] == state


def test_a_finding_whose_rule_lacks_its_input_goes_stale_and_says_which() -> None:
    document = company()
    for objective in document["objectives"]:
        del objective["owners"]
    second = run(document, run(unowned()))
    assert second.states()["unowned S1"] == "stale"
    assert second.cause("unowned", "S1") == {"kind": "input_missing", "missing": ["owners"]}


def test_an_input_that_is_now_there_is_the_cause_of_what_its_rule_finds() -> None:
    document = company()
    for objective in document["objectives"]:
        del objective["owners"]
    given = company()
    for id in ("S1", "D1"):
        del entry(given, id)["owners"]
    second = run(given, run(document))
    cause = second.cause("unowned", "D1")
    assert cause["kind"] == "data_changed"
    assert cause["changes"] == [
        {"item": {"kind": "source", "id": "provides"}, "field": "owners", "from": False, "to": True}
    ]


def test_a_waiver_that_ends_brings_its_finding_back_as_new_once() -> None:
    first = run(company())
    held = (waiver(NEXT, first.report["findings"][0]["id"]),)
    waived = run(company(), first, day=NEXT, waivers=held)
    ended = run(company(), waived, day=NEXT + datetime.timedelta(days=1), waivers=held)
    after = run(company(), ended, day=NEXT + datetime.timedelta(days=2), waivers=held)
    lives = [r.life("open-conflict", "F1").known for r in (waived, ended, after)]
    assert [(known.state, known.waiver) for known in lives] == [("unchanged", "W1"), ("new", None), ("unchanged", None)]
    assert ended.cause("open-conflict", "F1") == {"kind": "waiver_ended", "waiver": "W1"}


def test_a_waiver_that_is_ended_by_hand_brings_its_finding_back_too() -> None:
    first = run(company())
    id = first.report["findings"][0]["id"]
    waived = run(company(), first, waivers=(waiver(NEXT, id),))
    assert run(company(), waived, waivers=(waiver(NEXT, id, ended=True),)).states() == {CONFLICT: "new"}


def test_a_waiver_that_takes_over_from_another_brings_nothing_back() -> None:
    first = run(company())
    id = first.report["findings"][0]["id"]
    waived = run(company(), first, waivers=(waiver(START, id),))
    renewed = run(company(), waived, day=NEXT, waivers=(waiver(START, id), waiver(NEXT, id)._replace(id="W2")))
    assert renewed.life("open-conflict", "F1").known.waiver == "W2"
    assert renewed.states() == {CONFLICT: "unchanged"}


def test_a_waiver_that_ends_while_its_finding_is_out_of_sight_is_told_when_it_is_seen_again() -> None:
    first = run(unowned())
    held = (waiver(START, next(f["id"] for f in first.report["findings"] if f["rule"] == "unowned")),)
    waived = run(unowned(), first, waivers=held)
    stale = run(company(), waived, day=NEXT, complete=False, waivers=held)
    seen = run(unowned(), stale, day=NEXT, waivers=held)
    assert stale.states()["unowned S1"] == "stale"
    assert seen.cause("unowned", "S1") == {"kind": "waiver_ended", "waiver": "W1"}


def test_what_a_rule_found_on_trial_is_new_once_the_trial_is_over() -> None:
    shadow = rules(overrides="{unowned: {shadow: true}}")
    first = run(unowned(), by=shadow)
    second = run(unowned(), first, by=rules("2"))
    third = run(unowned(), second, by=rules("2"))
    assert [r.life("unowned", "S1").known.state for r in (second, third)] == ["new", "unchanged"]
    assert second.cause("unowned", "S1") == {"kind": "rule_changed", "versions": {"from": "1", "to": "2"}}


def test_a_rule_in_shadow_has_findings_that_live_alike_and_are_marked() -> None:
    shadow = rules(overrides="{unowned: {shadow: true}}")
    second = run(unowned(), run(company(), by=shadow), by=shadow)
    third = run(company(), second, by=shadow)
    assert [r.life("unowned", "S1").known.shadow for r in (second, third)] == [True, True]
    assert [r.states()["unowned S1"] for r in (second, third)] == ["new", "resolved"]


def test_without_the_earlier_document_a_digest_still_tells_changed_data() -> None:
    resolved = run(company(), run(unowned()))
    reopened = run(unowned(), resolved, forget=True)
    assert reopened.cause("unowned", "S1")["kind"] == "data_changed"


def test_a_program_that_changed_is_told_where_nothing_else_did() -> None:
    first = run(unowned(), program="1.0")
    cause = run(unowned(), first, known=[], program="1.1").cause("unowned", "S1")
    assert cause == {"kind": "program_changed", "versions": {"from": "1.0", "to": "1.1"}}


def test_a_finding_that_nothing_explains_says_so() -> None:
    first = run(unowned())
    assert run(unowned(), first, known=[]).cause("unowned", "S1") == {"kind": "unknown"}


def test_the_scripted_story_gives_the_states_that_are_expected() -> None:
    """Rename, real change, partial sync, changed rule, ended waiver: one row a run, one column a finding."""
    one = run(unowned())
    id = next(f["id"] for f in one.report["findings"] if f["rule"] == "unowned")
    held = {"waivers": (waiver(START, id),)}
    renamed = unowned()
    entry(renamed, "S1")["title"] = "Renamed"
    two = run(renamed, one, **held)
    agreed = unowned()
    entry(agreed, "F1")["status"] = "agreed"
    three = run(agreed, two, **held)
    four = run(company(), three, complete=False, **held)
    five = run(unowned(), four, by=rules("2", most_objectives=1), **held)
    six = run(unowned(), five, by=rules("2", most_objectives=1), day=NEXT, **held)
    assert [_row(r) for r in (one, two, three, four, five, six)] == [
        ("new", "new", "-"),
        ("unchanged", "unchanged", "-"),
        ("unchanged", "resolved", "-"),
        ("stale", "reopened", "-"),
        ("unchanged", "unchanged", "new"),
        ("new", "unchanged", "unchanged"),
    ]
    assert [six.cause("unowned", "S1")["kind"], five.cause("busy-team", "sales")["kind"]] == [
        "waiver_ended",
        "rule_changed",
    ]


def _row(of: Run) -> tuple[str, ...]:
    return tuple(of.states().get(name, "-") for name in ("unowned S1", CONFLICT, "busy-team sales"))


def test_a_waiver_ends_by_the_day_of_the_run_and_not_by_the_day_of_the_export() -> None:
    first = run(company())
    held = (waiver(START, first.report["findings"][0]["id"]),)
    later = datetime.datetime.combine(NEXT, datetime.time(6), datetime.UTC)
    waived = run(company(), first, waivers=held)
    assert run(company(), waived, waivers=held, at=later).states() == {CONFLICT: "new"}


def test_what_a_partial_run_did_not_read_is_not_taken_for_a_change() -> None:
    document = company()
    document["objectives"] = [one for one in document["objectives"] if one["id"] != "L1"]
    entry(document, "S1")["owners"] = []
    gone = {"item": {"kind": "objective", "id": "L1"}, "field": "id", "from": "L1", "to": None}
    lost = {"item": {"kind": "objective", "id": "S1"}, "field": "owners", "from": ["bruno"], "to": []}
    partial, whole = (run(document, run(company()), complete=complete) for complete in (False, True))
    assert partial.cause("undelivered", "C1")["changes"] == [lost]
    assert whole.cause("undelivered", "C1")["changes"] == [gone, lost]


def test_a_team_that_a_dependency_names_for_the_first_time_is_no_item_that_was_added() -> None:
    document = company()
    entry(document, "P1").update(on_team="Legal", decision_date="2026-08-01")
    cause = run(document, run(company())).cause("waiting", "S1")
    assert cause["kind"] == "data_changed"
    assert [change["field"] for change in cause["changes"]] == ["decision_date", "on_team"]


def test_a_check_in_weighs_more_than_what_changed_around_a_key_result_that_is_no_longer_old() -> None:
    later = START + datetime.timedelta(days=40)
    document = company()
    entry(document, "S1.1")["updated_at"] = str(later)
    entry(document, "D1")["title"] = "Reworded"
    cause = run(document, run(company(), day=later)).cause("stale-key-result", "S1.1")
    assert [change["field"] for change in cause["changes"]] == ["updated_at"]


def test_a_changed_metric_catalogue_is_told_as_a_changed_rule() -> None:
    first = run(unowned(), metrics=Table("metrics@shipped", "sha256:1"))
    second = run(unowned(), first, known=[], metrics=Table("metrics@1", "sha256:2"))
    expected = {"kind": "rule_changed", "versions": {"from": "metrics@shipped", "to": "metrics@1"}}
    assert second.cause("unowned", "S1") == expected


def test_a_version_of_the_same_text_is_no_change() -> None:
    first = run(unowned(), metrics=Table("metrics@1", "sha256:1"), program="1.0")
    second = run(unowned(), first, known=[], metrics=Table("metrics@3", "sha256:1"), program="1.1")
    assert second.cause("unowned", "S1")["kind"] == "program_changed"


def test_a_changed_failure_table_is_told_as_a_changed_rule_where_nothing_else_is_known() -> None:
    first = run(unowned(), failure_table=Table("failure-table@1", "sha256:1"))
    second = run(unowned(), first, known=[], failure_table=Table("failure-table@2", "sha256:2"))
    expected = {"kind": "rule_changed", "versions": {"from": "failure-table@1", "to": "failure-table@2"}}
    assert second.cause("unowned", "S1") == expected
