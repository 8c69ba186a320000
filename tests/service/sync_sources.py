"""A source to sync in tests: a connector whose answers a test sets, registered for as long as the test lasts."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from marshmallow import Schema, fields

from connectors.contract import Fault, Missing, Page, Progress, Reach, Reading, SourceError, Unchanged
from tests.history.histories import Document, company


class TableauSettings(Schema):
    workspace = fields.String(load_default="main", metadata={"description": "Workspace."})
    token = fields.String(required=True, metadata={"description": "Reference to the token."})


class Tableau:
    """A tool with objectives. What it answers is set by the test; what it was asked is written down."""

    TITLE = "Tableau of goals"
    PROVIDES = ("objectives", "key_results")
    TESTED_AGAINST = "nothing: it is for tests"
    GUIDE = ""
    SETTINGS = TableauSettings

    def __init__(self) -> None:
        self.document: Document = company()
        self.missing: tuple[Missing, ...] = ()
        self.etag: str | None = None
        self.fault: Exception | None = None
        self.asked: list[Mapping[str, str]] = []
        self.while_reading: Callable[[], None] = lambda: None

    def fetch(self, settings: Mapping[str, Any], reach: Reach) -> Iterator[Page | Missing]:
        assert settings["workspace"] == "main"
        self.asked.append(dict(reach.known))
        if self.fault is not None:
            raise self.fault
        if self.etag is not None:
            if reach.known.get("etag") == self.etag:
                raise Unchanged
            reach.remember("etag", self.etag)
        for number, objective in enumerate(self.document["objectives"], 1):
            yield Page("goals", [objective])
            reach.progress(Progress("goals", number, len(self.document["objectives"])))
            self.while_reading()
        yield from self.missing

    def to_document(self, pages: Iterable[Page | Missing], settings: Mapping[str, Any]) -> Reading:
        parts = list(pages)
        missing = tuple(part for part in parts if isinstance(part, Missing))
        document = copy.deepcopy(self.document)
        document["objectives"] = [one for part in parts if isinstance(part, Page) for one in part.records]
        document["source"]["complete"] = not missing
        return Reading(document, notes=("Read for a test.",), missing=missing)


def refused(message: str = "The tool answered 401: the token is not valid.") -> SourceError:
    """What a connector raises where nothing can be read."""
    return SourceError(Fault("", message, "make a new token"))
