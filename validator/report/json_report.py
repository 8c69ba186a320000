"""The report itself, as indented JSON in the report's own order."""

from __future__ import annotations

import orjson

from validator.report.view import PLAIN, Report, View


def render(report: Report, *, view: View = PLAIN) -> str:
    """The report as JSON; the same report gives the same bytes."""
    return orjson.dumps(report, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
