"""`okr-validator schema`: the JSON Schema of the OKR set document."""

from __future__ import annotations

import click
import orjson

from validator.cli.output import print_out
from validator.document.jsonschema import document_schema

_EPILOG = """\b
Example, for completion and checks in an editor:
  okr-validator schema > okr-set.schema.json
"""


@click.command("schema", epilog=_EPILOG)
def command() -> None:
    """Print the JSON Schema (2020-12) of an OKR set document, as every file and request is read."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    print_out(orjson.dumps(document_schema(), option=options).decode(), encoding="utf-8")
