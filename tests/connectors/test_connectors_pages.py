"""The documentation of the connectors is what their modules say."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors import registry
from connectors.pages import FOLDER, page, pages, write
from validator.document.schema import INPUTS


@pytest.mark.parametrize("name", sorted(pages()))
def test_every_page_is_as_its_connector_says(name) -> None:
    assert (FOLDER / name).exists(), "write it: python -m connectors.pages"
    assert (FOLDER / name).read_text("utf-8") == pages()[name], "write it again: python -m connectors.pages"


def test_there_is_no_page_without_a_connector() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(pages())


@pytest.mark.parametrize("name", sorted(registry.all_sources()))
def test_a_connector_says_what_it_can_tell_and_needs(name) -> None:
    source = registry.all_sources()[name]
    assert set(source.PROVIDES) <= set(INPUTS)
    assert source.TITLE
    assert source.TESTED_AGAINST
    assert f"--connector {name} " in source.GUIDE
    for field in source.SETTINGS().fields.values():
        assert field.metadata.get("description", "").endswith(".")
    told = page(name, source)
    assert all(f"| `{field.data_key or key}` |" in told for key, field in source.SETTINGS().fields.items())


def test_a_page_that_is_true_is_not_written_again(tmp_path: Path) -> None:
    assert {path.name for path in write(tmp_path)} == set(pages())
    (tmp_path / "asana.md").write_text("old")
    assert write(tmp_path) == [tmp_path / "asana.md"]
    assert write(tmp_path) == []
