"""Layouts of OKR sheets as people make them, each read to the same kind of document."""

from __future__ import annotations

import random

import openpyxl
import pytest

HEADER = ["Objective", "Key result", "Owner", "Team", "Quarter", "Baseline", "Target", "Actual", "Due date", "Status"]
ROWS = [
    ["Delight clinics", "Raise promoter score", "Ida Brandt", "Care", "Q4 2026", 41, 55, 47, "2026-12-31", "On Track"],
    ["Delight clinics", "Halve complaints", "Ida Brandt", "Care", "Q4 2026", 30, 15, 22, "2026-12-31", "at risk"],
    ["Go live fast", "Cut time to live", "Omar Haddad", "Onboarding", "Q4 2026", 31, 14, 26, "2026-11-30", "Red"],
]


def csv_of(rows: list[list[object]], mark: str = ",") -> str:
    return "".join(mark.join(str(cell) for cell in row) + "\n" for row in rows)


def titles(document: dict) -> dict[str, list[str]]:
    return {o["title"]: [kr["title"] for kr in o.get("key_results", [])] for o in document["objectives"]}


EXPECTED = {"Delight clinics": ["Raise promoter score", "Halve complaints"], "Go live fast": ["Cut time to live"]}


def test_one_row_a_key_result_becomes_nested_key_results(read, book) -> None:
    document = read(book({"OKRs": [HEADER, *ROWS]})).document
    assert titles(document) == EXPECTED
    first = document["objectives"][0]
    assert first["owners"] == [{"person": "Ida Brandt"}]
    assert (first["team"], first["cycle"], first["end"]) == ("Care", "Q4 2026", "2026-12-31")
    key_result = first["key_results"][1]
    assert {name: key_result[name] for name in ("start", "target", "current", "due", "status", "owner")} == {
        "start": 30, "target": 15, "current": 22, "due": "2026-12-31", "status": "at_risk", "owner": "Ida Brandt",
    }  # fmt: skip
    assert document["objectives"][1]["key_results"][0]["status"] == "off_track"


def test_the_order_of_columns_changes_nothing(read, book) -> None:
    straight = read(book({"OKRs": [HEADER, *ROWS]})).document
    order = list(range(len(HEADER)))
    random.Random(3).shuffle(order)
    shuffled = [[row[at] for at in order] for row in [HEADER, *ROWS]]
    assert read(book({"OKRs": shuffled}, "shuffled.xlsx")).document == straight


def test_the_order_of_rows_changes_no_id(read, book) -> None:
    def ids(path):
        objectives = read(path).document["objectives"]
        return {(o["id"], kr["id"]) for o in objectives for kr in o["key_results"]}

    straight = ids(book({"OKRs": [HEADER, *ROWS]}))
    assert ids(book({"OKRs": [HEADER, *reversed(ROWS)]}, "other.xlsx")) == straight
    assert len(straight) == 3


def test_made_up_ids_are_told(read, book) -> None:
    assert any("items have no id" in note for note in read(book({"OKRs": [HEADER, *ROWS]})).notes)


def test_an_objective_may_stand_only_on_its_first_row_and_in_merged_cells(read, book) -> None:
    rows = [list(row) for row in ROWS]
    rows[1][0] = None
    assert titles(read(book({"OKRs": [HEADER, *rows]})).document) == EXPECTED
    path = book({"OKRs": [HEADER, *ROWS]}, "merged.xlsx")
    workbook = openpyxl.load_workbook(path)
    workbook["OKRs"].merge_cells("A2:A3")
    workbook.save(path)
    assert titles(read(path).document) == EXPECTED


def test_the_header_may_stand_below_a_title_and_blank_rows(read, book) -> None:
    above = [["Our OKRs for Q4"], [], ["Owner: Ida Brandt"], []]
    assert titles(read(book({"OKRs": [*above, HEADER, [], *ROWS[:1], [], *ROWS[1:]]})).document) == EXPECTED


@pytest.mark.parametrize(
    "header",
    [
        ["objective", "keyResultName", "owner", "team", "session", "initialValue", "targetValue", "current", "deadline", "State"],
        ["OBJECTIVE:", "KRs", "Responsible", "Squad", "Cycle", "from", "To", "Actual value", "End Date", "Health"],
        ["Goal", "Key Result (measurable)", "Owner Name", "Owning-Team", "Time period", "Start value", "Goal value", "Now",
         "By when?", "RAG status"],
        ["Objective Title", "KR", "Assigned to", "Tribe", "Timeframe", "Starting point", "Target value", "Latest value",
         "Due by", "Status"],
        ["Óbjective", "Key-Result", "OWNER", "Group", "Period", "Base", "Target ($)", "Current", "Completion date", "state"],
    ],
)  # fmt: skip
def test_headers_are_known_by_their_synonyms(read, book, header) -> None:
    document = read(book({"OKRs": [header, *ROWS]})).document
    assert titles(document) == EXPECTED
    key_result = document["objectives"][1]["key_results"][0]
    assert (key_result["start"], key_result["target"], key_result["current"]) == (31, 14, 26)
    assert (key_result["due"], key_result["status"]) == ("2026-11-30", "off_track")


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [(",", "utf-8"), (",", "utf-8-sig"), (";", "cp1252"), ("\t", "utf-16"), ("|", "utf-8"), (";", "utf-16-le")],
)
def test_delimiters_and_encodings_are_found_out(read, write, mark, encoding) -> None:
    rows = [["Objective", "Owner"], ["Größer werden", "Zoë"]]
    document = read(write("okrs.csv", csv_of(rows, mark).encode(encoding))).document
    assert document["objectives"][0]["title"] == "Größer werden"
    assert document["objectives"][0]["owners"] == [{"person": "Zoë"}]


