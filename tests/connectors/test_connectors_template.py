"""The template: what the command writes, the connector reads without a question."""

from __future__ import annotations

import openpyxl
import pytest

from connectors.reading.template import write_template


@pytest.mark.parametrize("name", ["okrs.xlsx", "okrs.csv"])
def test_the_template_reads_back(read, tmp_path, name) -> None:
    write_template(tmp_path / name)
    document = read(tmp_path / name).document
    company, team = document["objectives"]
    assert (company["id"], len(company["key_results"]), company["level"]) == ("C1", 2, "company")
    assert team["parents"] == [{"id": "C1", "kind": "parent"}]
    assert team["contributors"] == [{"team": "Support"}]
    assert [owner.get("primary", False) for owner in team["owners"]] == [True, False]
    assert "strategic_brief" in team
    assert document["cycles"][0]["end"] == "2026-12-31"


def test_every_column_of_the_template_is_read(read, tmp_path) -> None:
    write_template(tmp_path / "okrs.xlsx")
    notes = read(tmp_path / "okrs.xlsx").notes
    assert not any("were not read" in note for note in notes)


def test_the_workbook_lists_teams_and_people_and_helps_to_fill_in(read, tmp_path) -> None:
    write_template(tmp_path / "okrs.xlsx")
    document = read(tmp_path / "okrs.xlsx").document
    assert [team["level"] for team in document["teams"]] == ["company", "team", "team"]
    assert {team.get("function") for team in document["teams"]} == {None, "Customer Success"}
    assert len(document["people"]) == 3
    sheet = openpyxl.load_workbook(tmp_path / "okrs.xlsx")["OKRs"]
    assert all(cell.comment for cell in sheet[1])
    assert "company,department,team,individual" in sheet.data_validations.dataValidation[0].formula1
