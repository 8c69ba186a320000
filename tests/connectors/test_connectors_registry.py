"""Which connectors there are, and which one reads a path."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from connectors import registry
from connectors.contract import Settings, SourceError


def test_every_connector_is_found_by_its_file_name() -> None:
    assert {"document", "spreadsheet", "viva-goals", "viva-explorer"} <= set(registry.all_connectors())


def test_the_contract_and_the_registry_and_the_shared_readers_are_no_connectors() -> None:
    assert not {"contract", "registry", "reading", "sheets", "viva"} & set(registry.all_connectors())


def test_connectors_of_files_and_of_tools_are_told_apart() -> None:
    assert "asana" in registry.all_sources()
    assert not set(registry.all_sources()) & set(registry.all_connectors())


def test_reading_a_file_loads_no_library_of_the_network() -> None:
    code = (
        "import sys; from connectors import registry; registry.all_connectors(); assert 'requests' not in sys.modules; "
        "registry.all_sources(); assert 'requests' in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0


def test_every_connector_says_what_it_is_and_against_what_it_was_run() -> None:
    for connector in registry.all_connectors().values():
        assert connector.TITLE
        assert connector.TESTED_AGAINST


def test_connectors_import_nothing_of_the_validator() -> None:
    code = (
        "import sys; from connectors import registry; registry.all_connectors(); import connectors.reading.template; "
        "sys.exit(any(name.split('.')[0] == 'validator' for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0


def test_an_unknown_name_is_answered_with_the_nearest_known_one(write) -> None:
    with pytest.raises(SourceError) as caught:
        registry.read(write("a.csv", "Objective\nGrow"), name="viva_gols")
    assert "Did you mean “viva-goals”?" in caught.value.faults[0].hint
    assert "spreadsheet" in caught.value.faults[0].hint


def test_a_path_that_does_not_exist_is_named(tmp_path) -> None:
    with pytest.raises(SourceError, match=r"none\.csv.* does not exist"):
        registry.read(tmp_path / "none.csv")


@pytest.mark.parametrize("content", [b"%PDF-1.7 x", b"\x89PNG\r\n", b"\x00\x01\x02\x03", b"plain prose, nothing else"])
def test_what_nobody_recognises_is_refused_with_all_that_is_readable(faults, write, content) -> None:
    (fault,) = faults(write("thing.bin", content))
    assert "spreadsheet (" in fault.hint
    assert "viva-goals (" in fault.hint


def test_an_empty_file_is_called_empty(faults, write) -> None:
    (fault,) = faults(write("okrs.bin", b""))
    assert "empty" in fault.message


@pytest.mark.parametrize("name", ["okrs.csv", "okrs.json", "okrs.yaml", "okrs.xlsx", "okrs.zip"])
def test_an_empty_file_of_a_known_kind_is_refused(faults, write, name) -> None:
    assert "empty" in faults(write(name, b""))[0].message


def test_an_empty_folder_is_refused(faults, tmp_path) -> None:
    assert "nothing that can be read" in faults(tmp_path)[0].message


def test_content_decides_not_the_file_name(read, write) -> None:
    reading = read(write("export.txt", '{"objectives": [{"id": "o", "title": "Grow"}]}'))
    assert reading.document["objectives"][0]["title"] == "Grow"
    table = read(write("table.data", "Objective;Owner\nGrow;Ann\n"))
    assert table.document["objectives"][0]["owners"] == [{"person": "Ann"}]


def test_a_named_connector_is_used_even_for_another_extension(write) -> None:
    path = write("rows.json", "Objective,Owner\nGrow,Ann\n")
    assert registry.read(path, name="spreadsheet", settings=Settings()).document["objectives"][0]["title"] == "Grow"
