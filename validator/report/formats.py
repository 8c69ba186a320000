"""The formats a report can be written in, each a module of this package."""

from __future__ import annotations

from validator.report import json_report, junit, markdown, sarif, text
from validator.report.view import Format

FORMATS: dict[str, Format] = {
    "text": text,
    "json": json_report,
    "sarif": sarif,
    "junit": junit,
    "markdown": markdown,
}
