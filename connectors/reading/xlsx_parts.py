"""The parts of a workbook besides its sheets: which sheets there are, shared texts, number formats."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple
from xml.parsers import expat

from connectors.contract import Fault, SourceError
from connectors.reading.archives import Archive
from connectors.reading.files import refuse
from connectors.reading.table import MAX_CELL_TEXT
from connectors.reading.xlsx_styles import Format, builtin, format_of

Attributes = Mapping[str, str]
Start = Callable[[str, Attributes], None]
End = Callable[[str], None]
Text = Callable[[str], None]
MAX_ELEMENTS = 4_000_000
PREFIXED = re.compile(rb"<\w+:(worksheet|sst|workbook|styleSheet|Relationships)\b")
CHUNK = 1024 * 1024
HINT = "Open it in Excel and save it as .xlsx again."


def parse_part(archive: Archive, member: str, start: Start, end: End, text: Text) -> None:
    """Stream one part through handlers that get local names. Raises SourceError; declares no entity, loads no DTD."""
    data = archive.read(member)
    # Counted before parsing, because each element costs a call and a hostile part holds little else.
    if data.count(b"<") > 2 * MAX_ELEMENTS:
        refuse(f"“{archive.name}” is too large a workbook.", "Export one cycle at a time.", f"{archive.name}, {member}")
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    # Few writers put a prefix before each name; the others are spared two calls for each element.
    if PREFIXED.search(data[:4096]):
        parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
        parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = lambda *_: refuse(f"“{archive.name}” declares entities.", HINT, member)
    try:
        for offset in range(0, len(data), CHUNK):
            parser.Parse(data[offset : offset + CHUNK], False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError) as error:
        raise SourceError(Fault("", f"“{member}” in “{archive.name}” is damaged: {error}.", HINT)) from error


def ignore(*_: object) -> None:
    """A handler for what is of no interest."""


class SheetPart(NamedTuple):
    """A sheet's name as its tab shows it, and its member of the archive."""

    name: str
    member: str


class Book(NamedTuple):
    """What the sheets are read with."""

    sheets: tuple[SheetPart, ...]
    texts: tuple[str, ...]
    formats: tuple[Format, ...]
    from_1904: bool


def read_book(archive: Archive) -> Book:
    """Read all parts but the sheets. Raises SourceError."""
    main = _main(archive)
    folder = posixpath.dirname(main)
    targets: dict[str, tuple[str, str]] = {}

    def relation(tag: str, attributes: Attributes) -> None:
        if tag == "Relationship":
            target = attributes.get("Target", "")
            member = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
            targets[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], member)

    relations = f"{folder}/_rels/{posixpath.basename(main)}.rels"
    if relations in archive.names:
        parse_part(archive, relations, relation, ignore, ignore)
    sheets, from_1904 = _sheets(archive, main, targets)
    by_kind = {kind: member for kind, member in targets.values() if member in archive.names}
    texts = _texts(archive, by_kind["sharedStrings"]) if "sharedStrings" in by_kind else ()
    formats = _formats(archive, by_kind["styles"]) if "styles" in by_kind else ()
    return Book(sheets, texts, formats, from_1904)


def _main(archive: Archive) -> str:
    found = [name for name in archive.names if name.lower().endswith("/workbook.xml")]
    if not found:
        refuse(f"“{archive.name}” is a ZIP archive without a workbook.", "A spreadsheet is read as .xlsx or .csv.")
    return found[0]


def _sheets(archive: Archive, main: str, targets: dict[str, tuple[str, str]]) -> tuple[tuple[SheetPart, ...], bool]:
    found: list[SheetPart] = []
    epoch: list[bool] = []

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "sheet":
            id_ = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            kind, member = targets.get(id_, ("", ""))
            if kind == "worksheet" and member in archive.names:
                found.append(SheetPart(attributes.get("name", ""), member))
        elif tag == "workbookPr":
            epoch.append(attributes.get("date1904", "0") in ("1", "true"))

    parse_part(archive, main, start, ignore, ignore)
    return tuple(found), any(epoch)


def _texts(archive: Archive, member: str) -> tuple[str, ...]:
    texts: list[str] = []
    parts: list[str] = []
    open_: list[str] = []

    def start(tag: str, _: Attributes) -> None:
        if tag == "si":
            parts.clear()
        elif tag in ("t", "rPh"):
            open_.append(tag)

    def end(tag: str) -> None:
        if tag == "si":
            texts.append("".join(parts)[: MAX_CELL_TEXT + 1])
        elif open_ and tag == open_[-1]:
            open_.pop()

    def text(data: str) -> None:
        # Phonetic readings (rPh) stand beside the text, not in it.
        if open_ == ["t"]:
            parts.append(data)

    parse_part(archive, member, start, end, text)
    return tuple(texts)


def _formats(archive: Archive, member: str) -> tuple[Format, ...]:
    codes: dict[int, str] = {}
    formats: list[Format] = []
    inside: list[str] = []

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "numFmt" and attributes.get("numFmtId", "").isdigit():
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")[:255]
        elif tag == "cellXfs":
            inside.append(tag)
        elif tag == "xf" and inside:
            number = attributes.get("numFmtId", "0")
            code = codes.get(int(number)) if number.isdigit() else None
            formats.append(format_of(code or builtin(int(number) if number.isdigit() else 0)))

    def end(tag: str) -> None:
        if tag == "cellXfs":
            inside.clear()

    parse_part(archive, member, start, end, ignore)
    return tuple(formats)
