"""Cells: numbers, dates, formulas, names, words and the places that faults point to."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pytest

from connectors import registry
from connectors.contract import Settings
from validator.document.load import load
from validator.errors import BadInput


def key_result(read, book, headers: list[str], cells: list[object]) -> dict:
    path = book({"S": [["Objective", "Key result", *headers], ["Grow", "Sell", *cells]]})
    found: dict = read(path).document["objectives"][0]["key_results"][0]
    return found


@pytest.fixture
def formatted(book):
    """A workbook of one key result whose target has this value and number format."""

    def make(value: object, code: str = "General", header: str = "Target"):
        path = book({"S": [["Objective", "Key result", header], ["Grow", "Sell", None]]})
        workbook = openpyxl.load_workbook(path)
        cell = workbook["S"]["C2"]
        cell.value, cell.number_format = value, code
        workbook.save(path)
        return path

    return make


@pytest.mark.parametrize(
    ("value", "code", "target", "unit"),
    [
        (0.9, "0%", 90, "%"),
        (0.125, "0.0%", 12.5, "%"),
        (1_200_000, "[$€-407] #,##0", 1_200_000, "€"),
        (5, '"£"#,##0', 5, "£"),
        (5.5, "$#,##0.00", 5.5, "$"),
        (5, "#,##0", 5, None),
        (5, '0 "% of base"', 5, None),
    ],
)
def test_number_formats_give_unit_and_value_as_shown(read, formatted, value, code, target, unit) -> None:
    found = read(formatted(value, code)).document["objectives"][0]["key_results"][0]
    assert (found["target"], found.get("unit")) == (target, unit)


def test_date_cells_become_iso_dates(read, formatted) -> None:
    found = read(formatted(dt.date(2026, 12, 31), "dd/mm/yyyy", "Due")).document["objectives"][0]["key_results"][0]
    assert found["due"] == "2026-12-31"


def test_a_formula_that_was_never_calculated_is_a_fault_of_its_cell(faults, formatted) -> None:
    (fault,) = faults(formatted("=20*1.05"))
    assert fault.place == "okrs.xlsx, sheet “S”, cell C2"
    assert "formula" in fault.message
    assert "save" in fault.hint


def test_an_error_cell_is_a_fault_of_its_cell(faults, formatted) -> None:
    (fault,) = faults(formatted("#REF!"))
    assert (fault.message, fault.place) == ("The cell shows #REF!.", "okrs.xlsx, sheet “S”, cell C2")


def test_a_broken_cell_of_a_column_that_is_not_read_is_no_fault(read, formatted) -> None:
    assert read(formatted("#REF!", header="Colour")).document["objectives"]


def test_all_broken_cells_are_told_at_once(faults, book) -> None:
    path = book(
        {"S": [["Objective", "Key result", "Target"], ["A", "B", "#REF!"], ["C", "D", "=1+1"], ["E", "#N/A", 3]]}
    )
    assert {fault.place[-2:] for fault in faults(path)} == {"C2", "C3", "B4"}


@pytest.mark.parametrize(
    ("text", "unit"), [("12,5 %", "%"), ("£1.2m", "£"), ("$5", "$"), ("5 €", "€"), ("1 234,50", None)]
)
def test_text_numbers_stay_text_and_show_their_unit(read, book, text, unit) -> None:
    found = key_result(read, book, ["Target"], [text])
    assert (found["target"], found.get("unit")) == (text, unit)


def test_a_unit_column_wins_over_what_the_number_shows(read, book) -> None:
    assert key_result(read, book, ["Target", "Unit"], ["5 €", "thousand €"])["unit"] == "thousand €"
    assert key_result(read, book, ["Target", "Unit"], [5, "Percent"])["unit"] == "%"


def test_a_unit_in_the_header_counts(read, book) -> None:
    assert key_result(read, book, ["Target (%)"], [90])["unit"] == "%"


@pytest.mark.parametrize("text", ["TBD", "n/a", "-", True])
def test_a_number_cell_without_a_digit_is_left_out_and_named(read, book, text) -> None:
    reading = read(book({"S": [["Objective", "Key result", "Target"], ["Grow", "Sell", text]]}))
    assert "target" not in reading.document["objectives"][0]["key_results"][0]
    assert any("cell C2" in note for note in reading.notes)


def test_places_turn_a_fault_of_the_door_into_a_cell(book) -> None:
    path = book({"Plan": [["Objective", "Key result", "Due"], ["Grow", "Sell", "31/31/2026"]]})
    reading = registry.read(path)
    with pytest.raises(BadInput) as caught:
        load(reading.document)
    assert reading.places[caught.value.faults[0].pointer] == "okrs.xlsx, sheet “Plan”, cell C2"


@pytest.mark.parametrize(
    ("targets", "mark"),
    [
        (["12,5", "3"], "comma"),
        (["1.234,56"], "comma"),
        (["12.5", "1,234"], "point"),
        (["12,5", "12.5"], None),
        (["1,234"], None),
        (["1.234"], None),
        (["12"], None),
        (["1.234.567 €", "99"], "comma"),
    ],
)
def test_the_decimal_mark_is_taken_from_cells_that_leave_no_doubt(book, targets, mark) -> None:
    rows = [["Grow", f"K{number}", target] for number, target in enumerate(targets)]
    document = registry.read(book({"S": [["Objective", "Key result", "Target"], *rows]})).document
    assert document["source"].get("reading", {}).get("decimals") == mark


@pytest.mark.parametrize(
    ("dues", "order"),
    [
        (["31/12/2026", "01/02/2026"], "dmy"),
        (["12/31/2026"], "mdy"),
        (["31/12/2026", "12/31/2026"], None),
        (["01/02/2026"], None),
    ],
)
def test_the_order_of_dates_is_taken_from_cells_that_leave_no_doubt(write, dues, order) -> None:
    text = "Objective,Key result,Due\n" + "".join(f"Grow,K{number},{due}\n" for number, due in enumerate(dues))
    reading = registry.read(write("okrs.csv", text))
    assert reading.document["source"].get("reading", {}).get("dates") == order
    assert any("first" in note for note in reading.notes) == (order is not None)


def test_settings_decide_before_the_cells_do(write) -> None:
    text = 'Objective,Key result,Due,Target\nGrow,Sell,31/12/2026,"12,5"\n'
    reading = registry.read(write("okrs.csv", text), settings=Settings(dates="mdy", decimals="point"))
    assert reading.document["source"]["reading"] == {"dates": "mdy", "decimals": "point"}


@pytest.mark.parametrize(
    ("cell", "people"),
    [
        ("Ann Lee; Bob Ray", ["Ann Lee", "Bob Ray"]),
        ("Ann Lee, Bob Ray", ["Ann Lee", "Bob Ray"]),
        ("Ann Lee\nBob Ray", ["Ann Lee", "Bob Ray"]),
        ("Ann Lee & Bob Ray", ["Ann Lee", "Bob Ray"]),
        ("Lee, Ann; Ray, Bob", ["Lee, Ann", "Ray, Bob"]),
        ("Ann Lee, Jr.", ["Ann Lee, Jr."]),
        ("Ann Lee; ann lee", ["Ann Lee"]),
    ],
)
def test_several_owners_in_a_cell_are_parted_and_none_is_primary(read, book, cell, people) -> None:
    document = read(book({"S": [["Objective", "Owner"], ["Grow", cell]]})).document
    assert document["objectives"][0]["owners"] == [{"person": person} for person in people]


@pytest.mark.parametrize("header", ["Primary owner", "Accountable", "DRI", "Lead", "Objective lead"])
def test_only_a_column_that_says_so_makes_an_owner_primary(read, book, header) -> None:
    document = read(book({"S": [["Objective", header, "Owners"], ["Grow", "Ann", "Bob; Ann"]]})).document
    assert document["objectives"][0]["owners"] == [{"person": "Ann", "primary": True}, {"person": "Bob"}]
    assert "primary_owner" in document["source"]["provides"]


def test_names_of_the_people_sheet_stay_whole(read, book) -> None:
    sheets = {
        "OKRs": [["Objective", "Owner"], ["Grow", "Smith, John"], ["Keep", "Li & Co"]],
        "People": [["Name", "Email"], ["John Smith", "j@x.example"], ["Li & Co", "l@x.example"]],
    }
    owners = [o["owners"] for o in read(book(sheets)).document["objectives"]]
    assert owners == [[{"person": "j@x.example"}], [{"person": "l@x.example"}]]


def test_further_teams_contribute_and_ampersands_are_part_of_team_names(read, book) -> None:
    rows = [
        ["Objective", "Team", "Contributors"],
        ["Grow", "R&D; Sales", "Ops, Legal"],
        ["Keep", "Risk, Law and Order", ""],
    ]
    first, second = read(book({"S": rows})).document["objectives"]
    assert first["team"] == "R&D"
    assert first["contributors"] == [{"team": "Sales", "role": "co-owner"}, {"team": "Ops"}, {"team": "Legal"}]
    assert second["team"] == "Risk, Law and Order"


@pytest.mark.parametrize(
    ("word", "level"),
    [("Corporate", "company"), ("ORG", "company"), ("Company level", "company"), ("Department", "department"), ("BU", "department"),
     ("Squad", "team"), ("Personal", "individual"), ("Galaxy", None)],
)  # fmt: skip
def test_level_words_are_mapped(read, book, word, level) -> None:
    reading = read(book({"S": [["Objective", "Level"], ["Grow", word]]}))
    assert reading.document["objectives"][0].get("level") == level
    assert any("no level" in note for note in reading.notes) == (level is None)


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("Q4 2026", "2026-10-01", "2026-12-31"),
        ("2026-Q1", "2026-01-01", "2026-03-31"),
        ("H1 2026", "2026-01-01", "2026-06-30"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("Annual 2025", "2025-01-01", "2025-12-31"),
        ("FY26 H2", None, None),
        ("FY2026", None, None),
        ("H3 2026", None, None),
        ("Sprint 7", None, None),
    ],
)
def test_cycles_have_dates_only_where_the_calendar_leaves_no_doubt(read, book, name, start, end) -> None:
    (cycle,) = read(book({"S": [["Objective", "Cycle"], ["Grow", name]]})).document["cycles"]
    assert (cycle["id"], cycle.get("start"), cycle.get("end")) == (name, start, end)


def test_a_year_in_a_number_cell_is_a_cycle(read, book) -> None:
    assert read(book({"S": [["Objective", "Year"], ["Grow", 2026]]})).document["objectives"][0]["cycle"] == "2026"


def test_parents_are_found_by_id_by_title_and_otherwise_kept(read, book) -> None:
    rows = [["ID", "Objective", "Aligned to", "Cycle"], [1, "Grow; and fast", "", "2026"], [2, "Sell", "grow; AND fast", "2026"],
            [3, "Hire", "1; 2", "2026"], [4, "Keep", "X-9", "2026"], [5, "Sell", "", "2025"], [6, "Call", "Sell", "2025"]]  # fmt: skip
    reading = read(book({"S": rows}))
    parents = {o["id"]: [p["id"] for p in o.get("parents", [])] for o in reading.document["objectives"]}
    assert parents == {"1": [], "2": ["1"], "3": ["1", "2"], "4": ["X-9"], "5": [], "6": ["5"]}
    assert any("“X-9”" in note and "cell C5" in note for note in reading.notes)


def test_ids_that_stand_twice_are_replaced_and_told(read, book) -> None:
    reading = read(book({"S": [["ID", "Objective"], ["A", "Grow"], ["A", "Keep"], ["B", "Win"]]}))
    ids = [o["id"] for o in reading.document["objectives"]]
    assert ids[2] == "B"
    assert "A" not in ids
    assert any("“A” at okrs.xlsx, sheet “S”, cell A2" in note for note in reading.notes)


def test_row_ids_of_one_row_a_key_result_are_the_key_results(read, book) -> None:
    rows = [["ID", "Objective", "Key result"], ["K1", "Grow", "Sell"], ["K2", "Grow", "Hire"]]
    objective = read(book({"S": rows})).document["objectives"][0]
    assert [kr["id"] for kr in objective["key_results"]] == ["K1", "K2"]


def test_a_changed_owner_changes_no_made_up_id(read, book) -> None:
    def made(owner):
        return read(book({"S": [["Objective", "Owner", "Cycle"], ["Grow", owner, "Q1 2026"]]})).document["objectives"][
            0
        ]["id"]

    assert made("Ann") == made("Bob")


def test_progress_in_fractions_is_read_as_percentages(read, write) -> None:
    reading = read(write("okrs.csv", "Objective,Progress\nGrow,0.45\nKeep,1\nWin,0\n"))
    assert [o["progress"] for o in reading.document["objectives"]] == [45, 100, 0]
    assert any("fractions" in note for note in reading.notes)
    whole = read(write("whole.csv", "Objective,Progress\nGrow,45\nKeep,1\n")).document
    assert [o["progress"] for o in whole["objectives"]] == ["45", "1"]


def test_direction_is_taken_from_a_column_or_from_words_in_a_type_column(read, book) -> None:
    assert key_result(read, book, ["Direction"], ["Reduce"])["direction"] == "decrease"
    assert key_result(read, book, ["Type"], ["should increase to"])["direction"] == "increase"
    assert "direction" not in key_result(read, book, ["Type"], ["Committed"])


def test_tags_links_and_briefs_are_read(read, write) -> None:
    text = 'Objective,Tags,Strategic brief\n"=HYPERLINK(""https://x.example/1"";""Grow"")","a, b",See memo 4\n'
    objective = read(write("okrs.csv", text)).document["objectives"][0]
    assert (objective["title"], objective["url"]) == ("Grow", "https://x.example/1")
    assert (objective["tags"], objective["strategic_brief"]) == (["a", "b"], "See memo 4")


def test_a_metric_of_an_objectives_own_row_is_its_key_result(read, book) -> None:
    rows = [["Objective", "Metric", "Baseline", "Target"], ["Grow", "Revenue", 1, 2]]
    (found,) = read(book({"S": rows})).document["objectives"][0]["key_results"]
    assert (found["title"], found["metric"], found["start"], found["target"]) == ("Revenue", "Revenue", 1, 2)


def test_twenty_thousand_rows_are_read_in_seconds(read, tmp_path) -> None:
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("OKRs")
    sheet.append(["Objective", "Key result", "Owner", "Team", "Cycle", "Target", "Due", "Status"])
    for number in range(20_000):
        sheet.append([f"O{number // 4}", f"K{number}", f"P{number // 4 % 40}", f"T{number // 4 % 30}", "Q4 2026", number, "2026-12-31", "On track"])  # fmt: skip
    workbook.save(tmp_path / "big.xlsx")
    begun = dt.datetime.now(tz=dt.UTC)
    reading = registry.read(tmp_path / "big.xlsx")
    assert (dt.datetime.now(tz=dt.UTC) - begun).total_seconds() < 15
    assert sum(len(o["key_results"]) for o in reading.document["objectives"]) == 20_000
