"""Archives and workbooks that lie, burst, climb or hide: refused in seconds, each for its own reason."""

from __future__ import annotations

import io
import stat
import struct
import zipfile

import openpyxl
import pytest

from connectors.reading.archives import MAX_ENTRIES
from tests.connectors.conftest import zipped

NAME = "objectives_export_file_7_1_Organization_7_20260102030405.json"
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData>'
    "{merges}</worksheet>"
)
HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>Objective</t></is></c><c r="B1" t="inlineStr"><is><t>Owner</t></is></c></row>'


def workbook(rows: str, merges: str = "", **members: str | bytes) -> bytes:
    """A workbook of one sheet, written by hand so that it may be as odd as wanted."""
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return zipped(
        {
            "xl/workbook.xml": f'<workbook xmlns:r="{relation}"><sheets><sheet name="S" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": (
                f'<Relationships><Relationship Id="r1" Type="{relation}/worksheet" Target="worksheets/sheet1.xml"/>'
                f'<Relationship Id="r2" Type="{relation}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
            ),
            "xl/worksheets/sheet1.xml": SHEET.format(rows=HEADER + rows, merges=merges),
            **{name.replace("__", "/").replace("_xml", ".xml"): content for name, content in members.items()},
        }
    )


def row(number: int, title: str) -> str:
    return f'<row r="{number}"><c r="A{number}" t="inlineStr"><is><t>{title}</t></is></c></row>'


def test_a_bomb_is_refused_by_its_ratio(faults, write) -> None:
    (fault,) = faults(write("viva.zip", zipped({NAME: b" " * 30_000_000})))
    assert "100 times over" in fault.message


def test_a_bomb_of_many_small_entries_is_refused_by_its_sum(faults, write) -> None:
    block = bytes(range(256)) * 4_000
    members = {f"{n}.bin": block for n in range(210)}
    found = faults(write("viva.zip", zipped({NAME: "[]", **members})))
    assert any("more than 200 MB" in fault.message for fault in found)


def test_an_archive_of_too_many_entries_is_refused(faults, write) -> None:
    members = {NAME: "[]", **{f"{n}.txt": "" for n in range(MAX_ENTRIES + 1)}}
    assert "entries" in faults(write("okrs.xlsx", zipped(members)))[0].message


@pytest.mark.parametrize("name", ["../up.json", "/etc/up.json", "a/../../up.json", "C:\\up.json", "..\\up.json"])
def test_an_entry_that_points_outside_is_refused(faults, write, name) -> None:
    found = faults(write("viva.zip", zipped({NAME: "[]", name: "x"})))
    assert any("outside the archive" in fault.message for fault in found)


def test_a_link_is_refused(faults, write) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(NAME, "[]")
        entry = zipfile.ZipInfo("link.json")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    assert "is a link" in faults(write("viva.zip", target.getvalue()))[0].message


