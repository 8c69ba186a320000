"""The real exports that lie beside the project on some machines."""

from __future__ import annotations


def test_the_real_viva_export_has_its_62_items_and_57_links(read, data) -> None:
    document = read(data("viva-goals-export")).document
    objectives = document["objectives"]
    nested = [kr for objective in objectives for kr in objective.get("key_results", [])]
    assert (len(objectives), len(nested), len(document["initiatives"])) == (15, 43, 4)
    links = sum(len(each.get("parents", [])) for each in (*objectives, *nested)) + len(nested)
    assert links + sum(len(each["objectives"]) for each in document["initiatives"]) == 57


def test_the_real_viva_export_has_six_company_objectives_and_fifteen_cycles(read, data) -> None:
    reading = read(data("viva-goals-export"))
    assert [o["level"] for o in reading.document["objectives"]].count("company") == 6
    assert len(reading.document["cycles"]) == 15
    assert "“Big rock” read as objective (15 items)." in reading.notes


def test_the_real_explorer_view_reads_as_an_objective_with_its_key_result(read, data) -> None:
    document = read(data("viva-goals-export/explorer-view.csv")).document
    (objective,) = document["objectives"]
    assert objective["id"] == "2295704"
    assert [kr["id"] for kr in objective["key_results"]] == ["2325365"]


def test_the_real_workbook_reads_with_people_key_results_and_tasks(read, data) -> None:
    reading = read(data("spreadsheets/Users_OKRs_Data.xlsx"))
    document = reading.document
    assert {o["title"]: len(o["key_results"]) for o in document["objectives"]} == {
        "Rock the US market": 2, "Grow the team": 2, "Secure the fortress": 2,
    }  # fmt: skip
    retention = document["objectives"][0]["key_results"][1]
    assert (retention["start"], retention["target"], retention["direction"]) == (20, 21, "increase")
    assert retention["owner"] in {person["id"] for person in document["people"]}
    assert len(document["initiatives"]) == 6
    assert "cell F3" in reading.places["/objectives/0/key_results/1/target"]
