"""The Explorer view of Viva Goals: columns in any order, rows longer than the header, parents in one text."""

from __future__ import annotations

import openpyxl
import pytest

HEADER = [
    "Id", "Title", "Team", "Creator", "Owner", "Period", "Start Date", "End Date", "Description",
    "Aligned To (weight, Objective ID)", "Metric Name", "Unit", "Target", "Object Type", "Goal Type", "Start", "Created At",
    "Last Check-in", "Progress %", "Actual Progress", "Status", "Last Check-in Note", "Score", "Checkins",
]  # fmt: skip
CHECK_IN = "Checkin Date: 2026-02-{day}; User: Ida; Note: x; Metric Name: M; Status: On Track; Current Value: {value}; Activity Date: 2026-02-{day} 20:57:08 UTC;"


def row(**cells: object) -> list[object]:
    given = {name.replace("_", " "): value for name, value in cells.items()}
    short = {
        "Aligned": "Aligned To (weight, Objective ID)",
        "Progress": "Progress %",
        "Kind": "Object Type",
        "Seen": "Last Check-in",
    }
    by_name = {short.get(name, name): value for name, value in given.items()}
    assert set(by_name) <= set(HEADER)
    return [by_name.get(name, "") for name in HEADER]


ROWS = [
    row(Id=41, Title="Delight (all) clinics", Kind="Objective", Owner="Ida Brandt, Omar Haddad", Team="Care; Onboarding",
        Period="Q1 2026", Start_Date="2026-01-01", End_Date="2026-03-31", Progress=64, Status="At Risk", Seen="2026-02-01"),
    row(Id=42, Title="Grow (weight: 5%, Id: 9) so far", Kind="Objective", Owner="Ida Brandt", Period="Q1 2026"),
    [*row(Title="Halve complaints", Kind="Key result", Owner="Omar Haddad", Period="Q1 2026", Target=15, Start=30, Metric_Name="C",
        Aligned="Delight (all) clinics(weight: 14.29%, Id: 41)Grow (weight: 5%, Id: 9) so far(weight: 50%, Id: 42)", Progress=25),
     CHECK_IN.format(day="03", value="25"), CHECK_IN.format(day="20", value="22"), "", ""],
    row(Id=44, Title="Call clinics", Kind="Deliverable", Owner="Cid", Aligned="(weight: 50%, Id: 41)(weight: 50%, Id: 42)"),
    row(Id=45, Title="Ask patients", Kind="Key result", Aligned="Listen well(weight: 0.0%, Id: 47)", Period="Q1 2026"),
    row(Title="Listen well", Kind="Objective", Owner="Eve", Period="Q1 2026"),
]  # fmt: skip


@pytest.fixture(params=["csv", "xlsx", "shuffled"])
def view(request, write, book):
    """The view in both formats, and with its columns in another order."""
    rows = [HEADER, *ROWS]
    if request.param == "shuffled":
        rows = [[*reversed(each[: len(HEADER) - 1]), *each[len(HEADER) - 1 :]] for each in rows]
    if request.param == "xlsx":
        return book({"Explorer": rows}, "view.xlsx")
    return write("view.csv", "".join(",".join(f'"{cell}"' for cell in each) + "\n" for each in rows))


def by_title(items):
    return {each["title"]: each for each in items}


def test_items_parents_and_weights_are_read(read, view) -> None:
    document = read(view).document
    assert document["source"]["tool"] == "Viva Goals"
    objectives = by_title(document["objectives"])
    (found,) = objectives["Delight (all) clinics"]["key_results"]
    assert found["title"] == "Halve complaints"
    assert found["parents"] == [{"id": "42", "kind": "parent", "weight": 50.0}]
    assert document["initiatives"][0]["objectives"] == ["41", "42"]


def test_owners_are_parted_by_commas_and_teams_by_semicolons(read, view) -> None:
    found = by_title(read(view).document["objectives"])["Delight (all) clinics"]
    assert found["owners"] == [{"person": "Ida Brandt"}, {"person": "Omar Haddad"}]
    assert (found["team"], found["contributors"]) == ("Care", [{"team": "Onboarding", "role": "co-owner"}])
    assert "level" not in found


def test_the_latest_check_in_gives_the_value_and_the_day(read, view) -> None:
    (found,) = by_title(read(view).document["objectives"])["Delight (all) clinics"]["key_results"]
    assert (str(found["current"]), str(found["progress"]), found["updated_at"]) == ("22", "25", "2026-02-20")


def test_a_missing_id_is_recovered_from_other_rows_or_made_and_told(read, view) -> None:
    reading = read(view)
    objectives = by_title(reading.document["objectives"])
    assert objectives["Listen well"]["id"] == "47"
    assert [kr["id"] for kr in objectives["Listen well"]["key_results"]] == ["45"]
    assert any("1 items without an id got the one" in note for note in reading.notes)
    assert any("1 items have no id" in note for note in reading.notes)


def test_an_id_behind_a_hyperlink_formula_is_read(read, book) -> None:
    path = book({"E": [["Id", "Title", "Object Type", "Goal Type"], [None, "Grow", "Objective", "Committed Goal"]]})
    workbook = openpyxl.load_workbook(path)
    workbook["E"]["A2"] = '=HYPERLINK("https://goals.example/o/41", "41")'
    workbook.save(path)
    assert read(path).document["objectives"][0]["id"] == "41"


def test_the_older_generation_of_columns_is_read(read, write) -> None:
    text = (
        'Id,Title,Tag,OKR type,Type name,Owner,"Aligned To (weight, Objective ID)",Object Type,Progress %,Checkins,,\n'
        '1,Grow,,Team,x,Ann,,Big Rock,3,,,\n2,Sell,,Team,y,Bob,"Grow(weight: 100%, Id: 1)",Kpi,4,,,\n'
    )
    reading = read(write("old.csv", text))
    assert reading.document["objectives"][0]["key_results"][0]["title"] == "Sell"
    assert "“Big Rock” read as objective (1 items)." in reading.notes


def test_a_table_with_only_title_and_object_type_is_read(read, write) -> None:
    assert read(write("few.csv", "Object Type,Title\nObjective,Grow\n")).document["objectives"][0]["title"] == "Grow"
