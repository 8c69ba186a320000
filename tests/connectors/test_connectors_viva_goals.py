"""The Viva Goals organisation export: an invented company, with every trap that the real file holds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.connectors.conftest import zipped

ORGANISATION = 501
PERSON = {"ID": 11, "Name": "Ida Brandt", "Email": "ida@alder.example"}
OTHER = {"ID": 12, "Name": "Omar Haddad", "Email": "omar@alder.example"}
CARE, ONBOARDING, COMPANY = (
    {"ID": 31, "Name": "Care"},
    {"ID": 32, "Name": "Onboarding"},
    {"ID": 501, "Name": "Alder Health"},
)


def name_of(kind: str, second: int = 15) -> str:
    return f"{kind}_export_file_{ORGANISATION}_11_Organization_{ORGANISATION}_202601020304{second:02}.json"


def item(id_: int, title: str, type_: str, **fields: Any) -> dict[str, Any]:
    """A row of the objectives file as the export writes it."""
    base: dict[str, Any] = {
        "ID": id_, "Title": title, "Type": type_, "Created By": PERSON, "Owner": [PERSON], "Teams": None,
        "Time Period": {"ID": 91, "Name": "Q1 2026"}, "Start Date": "2026-01-01", "End Date": "2026-03-31",
        "Alignment": None, "Delegated To": None, "Permissions": {"View": "Everybody", "Edit": {}, "Align": "Everybody"},
        "Description": None, "Tags": None, "Progress and Status Configuration": {"Progress": "Update Manually"},
        "Progress": 0.0, "Status": "On Track", "Outcome": {"Outcome Type": "Percentage"}, "Phased Targets": "Disabled",
        "Check-in Owners": [PERSON], "Parent IDs": None, "Children": None, "Score": 0.0, "Goal Type": "Committed",
        "Created At": "2025-12-20", "Last Check-in": None,
    }  # fmt: skip
    return base | {name.replace("_", " "): value for name, value in fields.items()}


METRIC = {
    "Outcome Type": "Metric", "Metric Name": "Complaints", "Metric Unit": "Number", "Start": 30.0, "Target": 15.0,
    "Target Type": "Decrease From",
}  # fmt: skip
ITEMS = [
    item(1, "Delight clinics", "Pillar", Teams=[COMPANY], Progress=126.0, Children=[{"ID": 2, "Title": "Halve complaints", "Type": "Kpi"}, {"ID": 3, "Title": "Go live fast", "Type": "Pillar"}]),
    item(2, "Halve complaints", "Kpi", Outcome=METRIC, Progress=22.0, Parent_IDs=[1, 3], Alignment=[{"ID": 1, "Title": "Delight clinics", "Weight": "25.0%"}], Owner=[PERSON, OTHER], Teams=[CARE, ONBOARDING]),
    item(3, "Go live fast", "Pillar", Teams=[ONBOARDING, CARE], Owner=[PERSON, OTHER], Parent_IDs=[1], Alignment=[{"ID": 1, "Title": "Delight clinics", "Weight": "40.0%"}], Status="Postponed", Last_Check_in="x", Children=[{"ID": 4, "Title": "t", "Type": "Kpi"}]),
    item(4, "Train every clinic", "Kpi", Parent_IDs=[3], Progress=40.0, Status="Not Started"),
    item(5, "Train the trainers", "Kpi", Parent_IDs=[4], Outcome=METRIC | {"Target Type": "Reach", "Metric Unit": "Percentage", "Target": 60.0}, Progress=None),
    item(6, "Survey", "Kpi", Outcome=METRIC | {"Target Type": "Stay Above", "Metric Unit": "Dollar", "Start": None}),
    item(7, "Rollout", "Project", Parent_IDs=[3], Children=[{"ID": 2, "Task Name": "Call", "Task Status": "Open"}], Progress=10.0),
    item(8, "Learn to code", "Pillar", Time_Period={"ID": 92, "Name": "Q2 2026"}, Status="Reopened", Delegated_To=[{"odd": 1}]),
]  # fmt: skip
FILES: dict[str, list[Any]] = {
    "objectives": ITEMS,
    "Teams": [
        {"ID": 31, "Team Name": "Care", "Parent Team": "", "Team Owners": [OTHER, PERSON], "Team Type": "Classic", "Status": "Active", "Description": None},
        {"ID": 32, "Team Name": "Onboarding", "Parent Team": "Care", "Team Owners": [], "Team Type": "Classic", "Status": "Active", "Description": None},
    ],
    "Users": [PERSON | {"Manager": {"odd": []}, "Teams": [CARE], "Role": "Member"}, OTHER | {"Manager": None, "Teams": []}],
    "TimePeriods": [{"ID": 91, "Time Period Name": "Q1 2026", "Start Date": "2026-01-01", "End Date": "2026-03-31"}],
    "checkins": [
        {"ID": 71, "OKR ID": 2, "CheckIn Date": "2026-02-10 00:00:00", "Check In Note": {}, "Status": "At Risk", "Current Value": 20.0, "Activity Date": "2026-02-12"},
        {"ID": 72, "OKR ID": 2, "CheckIn Date": "2026-01-10 00:00:00", "Check In Note": {}, "Status": "At Risk", "Current Value": 25.0, "Activity Date": None},
    ],
    "comments": [], "Tags": [],
}  # fmt: skip


@pytest.fixture
def export(write):
    """Write an export as a ZIP, with some of its files replaced or, by None, left out."""

    def make(**replaced: list[Any] | str | None):
        members = {name_of(kind): json.dumps(rows) for kind, rows in FILES.items() if kind not in replaced}
        members |= {
            name_of(k): rows if isinstance(rows, str) else json.dumps(rows)
            for k, rows in replaced.items()
            if rows is not None
        }
        return write("Organization_CompleteData_1_1700000000.zip", zipped(members))

    return make


@pytest.fixture
def document(read, export) -> dict[str, Any]:
    found: dict[str, Any] = read(export()).document
    return found


def objective(document: dict[str, Any], id_: str) -> dict[str, Any]:
    return next(each for each in document["objectives"] if each["id"] == id_)


def key_result(document: dict[str, Any], id_: str) -> dict[str, Any]:
    everywhere = [
        *document.get("key_results", []),
        *(kr for o in document["objectives"] for kr in o.get("key_results", [])),
    ]
    return next(each for each in everywhere if each["id"] == id_)


def test_words_of_the_organisation_are_decided_by_meaning_or_structure_and_told(read, export) -> None:
    reading = read(export())
    assert [o["id"] for o in reading.document["objectives"]] == ["1", "3", "8"]
    assert [i["id"] for i in reading.document["initiatives"]] == ["7"]
    assert "“Pillar” read as objective (3 items), by its place in the structure." in reading.notes
    assert "“Kpi” read as key result (4 items)." in reading.notes


@pytest.mark.parametrize(
    ("parent_word", "child_word"), [("Outcome", "Result"), ("Goal", "Outcome"), ("Theme", "Outcome")]
)
def test_outcome_means_what_its_place_says(read, export, parent_word, child_word) -> None:
    child = {"ID": 2, "Title": "b", "Type": child_word}
    rows = [item(1, "a", parent_word, Children=[child]), item(2, "b", child_word, Outcome=METRIC, Parent_IDs=[1])]
    document = read(export(objectives=rows)).document
    assert document["objectives"][0]["key_results"][0]["id"] == "2"


def test_progress_is_raw_for_a_metric_and_a_percentage_otherwise(document) -> None:
    metric, percentage = key_result(document, "2"), key_result(document, "4")
    assert (metric["metric"], metric["start"], metric["target"], metric["current"]) == ("Complaints", 30, 15, 22)
    assert "progress" not in metric
    assert {name: percentage[name] for name in ("metric", "start", "target", "unit", "current", "progress")} == {
        "metric": "Progress", "start": 0, "target": 100, "unit": "%", "current": 40, "progress": 40,
    }  # fmt: skip
    assert objective(document, "1")["progress"] == 126


def test_target_types_give_the_direction(document) -> None:
    assert key_result(document, "2")["direction"] == "decrease"
    assert key_result(document, "5")["direction"] == "increase"
    assert key_result(document, "6")["direction"] == "maintain"


def test_units_are_written_as_signs(document) -> None:
    assert [key_result(document, id_).get("unit") for id_ in ("2", "5", "6")] == [None, "%", "$"]


def test_parent_ids_make_the_links_and_alignment_only_the_weights(document) -> None:
    assert objective(document, "3")["parents"] == [{"id": "1", "kind": "parent", "weight": 40.0}]
    assert "2" in [kr["id"] for kr in objective(document, "1")["key_results"]]
    assert key_result(document, "2")["parents"] == [{"id": "3", "kind": "parent"}]


def test_a_key_result_under_a_key_result_lies_in_the_objective_above(document) -> None:
    assert [kr["id"] for kr in objective(document, "3")["key_results"]] == ["4", "5"]
    assert key_result(document, "5")["parents"] == [{"id": "4", "kind": "parent"}]


def test_a_key_result_without_a_parent_lies_under_none(document) -> None:
    assert [kr["id"] for kr in document["key_results"]] == ["6"]


def test_tasks_of_a_project_are_no_items(document) -> None:
    assert document["initiatives"][0]["objectives"] == ["3"]
    assert key_result(document, "2")["title"] == "Halve complaints"


def test_the_organisations_own_team_makes_company_objectives(document) -> None:
    assert document["organisation"] == {"id": "501", "name": "Alder Health"}
    assert [objective(document, id_).get("level") for id_ in ("1", "3", "8")] == ["company", "team", "individual"]
    assert {team["id"]: team["level"] for team in document["teams"]} == {"31": "team", "32": "team", "501": "company"}


def test_teams_have_parents_by_id_and_leads(document) -> None:
    assert document["teams"][0]["lead"] == "12"
    assert document["teams"][1]["parent"] == "31"


def test_further_teams_are_co_owners_and_no_owner_is_primary(document) -> None:
    found = objective(document, "3")
    assert found["team"] == "32"
    assert found["contributors"] == [{"team": "31", "role": "co-owner"}]
    assert found["owners"] == [{"person": "11"}, {"person": "12"}]


def test_the_latest_check_in_dates_the_item(document) -> None:
    assert key_result(document, "2")["updated_at"] == "2026-02-12"
    assert "updated_at" not in key_result(document, "4")


def test_statuses_are_mapped(document) -> None:
    assert [objective(document, id_)["status"] for id_ in ("1", "3", "8")] == ["on_track", "postponed", "active"]
    assert key_result(document, "4")["status"] == "not_started"


def test_the_source_says_when_and_what_and_claims_no_more(document) -> None:
    source = document["source"]
    assert (source["exported_at"], source["complete"]) == ("2026-01-02", True)
    never = {
        "dependencies",
        "reviews",
        "acknowledgements",
        "strategic_brief",
        "shared_key_results",
        "functions",
        "primary_owner",
    }
    assert not never & set(source["provides"])
    assert not any(name.startswith("governance") for name in source["provides"])


def test_only_the_objectives_file_is_needed(read, export) -> None:
    reading = read(export(Teams=None, Users=None, TimePeriods=None, checkins=None, comments=None, Tags=None))
    assert {team["name"] for team in reading.document["teams"]} == {"Alder Health", "Care", "Onboarding"}
    assert {person["name"] for person in reading.document["people"]} == {"Ida Brandt", "Omar Haddad"}
    assert {cycle["name"] for cycle in reading.document["cycles"]} == {"Q1 2026", "Q2 2026"}
    assert any("no file of Teams, Users, TimePeriods, checkins" in note for note in reading.notes)


def test_an_export_without_objectives_is_nobodys(faults, export) -> None:
    assert (
        "Readable" in faults(export(objectives=None))[0].hint
        or "workbook" in faults(export(objectives=None))[0].message
    )


def test_a_folder_reads_like_its_zip(read, export, tmp_path) -> None:
    folder = tmp_path / "unpacked"
    folder.mkdir()
    for kind, rows in FILES.items():
        (folder / name_of(kind)).write_text(json.dumps(rows))
    (folder / "notes.txt").write_text("mine")
    assert read(folder).document == read(export()).document


def test_of_two_files_of_a_kind_the_newer_is_read(read, write) -> None:
    old, new = json.dumps([item(1, "Old", "Objective")]), json.dumps([item(1, "New", "Objective")])
    reading = read(
        write("viva.zip", zipped({f"a/{name_of('objectives', 20)}": new, f"b/{name_of('objectives', 10)}": old}))
    )
    assert reading.document["objectives"][0]["title"] == "New"
    assert any("passed over" in note for note in reading.notes)


def test_all_malformed_rows_are_told_at_once_with_file_row_and_id(faults, export) -> None:
    rows = [
        item(1, "Fine", "Objective"),
        {"Title": "No id"},
        "no object",
        item(4, None, "Objective"),  # type: ignore[arg-type]
        item(5, "Parents", "Objective", Parent_IDs="1"),
        item(6, "Owner", "Objective", Owner="Ida"),
        item(7, "Outcome", "Kpi", Outcome=[1]),
        item(8, "Progress", "Kpi", Progress=[]),
    ]
    found = faults(export(objectives=rows, Teams=[{"Team Name": "x"}]))
    places = [fault.place.partition("json, ")[2] for fault in found]
    assert {"row 2", "row 3", "row 4, ID 4", "row 5, ID 5", "row 6, ID 6", "row 7, ID 7", "row 8, ID 8"} <= set(places)
    assert any(fault.place.startswith("Teams_export_file") for fault in found)
    assert len(found) == len(set(found)) == 8


@pytest.mark.parametrize(
    ("content", "words"), [("{", "not JSON"), ("{}", "should hold a list"), ("[1e999]", "not JSON")]
)
def test_broken_files_are_named(faults, export, content, words) -> None:
    (fault,) = faults(export(Users=content))
    assert words in fault.message
    assert "Users_export_file" in fault.place


def test_links_in_a_circle_end(read, export) -> None:
    rows = [item(1, "a", "Kpi", Parent_IDs=[2]), item(2, "b", "Kpi", Parent_IDs=[1])]
    assert len(read(export(objectives=rows)).document["key_results"]) == 2
