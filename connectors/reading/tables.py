"""A table file of any kind that is read here, told apart by its content."""

from __future__ import annotations

import re
from pathlib import Path

from connectors.contract import SourceError
from connectors.reading.archives import is_archive, open_archive
from connectors.reading.delimited import Score, best_score, read_delimited
from connectors.reading.files import BINARY_STARTS, MAX_FILE_BYTES, decode_leniently, read_bytes, refuse, sniff
from connectors.reading.table import Workbook
from connectors.reading.xlsx_cells import read_sheet
from connectors.reading.xlsx_parts import read_book

OLE = b"\xd0\xcf\x11\xe0"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv", ".tsv", ".tab", ".txt")


def read_tables(path: Path, score: Score) -> Workbook:
    """Read CSV or XLSX; `score` says how well a row of texts serves as the header. Raises SourceError."""
    data = read_bytes(path)
    if data.startswith(OLE):
        _refuse_ole(data, path.name)
    if is_archive(data):
        return _read_xlsx(data, path.name)
    if data.startswith(BINARY_STARTS):
        refuse(f"“{path.name}” is no spreadsheet.", "A spreadsheet is read as .xlsx or .csv.")
    return read_delimited(data, path.name, score)


def may_be_table(path: Path) -> bool:
    """Whether the bytes may be a table: an archive that holds or claims a workbook, an old workbook, or text."""
    start = sniff(path, 4096)
    if start.startswith(b"PK"):
        return path.suffix.lower() in SUFFIXES or _holds_workbook(path)
    if start.startswith(OLE):
        return True
    return bool(start) and not start.startswith(BINARY_STARTS)


def path_is_binary(path: Path) -> bool:
    """Whether the file is an archive or an old workbook."""
    return sniff(path, 4).startswith((b"PK", OLE))


def beginning_score(path: Path, score: Score) -> int:
    """How well the best row near the top of a text file serves as the header."""
    return best_score(decode_leniently(sniff(path)), score)


def first_texts(path: Path) -> list[str]:
    """The texts near the beginning of a table file, roughly parted, for recognising it; empty if unreadable."""
    try:
        texts = _archived_texts(path) if path_is_binary(path) else [decode_leniently(sniff(path))]
    except SourceError:
        return []
    return [part.strip() for text in texts for part in re.split(r"[<>\",;\t|\r\n]", text)]


def _archived_texts(path: Path) -> list[str]:
    data = read_bytes(path)
    if not is_archive(data):
        return []
    archive = open_archive(data, path.name, may_nest=True)
    members = [name for name in archive.names if name.endswith("sharedStrings.xml") or "/worksheets/sheet" in name]
    return [archive.read(name)[:200_000].decode("utf-8", "replace") for name in members[:4]]


def _holds_workbook(path: Path) -> bool:
    return path.stat().st_size <= MAX_FILE_BYTES and b"xl/workbook." in path.read_bytes()


def _refuse_ole(data: bytes, name: str) -> None:
    if ENCRYPTED in data:
        refuse(f"“{name}” is protected by a password.", "Save a copy without the password.")
    refuse(f"“{name}” is in the old Excel format (.xls).", "Open it in Excel and save it as .xlsx.")


def _read_xlsx(data: bytes, name: str) -> Workbook:
    archive = open_archive(data, name, may_nest=True)
    lowered = [member.lower() for member in archive.names]
    if any(member.endswith("vbaproject.bin") for member in lowered):
        refuse(f"“{name}” holds macros.", "Save it as .xlsx, which holds none.")
    if any(member.endswith("workbook.bin") for member in lowered):
        refuse(f"“{name}” is a binary workbook (.xlsb).", "Save it as .xlsx.")
    if "content.xml" in lowered:
        refuse(f"“{name}” is an OpenDocument file.", "Save it as .xlsx or .csv.")
    book = read_book(archive)
    return Workbook(name, tuple(read_sheet(archive, part, book) for part in book.sheets))
