"""What Google's Sheets API is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from connectors.contract import Missing, Page
from connectors.google.cells import agree, has_numbers, rows_in
from connectors.http.client import Client
from connectors.http.faults import HttpFault
from connectors.reading.table import MAX_COLUMNS, MAX_ROWS, column_letters

_BLOCK = 2_000
"""Rows that are asked for at once."""
_TRIES = 2
"""How often rows are asked for where they change meanwhile."""
_MASK = "properties(title,locale),sheets.properties(title,sheetType,gridProperties(rowCount,columnCount))"


class Grid(NamedTuple):
    """One sheet of cells, and how many it has, empty ones too."""

    title: str
    rows: int
    columns: int


class Book(NamedTuple):
    """A spreadsheet without its cells."""

    title: str
    locale: str
    sheets: tuple[Grid, ...]


class Asking(NamedTuple):
    """Asks for one spreadsheet as the service account of this address."""

    client: Client
    id: str
    email: str

    def book(self) -> Book:
        """The spreadsheet without its cells. Raises HttpFault, which says whom to share it with."""
        try:
            answer = self.client.get(f"/v4/spreadsheets/{self.id}", {"fields": _MASK})
        except HttpFault as fault:
            problem = fault
        else:
            return _book(answer.data, answer.url)
        hint = f"Share the spreadsheet with {self.email} as a viewer, and enable the Google Sheets API in its project."
        if problem.kind not in ("permission", "not_found"):
            hint = problem.faults[0].hint
        raise HttpFault(problem.kind, problem.faults[0].message, hint, status=problem.status)

    def sheet(self, sheet: Grid, *, needed: bool) -> Iterator[Page | Missing]:
        """The blocks of a sheet; where it is `needed`, a fault of the first one is raised."""
        last = min(sheet.rows, MAX_ROWS)
        for first in range(1, last + 1, _BLOCK):
            try:
                yield Page("rows", [self._block(sheet, first, min(first + _BLOCK - 1, last))])
            except HttpFault as fault:
                if needed and first == 1:
                    raise
                yield fault.missing(_scope(sheet, first - 1))
                return
        if sheet.rows > MAX_ROWS:
            yield Missing(_scope(sheet, MAX_ROWS), f"More than {MAX_ROWS:,} rows are not read.")
        if last > _BLOCK:
            yield from self._moved(sheet)

    def _block(self, sheet: Grid, first: int, last: int) -> dict[str, Any]:
        """The values of some rows, and how they are shown. Raises HttpFault."""
        title = sheet.title.replace("'", "''")
        cells = f"'{title}'!A{first}:{column_letters(min(sheet.columns, MAX_COLUMNS) - 1)}{last}"
        for _ in range(_TRIES):
            found = self._values(cells, "UNFORMATTED_VALUE")
            shown = self._values(cells, "FORMATTED_VALUE") if has_numbers(found) else []
            if not shown or agree(found, shown):
                break
        return {"sheet": sheet.title, "first": first, "last": last, "values": found, "shown": shown}

    def _values(self, cells: str, how: str) -> list[Any]:
        path = f"/v4/spreadsheets/{self.id}/values/{quote(cells, safe='')}"
        asked = {"majorDimension": "ROWS", "valueRenderOption": how, "dateTimeRenderOption": "SERIAL_NUMBER"}
        answer = self.client.get(path, asked)
        found = rows_in(answer.data)
        if found is None:
            raise HttpFault("format", f"GET {answer.url}: answered no rows of cells.", status=answer.status)
        return found

    def _moved(self, sheet: Grid) -> Iterator[Missing]:
        """Whether rows were put in or taken out meanwhile: then some may have been read twice, or not at all."""
        try:
            now = {each.title: each.rows for each in self.book().sheets}
        except HttpFault as fault:
            yield fault.missing(f"whether sheet “{sheet.title}” stayed as it was")
            return
        if now.get(sheet.title) != sheet.rows:
            yield Missing(_scope(sheet, 0), "Rows were put in or taken out while it was read.")


def _scope(sheet: Grid, after: int) -> str:
    return f"sheet “{sheet.title}”{f' after row {after:,}' if after else ''}"


def _book(data: Any, url: str) -> Book:
    properties = data.get("properties") if isinstance(data, Mapping) else None
    if not isinstance(properties, Mapping) or not isinstance(data.get("sheets"), list):
        raise HttpFault("format", f"GET {url}: answered no spreadsheet.", "Check the address of the API.")
    sheets = (_sheet(each.get("properties")) for each in data["sheets"] if isinstance(each, Mapping))
    grids = tuple(sheet for sheet in sheets if sheet is not None)
    return Book(str(properties.get("title") or "spreadsheet"), str(properties.get("locale") or ""), grids)


def _sheet(properties: Any) -> Grid | None:
    """A sheet of cells; None for one that is a chart or draws on a database."""
    grid = properties.get("gridProperties") if isinstance(properties, Mapping) else None
    if not isinstance(grid, Mapping) or properties.get("sheetType", "GRID") != "GRID":
        return None
    size = [grid.get("rowCount"), grid.get("columnCount")]
    numbers = [count if isinstance(count, int) and count > 0 else 0 for count in size]
    return Grid(str(properties.get("title") or ""), *numbers) if all(numbers) else None