def test_a_file_whose_lines_are_each_in_quotes_is_read(read, write) -> None:
    text = (
        '"OKR_ID,Objective,Owner,Status,Last_Updated,Comments"\n'
        '"1,""Grow, and fast"",Ann,On Track,2026-10-01,fine"\n'
        '"2,Keep customers,Bob,Behind,2026-10-02,"\n'
    )
    reading = read(write("okrs.csv", text))
    assert [(o["id"], o["title"]) for o in reading.document["objectives"]] == [
        ("1", "Grow, and fast"),
        ("2", "Keep customers"),
    ]
    assert reading.document["objectives"][1]["status"] == "behind"
    assert reading.document["objectives"][0]["updated_at"] == "2026-10-01"
    assert any("quotes" in note for note in reading.notes)


def test_quotes_round_every_cell_are_not_quotes_round_lines(read, write) -> None:
    document = read(write("okrs.csv", '"Objective","Owner"\n"Grow, and fast","Ann"\n')).document
    assert document["objectives"][0]["title"] == "Grow, and fast"
    single = read(write("one.csv", '"Objective"\n"Grow, and fast"\n')).document
    assert single["objectives"][0]["title"] == "Grow, and fast"


def test_quoted_newlines_and_ragged_rows_are_read(read, write) -> None:
    text = 'Objective,Key result,Owner,Target\n"Grow\nnow",Sell,Ann,10,extra,cells\nKeep,Hold\n'
    document = read(write("okrs.csv", text)).document
    assert titles(document) == {"Grow\nnow": ["Sell"], "Keep": ["Hold"]}


def test_key_results_may_stand_in_numbered_columns(read, write) -> None:
    text = (
        "Objective,Owner,Key Result 1,KR1 Target,KR1 Owner,KR 2,key_result_2_completion\nGrow,Ann,Sell,10,Bob,Hire,40\n"
    )
    key_results = read(write("okrs.csv", text)).document["objectives"][0]["key_results"]
    assert [(kr["title"], kr.get("target"), kr.get("progress"), kr.get("owner")) for kr in key_results] == [
        ("Sell", "10", None, "Bob"),
        ("Hire", None, "40", None),
    ]


def test_a_bulleted_cell_is_several_key_results(read, book) -> None:
    document = read(
        book({"S": [["Objective", "Key Results"], ["Grow", "- Sell\n- Hire"], ["Keep", "1. Hold\n2) Win\n"]]})
    ).document
    assert titles(document) == {"Grow": ["Sell", "Hire"], "Keep": ["Hold", "Win"]}


def test_objectives_and_key_results_may_lie_on_two_sheets(read, book) -> None:
    sheets = {
        "Objectives": [
            ["ID", "Objective", "Level", "Owner"],
            ["O1", "Grow", "Company", "Ann"],
            ["O2", "Keep", "Team", "Bob"],
        ],
        "Key results": [["Objective", "Key result", "Owner"], ["Keep", "Hold", "Cid"], ["Grow", "Sell", "Dee"]],
    }
    objectives = read(book(sheets)).document["objectives"]
    assert [(o["id"], o["owners"][0]["person"], o["key_results"][0]["owner"]) for o in objectives] == [
        ("O1", "Ann", "Dee"),
        ("O2", "Bob", "Cid"),
    ]
    assert [o["level"] for o in objectives] == ["company", "team"]


def test_key_results_that_name_their_objective_by_id_are_nested(read, book) -> None:
    sheets = {
        "O": [["Objective ID", "Objective"], ["O1", "Grow"]],
        "K": [["Objective ID", "Key result", "KR ID"], ["O1", "Sell", "K1"], ["O9", "Lost", "K2"]],
    }
    document = read(book(sheets)).document
    assert document["objectives"][0]["key_results"][0]["id"] == "K1"
    assert document["key_results"] == [{"id": "K2", "title": "Lost", "parents": [{"id": "O9", "kind": "parent"}]}]


def test_rows_that_name_their_kind_are_told_apart(read, write) -> None:
    text = (
        "ID,Type,Title,Parent,Owner,Target\n"
        "1,Objective,Grow,,Ann,\n2,Key Result,Sell,1,Bob,10\n3,Initiative,Run a fair,1,Cid,\n4,Objective,Sell abroad,Grow,Dee,\n"
    )
    document = read(write("okrs.csv", text)).document
    assert titles(document) == {"Grow": ["Sell"], "Sell abroad": []}
    assert document["objectives"][1]["parents"] == [{"id": "1", "kind": "parent"}]
    assert document["initiatives"] == [{"id": "3", "title": "Run a fair", "owner": "Cid", "objectives": ["1"]}]


