"""A workbook to fill in, which the spreadsheet connector reads without a question."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

LEVELS = ("company", "department", "team", "individual")
STATUSES = ("draft", "committed", "on_track", "at_risk", "off_track", "closed")
ROWS_TO_FILL = 500


class Field(NamedTuple):
    """A column of the template: its header, what belongs there, how wide it is and what may be chosen."""

    header: str
    help: str
    width: int = 16
    choices: tuple[str, ...] = ()


OKRS = (
    Field("Objective ID", "Any short text that stays the same for ever. Repeat it on each row of the objective.", 13),
    Field("Objective", "What is to be achieved. Repeat it on each row, or leave it empty below its first row.", 40),
    Field("Level", "Whose objective it is.", 13, LEVELS),
    Field("Team", "The team that holds the objective, as named on the sheet Teams."),
    Field("Primary owner", "The one person who answers for it."),
    Field("Co-owners", "Others who own it too, parted by semicolons."),
    Field("Cycle", "Such as Q4 2026, H1 2026 or 2026.", 12),
    Field("Parent objective", "The ID or the title of the objective it serves.", 18),
    Field("Contributing teams", "Teams that have agreed to help, parted by semicolons.", 22),
    Field("Strategic brief", "A link to, or a sentence of, the brief that it answers.", 30),
    Field("Objective status", "How the objective stands.", 16, STATUSES),
    Field("Key result", "What will be measured. One row for each.", 40),
    Field("Metric", "The name of what is counted.", 20),
    Field("Unit", "%, €, customers, days, ...", 10),
    Field("Baseline", "The number at the start.", 11),
    Field("Target", "The number to reach.", 11),
    Field("Current", "The number today.", 11),
    Field("Key result owner", "The person who reports the number.", 18),
    Field("Key result due", "The day by which the target is to be met.", 15),
    Field("Key result status", "How the key result stands.", 17, STATUSES),
    Field("Last updated", "The day of the latest number.", 14),
)
TEAMS = (
    Field("Team", "The team's name.", 20),
    Field("Parent team", "The team it is part of.", 20),
    Field("Team lead", "The person who leads it.", 20),
    Field("Level", "Company for the whole organisation.", 13, LEVELS),
    Field("Function", "Such as Marketing or Engineering.", 18),
)
PEOPLE = (
    Field("Name", "As it stands on the sheet OKRs.", 24),
    Field("Email", "Names may be written as e-mail addresses anywhere.", 30),
    Field("Team", "The team the person works in.", 20),
)
README = (
    "How to fill in this workbook",
    "Each row of the sheet OKRs is about one key result, and says again which objective it belongs to.",
    "Columns may stand in any order, and those you do not need may go.",
    "Point at a column's name to see what belongs there.",
    "Overwrite the examples. The sheets Teams and People are optional.",
    "Dates are best entered as dates, and numbers as numbers.",
)


def _examples() -> list[list[Any]]:
    company = [
        "C1",
        "Become the supplier that clinics recommend",
        "company",
        "Alder Health",
        "Ida Brandt",
        "",
        "Q4 2026",
    ]
    team = ["T1", "New clinics are live within two weeks", "team", "Onboarding", "Omar Haddad", "Lena Fuchs", "Q4 2026"]
    due, seen = dt.date(2026, 12, 31), dt.date(2026, 11, 2)
    brief = "Clinics choose us by word of mouth"
    rest = ["Ida Brandt", due, "on_track", seen]
    own = ["Omar Haddad", due, "at_risk", seen]
    return [
        [
            *company,
            "",
            "",
            brief,
            "on_track",
            "Raise the share who recommend us",
            "Promoter score",
            "%",
            41,
            55,
            47,
            *rest,
        ],
        [
            *company,
            "",
            "",
            brief,
            "on_track",
            "Win clinics by referral",
            "Referred clinics",
            "clinics",
            12,
            40,
            21,
            *rest,
        ],
        [*team, "C1", "Support", brief, "at_risk", "Cut the time to go live", "Time to live", "days", 31, 14, 26, *own],
    ]


TEAM_EXAMPLES: list[list[Any]] = [
    ["Alder Health", "", "Ida Brandt", "company", ""],
    ["Onboarding", "Alder Health", "Omar Haddad", "team", "Customer Success"],
    ["Support", "Alder Health", "Lena Fuchs", "team", "Customer Success"],
]
PEOPLE_EXAMPLES: list[list[Any]] = [
    ["Ida Brandt", "ida.brandt@alder.example", "Alder Health"],
    ["Omar Haddad", "omar.haddad@alder.example", "Onboarding"],
    ["Lena Fuchs", "lena.fuchs@alder.example", "Support"],
]


def write_template(path: Path) -> None:
    """Write the template: a workbook, or its main sheet as text where the path ends in .csv."""
    if path.suffix.lower() == ".csv":
        _write_csv(path)
        return
    book = Workbook()
    _fill_readme(book.active)
    _fill(book.create_sheet("OKRs"), OKRS, _examples())
    _fill(book.create_sheet("Teams"), TEAMS, TEAM_EXAMPLES)
    _fill(book.create_sheet("People"), PEOPLE, PEOPLE_EXAMPLES)
    book.active = 1
    book.save(path)


def _write_csv(path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(field.header for field in OKRS)
        writer.writerows(_examples())


def _fill_readme(sheet: Any) -> None:
    sheet.title = "Read me"
    sheet.column_dimensions["A"].width = 100
    for row, text in enumerate(README, start=1):
        cell = sheet.cell(row, 1, text)
        cell.font = Font(bold=row == 1, size=14 if row == 1 else 11)


def _fill(sheet: Any, fields: tuple[Field, ...], examples: list[list[Any]]) -> None:
    for column, field in enumerate(fields, start=1):
        _head(sheet, column, field)
    for row, values in enumerate(examples, start=2):
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(row, column, None if value == "" else value)
            cell.alignment = Alignment(vertical="top", wrap_text=isinstance(value, str))
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(fields))}{len(examples) + 1}"


def _head(sheet: Any, column: int, field: Field) -> None:
    letter = get_column_letter(column)
    cell = sheet.cell(1, column, field.header)
    cell.font = Font(bold=True, color="FFFFFF")
    cell.fill = PatternFill("solid", fgColor="1F4E5F")
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    cell.comment = Comment(field.help, "OKR Validator", width=260, height=70)
    sheet.column_dimensions[letter].width = field.width
    if field.choices:
        allowed = DataValidation(type="list", formula1=f'"{",".join(field.choices)}"', allow_blank=True)
        sheet.add_data_validation(allowed)
        allowed.add(f"{letter}2:{letter}{ROWS_TO_FILL}")
