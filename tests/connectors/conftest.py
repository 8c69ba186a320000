"""Reading what a test writes, and holding every document to the one door that all input goes through."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from connectors import registry
from connectors.contract import Fault, Reading, Settings, SourceError
from tests.connectors.prism import prism
from tests.connectors.trouble import sync
from validator.document.load import load

__all__ = ["prism", "sync"]

DATA = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file of that name."""

    def write_it(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_it


@pytest.fixture
def book(tmp_path: Path) -> Callable[[Mapping[str, list[list[Any]]]], Path]:
    """Write a workbook of these sheets."""

    def write_it(sheets: Mapping[str, list[list[Any]]], name: str = "okrs.xlsx") -> Path:
        workbook = openpyxl.Workbook()
        workbook.remove(workbook.active)
        for title, rows in sheets.items():
            sheet = workbook.create_sheet(title)
            for row in rows:
                sheet.append(row)
        workbook.save(tmp_path / name)
        return tmp_path / name

    return write_it


@pytest.fixture
def read() -> Callable[..., Reading]:
    """Read a path, and check that the document is one: the door takes it and every place points into it."""

    def read_it(path: Path, **settings: str) -> Reading:
        reading = registry.read(path, settings=Settings(**settings))
        load(reading.document)
        for pointer in reading.places:
            assert resolves(reading.document, pointer), pointer
        return reading

    return read_it


@pytest.fixture
def faults() -> Callable[..., tuple[Fault, ...]]:
    """The faults for which a path is refused, found within five seconds."""

    def refused(path: Path, **settings: str) -> tuple[Fault, ...]:
        begun = time.process_time()
        with pytest.raises(SourceError) as caught:
            registry.read(path, settings=Settings(**settings))
        assert time.process_time() - begun < 5
        assert all(fault.message for fault in caught.value.faults)
        return caught.value.faults

    return refused


@pytest.fixture
def data() -> Callable[[str], Path]:
    """A path of the real data that lie beside the project on some machines."""

    def find(name: str) -> Path:
        if not (DATA / name).exists():
            pytest.skip("the real data are not on this machine")
        return DATA / name

    return find


def resolves(document: Any, pointer: str) -> bool:
    """Whether a JSON Pointer points to something."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        try:
            document = document[int(name)] if isinstance(document, list) else document[name]
        except (KeyError, IndexError, ValueError):
            return False
    return True


def zipped(members: Mapping[str, bytes | str]) -> bytes:
    """A ZIP archive of these members."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()