def test_an_encrypted_entry_is_refused(faults, write) -> None:
    data = bytearray(zipped({NAME: "[]"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    assert "encrypted" in faults(write("viva.zip", bytes(data)))[0].message


def test_an_archive_within_an_archive_is_refused(faults, write) -> None:
    inner = zipped({"x": "y"})
    assert "archive within" in faults(write("viva.zip", zipped({NAME: "[]", "inner.zip": inner})))[0].message


def test_a_directory_that_claims_less_than_there_is_gives_no_more(faults, write) -> None:
    data = bytearray(zipped({NAME: b"[" + b" " * 5000 + b"]"}))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(mark) + offset, 10)
    assert "damaged" in faults(write("viva.zip", bytes(data)))[0].message


def test_a_truncated_archive_is_refused(faults, write, book) -> None:
    whole = book({"S": [["Objective", "Owner"], ["Grow", "Ann"]]}).read_bytes()
    assert "not a whole ZIP archive" in faults(write("cut.xlsx", whole[: len(whole) // 2]))[0].message


def test_a_damaged_member_is_refused(faults, write) -> None:
    data = bytearray(workbook(row(2, "Grow" * 50)))
    at = data.index(b"xl/worksheets/sheet1.xml") + 60
    data[at : at + 8] = b"\xff" * 8
    assert "damaged" in faults(write("okrs.xlsx", bytes(data)))[0].message


@pytest.mark.parametrize(
    ("name", "member", "words"),
    [
        ("okrs.xlsm", "xl/vbaProject.bin", "macros"),
        ("okrs.xlsx", "xl/vbaProject.bin", "macros"),
        ("okrs.xlsb", "xl/workbook.bin", "binary workbook"),
        ("okrs.ods", "content.xml", "OpenDocument"),
    ],
)
def test_workbooks_that_are_not_read_are_named_with_what_to_save_instead(faults, write, name, member, words) -> None:
    (fault,) = faults(write(name, zipped({"xl/workbook.xml": "<workbook/>", member: "x"})))
    assert words in fault.message
    assert "xlsx" in fault.hint


@pytest.mark.parametrize(
    ("inside", "words"), [(b"Workbook", ".xls"), ("EncryptedPackage".encode("utf-16-le"), "password")]
)
def test_old_and_protected_workbooks_are_refused(faults, write, inside, words) -> None:
    (fault,) = faults(write("okrs.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + inside))
    assert words in fault.message


def test_a_zip_without_a_workbook_is_refused(faults, write) -> None:
    assert "without a workbook" in faults(write("okrs.xlsx", zipped({"a.txt": "hello"})))[0].message


def test_one_far_cell_costs_nothing(read, write) -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    reading = read(write("okrs.xlsx", workbook(row(2, "Grow") + far)))
    assert [objective["title"] for objective in reading.document["objectives"]] == ["Grow"]


def test_a_merge_of_the_whole_sheet_costs_nothing(read, write) -> None:
    merges = '<mergeCells><mergeCell ref="A2:XFD1048576"/></mergeCells>'
    reading = read(write("okrs.xlsx", workbook(row(2, "Grow") + row(3, "Keep"), merges)))
    assert [objective["title"] for objective in reading.document["objectives"]] == ["Grow", "Keep"]


def test_many_merges_over_many_rows_are_refused_or_read_in_seconds(faults, write) -> None:
    rows = "".join(row(number, "Grow") for number in range(2, 5_000))
    merges = "<mergeCells>" + '<mergeCell ref="A2:A1048576"/>' * 50_000 + "</mergeCells>"
    assert "merges too many" in faults(write("okrs.xlsx", workbook(rows, merges)))[0].message


def test_entities_are_not_declared(faults, write) -> None:
    lol = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><sst><si><t>&b;</t></si></sst>'
    assert "entities" in faults(write("okrs.xlsx", workbook(row(2, "x"), xl__sharedStrings_xml=lol)))[0].message


def test_a_workbook_of_millions_of_texts_is_refused(faults, write) -> None:
    texts = b"<sst>" + b"".join(b"<si><t>%d</t></si>" % number for number in range(2_500_000)) + b"</sst>"
    assert "too large" in faults(write("okrs.xlsx", workbook(row(2, "x"), xl__sharedStrings_xml=texts)))[0].message


def test_a_cell_of_ten_megabytes_is_refused_by_its_place(faults, write) -> None:
    noise = "".join(chr(97 + n * 7919 % 23) for n in range(10_000_000))
    (fault,) = faults(write("okrs.csv", f'Objective,Owner\n"{noise}",Ann\n'))
    assert "131,072 characters" in fault.message
    assert fault.place == "okrs.csv, row 2"


def test_a_long_cell_of_a_workbook_is_refused_by_its_place(faults, book) -> None:
    path = book({"S": [["Objective", "Owner"], ["x", "Ann"]]})
    workbook_ = openpyxl.load_workbook(path)
    workbook_["S"]["A2"]._value = "y" * 140_000
    workbook_.save(path)
    (fault,) = faults(path)
    assert "131,072 characters" in fault.message
    assert fault.place == "okrs.xlsx, sheet “S”, cell A2"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"Objective,Owner\nGr\x00ow,Ann\n", id="a null byte"),
        pytest.param(b'Objective,Owner\n"Grow' + b"x,y\n" * 200_000, id="a quote left open"),
        pytest.param(b"Objective,Owner\n" + b"a,b\n" * 60_000, id="too many rows"),
    ],
)
def test_hostile_text_is_refused_in_seconds(faults, write, content) -> None:
    assert faults(write("okrs.csv", content))


def test_many_rows_of_one_title_are_read_in_seconds(read, write) -> None:
    lines = "".join(f"Grow,T{number},Grow\n" for number in range(5_000))
    assert read(write("okrs.csv", "Objective,Team,Parent\n" + lines)).document["objectives"]


def test_a_row_of_three_million_commas_is_read(read, write) -> None:
    reading = read(write("okrs.csv", b"Objective" + b"," * 3_000_000 + b"\n"))
    assert reading.document["objectives"] == []
    assert "no row with an objective" in reading.notes[0]
