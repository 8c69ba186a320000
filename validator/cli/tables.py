"""Lists as commands print them: a table for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import click
import orjson

from validator.cli.output import print_lines, print_out
from validator.report.clean import one_line

format_option = click.option(
    "--format", "format_name", type=click.Choice(["text", "json"]), default="text", show_default=True
)
"""Option of every command that shows what the store holds."""
_WIDEST = 80


def print_json(data: Any) -> None:
    """Print plain data as JSON."""
    print_out(orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode(), encoding="utf-8")


def print_table(head: Sequence[str], rows: Sequence[Sequence[Any]], empty: str) -> None:
    """Print rows under their head, or a sentence where there is none."""
    if rows:
        print_lines(*_lines([tuple(head), *(tuple(map(_cell, row)) for row in rows)]))
    else:
        print_lines(empty)


def _lines(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _cell(value: Any) -> str:
    text = one_line("" if value is None else str(value))
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"
