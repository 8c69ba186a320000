"""OKRs in a spreadsheet of Google Sheets, read through the Sheets API as a service account."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from connectors import spreadsheet
from connectors.contract import Fault, Missing, Page, Progress, Reach, Reading, Settings, SourceError
from connectors.google.accounts import account
from connectors.google.asking import Asking, Book, Grid
from connectors.google.cells import rows
from connectors.google.locales import habits
from connectors.http.client import Client
from connectors.http.fields import BaseUrl, Secret
from connectors.reading.files import refuse
from connectors.reading.table import Row, Sheet, Workbook
from connectors.reading.xlsx_cells import MAX_CELLS
from connectors.sheets.hints import EXPRESSES

TITLE = "Google Sheets"
PROVIDES = tuple(sorted({*EXPRESSES, "owners", "key_results", "key_result_owners", "functions"}))
TESTED_AGAINST = (
    "recorded shape: answers written after Google's discovery document of the Sheets API (v4, October 2026), from a server "
    "written for this project; the sign-in by Google's own library; never a live spreadsheet"
)
GUIDE = """\
## The credential

1. In the Google Cloud console, take or make a project, and enable the *Google Sheets API* in it.
2. Under *IAM & Admin*, *Service accounts*, make a service account; it needs no role. Under its *Keys*, make a key of the type
   JSON, and keep the file where only the service can read it.
3. Share the spreadsheet with the e-mail address of the service account (`client_email` in the file), as a viewer.
4. Name the file and the spreadsheet in the settings; the address in the browser does for the id:

       okr-validator connections add sheet --connector google-sheets --set key=file:/etc/okr-validator/google.json \\
         --set spreadsheet=https://docs.google.com/spreadsheets/d/1AbC…/edit

The account is asked to read spreadsheets only (`spreadsheets.readonly`), and sees those that are shared with it.

## How it is read

As a spreadsheet file is: one row near the top of a sheet names the columns (“Objective”, “Key result”, “Owner”, “Target”, …),
sheets that list people or teams are read too, and what a spreadsheet can tell depends on its columns. Sheets without such a
row are left out, with a note.

- Dates, percentages and amounts of money are told by their values and by how the cells show them, in any locale. Where a date
  or number was typed as text, other texts of the sheet show how it is meant, and the spreadsheet's locale where none does;
  `dates` and `decimals` settle it.
- Rows have no id unless there is a column for it: then a changed title makes a new item.

## Limits

- Google allows 60 reads a minute for a user, and 300 for a project. A sheet is read in blocks of 2,000 rows, with one or two
  reads for each. Up to 50,000 rows and 1,000 columns of a sheet are read.
- Rows that are put in or taken out while a sheet of several blocks is read make the reading incomplete.
- Links behind texts are not read, nor are merged cells known: only the first one of them has a value.
"""
_ID = re.compile(r"[A-Za-z0-9_-]{10,200}")


class SpreadsheetId(fields.String):
    """The id of a spreadsheet, alone or in its address; kept alone."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs).strip()
        found = re.search(r"/spreadsheets/d/([^/?#]+)", text)
        id_ = found[1] if found else text
        if not _ID.fullmatch(id_):
            raise ValidationError("Not the address or id of a spreadsheet.")
        return id_


class SETTINGS(Schema):
    """What may be set."""

    key = Secret(required=True, metadata={"description": "The key file (JSON) of the service account."})
    spreadsheet = SpreadsheetId(required=True, metadata={"description": "Address or id of the spreadsheet."})
    sheet = fields.String(
        load_default=None,
        validate=validate.Length(1, 200),
        metadata={"description": "The one sheet to read. Default: all."},
    )
    dates = fields.String(
        load_default=None,
        validate=validate.OneOf(("dmy", "mdy")),
        metadata={"description": "Order of dates that are text, such as 01/02/2026: `dmy` or `mdy`."},
    )
    decimals = fields.String(
        load_default=None,
        validate=validate.OneOf(("point", "comma")),
        metadata={"description": "Mark before the fraction of numbers that are text: `point` or `comma`."},
    )
    per_minute = fields.Integer(
        load_default=60, validate=validate.Range(1, 300), metadata={"description": "Most requests in a minute."}
    )
    base_url = BaseUrl(load_default="https://sheets.googleapis.com", metadata={"description": "Address of the API."})