def test_typed_rows_without_parents_belong_to_the_objective_above(read, write) -> None:
    text = "Type,Objective / Key result,Owner\nObjective,Grow,Ann\nKR,Sell,Bob\nKR,Hire,Bob\nObjective,Keep,Ann\nKR,Hold,Bob\n"
    assert titles(read(write("okrs.csv", text)).document) == {"Grow": ["Sell", "Hire"], "Keep": ["Hold"]}


def test_two_objectives_of_one_title_in_their_own_rows_stay_two(read, write) -> None:
    document = read(write("okrs.csv", "Objective,Team\nGrow,A\nGrow,B\nGrow,B\n")).document
    assert len({o["id"] for o in document["objectives"]}) == 3


def test_one_title_in_two_cycles_is_two_objectives(read, write) -> None:
    text = "Objective,Key result,Quarter\nGrow,Sell,Q3 2026\nGrow,Sell,Q4 2026\n"
    document = read(write("okrs.csv", text)).document
    assert [o["cycle"] for o in document["objectives"]] == ["Q3 2026", "Q4 2026"]


def test_an_owner_column_that_differs_within_objectives_is_the_key_results(read, write) -> None:
    text = "Objective,Key result,Owner\nGrow,Sell,Ann\nGrow,Hire,Bob\nKeep,Hold,Ann\nKeep,Win,Cid\n"
    reading = read(write("okrs.csv", text))
    assert "owners" not in reading.document["objectives"][0]
    assert [kr["owner"] for kr in reading.document["objectives"][0]["key_results"]] == ["Ann", "Bob"]
    assert "owners" not in reading.document["source"]["provides"]
    assert any("owners of key results" in note for note in reading.notes)


def test_an_objective_whose_rows_disagree_where_others_agree_has_several_owners(read, write) -> None:
    text = "Objective,Key result,Owner\nGrow,Sell,Ann\nGrow,Hire,Ann\nKeep,Hold,Bob\nKeep,Win,Bob\nShare,A,Ann\nShare,B,Bob\n"
    objectives = read(write("okrs.csv", text)).document["objectives"]
    assert [[owner["person"] for owner in o["owners"]] for o in objectives] == [["Ann"], ["Bob"], ["Ann", "Bob"]]


def test_the_sheets_of_people_and_teams_become_people_and_teams(read, book) -> None:
    sheets = {
        "Q4 2026": [
            ["Objective", "Owner", "Team"],
            ["Grow", "Behn Jones", "Sales"],
            ["Keep", "amy@x.example", "sales"],
        ],
        "Users": [
            ["email", "firstName", "lastName"],
            ["behn@x.example", "Behn", "Jones "],
            ["amy@x.example", "Amy", "Wren"],
        ],
        "Teams": [
            ["Team", "Parent team", "Lead", "Function"],
            ["Sales", "All", "Amy Wren", "Revenue"],
            ["All", "", "", ""],
        ],
        "Lists": [["Colours"], ["red"]],
    }
    reading = read(book(sheets))
    document = reading.document
    assert [o["owners"][0]["person"] for o in document["objectives"]] == ["behn@x.example", "amy@x.example"]
    assert {o["team"] for o in document["objectives"]} == {"Sales"}
    assert document["teams"][0] == {
        "id": "Sales",
        "name": "Sales",
        "parent": "All",
        "lead": "amy@x.example",
        "function": "Revenue",
    }
    assert document["people"][0]["name"] == "Behn Jones"
    assert {o["cycle"] for o in document["objectives"]} == {"Q4 2026"}
    assert any("“Lists”" in note for note in reading.notes)


def test_one_sheet_may_be_asked_for(read, faults, book) -> None:
    path = book({"Draft": [["Objective"], ["Dream"]], "Final": [["Objective"], ["Grow"]]})
    assert titles(read(path, sheet="Final").document) == {"Grow": []}
    assert "Did you mean “Final”?" in faults(path, sheet="Finale")[0].hint


def test_a_table_without_okr_columns_is_refused_with_what_is_looked_for(faults, book) -> None:
    (fault,) = faults(book({"Prices": [["Product", "Price"], ["Tea", 3]]}))
    assert "no sheet with a header row" in fault.message
    assert "“Objective”" in fault.hint
    assert "“Prices”" in fault.place


def test_a_header_that_stands_twice_is_read_once_and_told(read, write) -> None:
    reading = read(write("okrs.csv", "Objective,Owner,Owner\nGrow,Ann,Bob\n"))
    assert reading.document["objectives"][0]["owners"] == [{"person": "Ann"}]
    assert any("repeat" in note and "“Owner”" in note for note in reading.notes)


def test_what_no_column_is_for_is_not_claimed(read, write) -> None:
    provides = read(write("okrs.csv", "Objective,Owner,Status\nGrow,Ann,Red\n")).document["source"]["provides"]
    assert provides == ["owners", "statuses"]
