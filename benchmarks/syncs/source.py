"""`python -m benchmarks.syncs.source COMMAND …`: okr-validator with one more connector, `stand-in`, for a tool that a file plays.

The file is an OKR set as JSON; its `seconds` are those that each page takes, and a `deadly` one kills the process that
reads it. A file that is not there is a tool that does not answer.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from marshmallow import Schema, fields

from connectors import registry
from connectors.contract import Fault, Missing, Page, Progress, Reach, Reading, SourceError
from validator.cli.main import main

NAME = "stand-in"


class StandInSettings(Schema):
    """Where the file is."""

    path = fields.String(required=True, metadata={"description": "The file."})


def fetch(settings: Mapping[str, Any], reach: Reach) -> Iterator[Page | Missing]:
    """One objective a page."""
    try:
        held = json.loads(Path(settings["path"]).read_text("utf-8"))
    except FileNotFoundError:
        raise SourceError(Fault("", "The tool does not answer.", "start it")) from None
    objectives = held.pop("objectives")
    seconds = held.pop("seconds", 0)
    if held.pop("deadly", False):
        os.kill(os.getpid(), signal.SIGKILL)
    for number, objective in enumerate(objectives, 1):
        time.sleep(seconds)
        yield Page("goals", [objective])
        reach.progress(Progress("goals", number, len(objectives)))
    yield Page("rest", [held])


def to_document(pages: Iterable[Page | Missing], _settings: Mapping[str, Any]) -> Reading:
    """The set as it is in the file."""
    document: dict[str, Any] = {"objectives": []}
    for page in pages:
        if isinstance(page, Page) and page.kind == "rest":
            document |= page.records[0]
        elif isinstance(page, Page):
            document["objectives"] += page.records
    return Reading(document)


SOURCE: Any = SimpleNamespace(
    TITLE="A file that plays a tool", PROVIDES=("objectives",), TESTED_AGAINST="nothing: it is for tests", GUIDE="",
    SETTINGS=StandInSettings, fetch=fetch, to_document=to_document,
)  # fmt: skip


def register() -> None:
    """Add the connector to those that there are, in this process."""
    known = {**registry.all_sources(), NAME: SOURCE}
    setattr(registry, "all_sources", lambda: known)  # noqa: B010 - what stands in is no part of the product


if __name__ == "__main__":
    register()
    sys.exit(main(sys.argv[1:]))
