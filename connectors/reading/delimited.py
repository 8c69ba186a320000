"""Delimited text as one sheet: delimiter, encoding and odd quoting are found out from the content."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from connectors.contract import Fault, SourceError
from connectors.reading.files import decode, refuse
from connectors.reading.table import MAX_CELL_TEXT, MAX_COLUMNS, MAX_ROWS, Cell, Row, Sheet, Workbook

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_LINES = 60
SAMPLE_ROWS = 25
HYPERLINK = re.compile(r'=HYPERLINK\(\s*"([^"]*)"\s*[,;]\s*"?([^")]*)"?\s*\)', re.IGNORECASE)
Score = Callable[[list[str]], int]


class Dialect(NamedTuple):
    """How a text file is written; `wrapped` means that each whole line stands in quotes."""

    delimiter: str
    wrapped: bool


def read_delimited(data: bytes, name: str, score: Score) -> Workbook:
    """Read delimited text; `score` says how well a row serves as the header. Raises SourceError."""
    text, encoding = decode(data, name)
    dialect = find_dialect(text, score)
    notes = [] if encoding == "UTF-8" else [f"“{name}” was read as {encoding} text."]
    if dialect.wrapped:
        notes.append(f"“{name}” has each whole line in quotes; they were taken off.")
    rows = tuple(_rows(text, dialect, name))
    return Workbook(name, (Sheet("", rows),), tuple(notes))


def find_dialect(text: str, score: Score) -> Dialect:
    """The delimiter under which the best header row is found near the top."""
    sample = _beginning(text)
    return max(_candidates(sample), key=lambda dialect: _quality(sample, dialect, score))


def best_score(text: str, score: Score) -> int:
    """How well the best row near the top serves as the header."""
    sample = _beginning(text)
    return max(_quality(sample, dialect, score)[0] for dialect in _candidates(sample))


def _candidates(sample: str) -> list[Dialect]:
    plain = [Dialect(delimiter, False) for delimiter in DELIMITERS]
    return plain + [Dialect(delimiter, True) for delimiter in DELIMITERS if _each_line_is_one_cell(sample, delimiter)]


def _beginning(text: str) -> str:
    return "".join(line[:20_000] for line in text[:400_000].splitlines(keepends=True)[:SAMPLE_LINES])


def _quality(sample: str, dialect: Dialect, score: Score) -> tuple[int, int]:
    rows = _first_rows(sample, dialect)
    # Quotes round a line are only taken off where a header comes to light.
    return max(map(score, rows), default=0), -1 if dialect.wrapped else max(map(len, rows), default=0)


def _first_rows(sample: str, dialect: Dialect) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in _records(sample, dialect):
            rows.append(row)
            if len(rows) >= SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    return rows


def _each_line_is_one_cell(sample: str, delimiter: str) -> bool:
    lines = [line.strip() for line in sample.splitlines() if line.strip()]
    wrapped = bool(lines) and all(len(line) > 1 and line[0] == line[-1] == '"' for line in lines)
    return wrapped and all(len(row) < 2 for row in _first_rows(sample, Dialect(delimiter, False)))


def _records(text: str, dialect: Dialect) -> Iterator[list[str]]:
    lines: Iterable[str] = io.StringIO(text, newline="")
    if dialect.wrapped:
        lines = (_unwrapped(line) for line in text.splitlines())
    yield from csv.reader(lines, delimiter=dialect.delimiter)


def _unwrapped(line: str) -> str:
    bare = line.strip()
    return bare[1:-1].replace('""', '"') if len(bare) > 1 and bare[0] == bare[-1] == '"' else line


def _rows(text: str, dialect: Dialect, name: str) -> Iterator[Row]:
    number = 0
    try:
        for number, record in enumerate(_records(text, dialect), start=1):
            if number > MAX_ROWS:
                refuse(f"“{name}” has more than {MAX_ROWS:,} rows.", "Export one cycle at a time.")
            cells = {column: _cell(text) for column, text in enumerate(record[:MAX_COLUMNS]) if text.strip()}
            if cells and not (number == 1 and record[0].lower().startswith("sep=")):
                yield Row(number, cells)
    except csv.Error as error:
        message = f"“{name}” cannot be split into cells: {error}."
        if "field larger" in str(error):
            message = f"“{name}” has a cell of more than {MAX_CELL_TEXT:,} characters."
        fault = Fault("", message, "Is a quotation mark left open?", f"{name}, row {number + 1}")
        raise SourceError(fault) from error


def _cell(text: str) -> Cell:
    match = HYPERLINK.fullmatch(text.strip()) if text.lstrip().startswith("=") else None
    return Cell(match[2].strip(), link=match[1]) if match else Cell(text.strip())