def fetch(settings: Mapping[str, Any], reach: Reach) -> Iterator[Page | Missing]:
    """What sheets there are, then their cells block by block. Raises SourceError."""
    reader = account(settings["key"], reach)
    headers = {"Authorization": f"Bearer {reader.token}"}
    with Client(settings["base_url"], reach, headers=headers, per_minute=settings["per_minute"]) as client:
        asking = Asking(client, settings["spreadsheet"], reader.email)
        book = asking.book()
        wanted = _wanted(book, settings["sheet"])
        yield Page("spreadsheet", [{"title": book.title, "locale": book.locale}])
        total, before = sum(sheet.rows for sheet in wanted), 0
        for number, sheet in enumerate(wanted):
            for part in asking.sheet(sheet, needed=number == 0):
                if isinstance(part, Page):
                    reach.progress(Progress("rows", before + part.records[0]["last"], total))
                yield part
            before += sheet.rows


def _wanted(book: Book, name: str | None) -> list[Grid]:
    chosen = [sheet for sheet in book.sheets if name is None or sheet.title.casefold() == name.casefold()]
    if not chosen:
        titles = [sheet.title for sheet in book.sheets]
        close = difflib.get_close_matches(name or "", titles, n=1)
        guess = f"Did you mean “{close[0]}”? " if close else ""
        hint = f"{guess}Sheets: {', '.join(f'“{title}”' for title in titles) or 'none'}."
        raise SourceError(
            Fault("/sheet" if name else "", f"“{book.title}” has no sheet{f' “{name}”' if name else ''}.", hint)
        )
    return chosen


def to_document(pages: Iterable[Page | Missing], settings: Mapping[str, Any]) -> Reading:
    """Read the rows as those of a spreadsheet file. Raises SourceError naming every cell that is wanted and has no value."""
    about: Mapping[str, Any] = {}
    sheets: dict[str, list[Row]] = {}
    missing: list[Missing] = []
    count = 0
    for page in pages:
        if isinstance(page, Missing):
            missing.append(page)
        elif page.kind == "spreadsheet":
            about = page.records[0]
        else:
            for block in page.records:
                found = list(rows(block["first"], block["values"], block["shown"]))
                sheets.setdefault(block["sheet"], []).extend(found)
                count += sum(len(row.cells) for row in found)
            if count > MAX_CELLS:
                refuse(f"“{about.get('title')}” has more than {MAX_CELLS:,} cells.", "Set the one sheet to read.")
    book = Workbook(str(about.get("title")), tuple(Sheet(title, tuple(found)) for title, found in sheets.items()))
    reading = _read(book, Settings(settings["dates"], settings["decimals"]), missing)
    source = {
        **reading.document["source"],
        "tool": "Google Sheets",
        "url": f"https://docs.google.com/spreadsheets/d/{settings['spreadsheet']}",
        "complete": not missing,
    }
    how = {**habits(str(about.get("locale"))), **source.get("reading", {})}
    document = {**reading.document, "source": {**source, **({"reading": how} if how else {})}}
    return reading._replace(document=document, missing=tuple(missing))


def _read(book: Workbook, settings: Settings, missing: Sequence[Missing]) -> Reading:
    try:
        return spreadsheet.to_document(book, settings)
    except SourceError:
        if not missing:
            raise
    first = missing[0]
    raise SourceError(Fault("", f"Nothing could be read without {first.scope}: {first.reason}", "Try again later."))
