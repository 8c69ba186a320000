"""The one door of the command line: every error ends here, as words for a person and an exit code."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence

import click

from connectors.contract import SourceError
from validator.cli.app import app
from validator.cli.faults import fault_lines
from validator.errors import OkrValidatorError
from validator.report.clean import one_line
from validator.settings import BadSettings, read_settings

PASSED, FOUND, BAD_INPUT, OUR_FAILURE, INTERRUPTED = 0, 1, 2, 3, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    0 passes the gate, 1 has findings at the gate, 2 is a bad input, usage or ruleset, 3 is a failure of our own, 130 an
    interruption.
    """
    try:
        code = app.main(args=None if arguments is None else list(arguments), prog_name=app.name, standalone_mode=False)
    except click.Abort:
        return _say(INTERRUPTED, "Interrupted.")
    except click.ClickException as error:
        error.show()
        return BAD_INPUT
    except (SourceError, OkrValidatorError) as error:
        return _say(BAD_INPUT, *fault_lines(error.faults))
    except Exception as error:  # noqa: BLE001 - whatever else happens is our own failure, and is said in one line
        return _unexpected(error)
    return code if isinstance(code, int) else PASSED


def _unexpected(error: Exception) -> int:
    hint = "Run again with OKR_VALIDATOR_DEBUG=1 for the traceback."
    if _debugging():
        traceback.print_exception(error)
        hint = ""
    said = one_line(str(error)) or "no message"
    return _say(OUR_FAILURE, f"okr-validator failed: {type(error).__name__}: {said}. {hint}".rstrip())


def _debugging() -> bool:
    try:
        return read_settings().debug
    except BadSettings:
        return False


def _say(code: int, *lines: str) -> int:
    for line in lines:
        click.echo(line, err=True)
    sys.stderr.flush()
    return code
