"""Writing what a command has to say: to the terminal, into a pipe, or whole into a file."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import click

from validator.report.clean import ascii_marks
from validator.report.view import View

_MARKS = "“”…✖▲●○━→·"


def terminal_view(source: str = "") -> View:
    """What standard output can show: its width, colour on a terminal that wants it, marks its encoding has."""
    terminal = sys.stdout.isatty()
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    width = shutil.get_terminal_size((100, 24)).columns if terminal else 100
    return View(source=source, width=width, colour=terminal and wanted, unicode=_has_marks(_encoding()))


def print_out(text: str, *, encoding: str = "") -> None:
    """Write text to standard output; a reader that stopped reading is no error.

    An encoding of "" means the terminal's, in which a character that cannot be written becomes "?".
    """
    try:
        sys.stdout.buffer.write(text.encode(encoding or _encoding(), errors="replace"))
        sys.stdout.buffer.flush()
    except OSError as error:
        # Python flushes standard output once more at exit; it must find something to flush into.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise


def print_lines(*lines: str) -> None:
    """Write lines to standard output, with marks that its encoding has."""
    text = "".join(f"{line}\n" for line in lines)
    print_out(text if _has_marks(_encoding()) else ascii_marks(text))


def write_file(path: Path, text: str) -> None:
    """Write text as UTF-8 so that the file is the old one or the whole new one. Raises click.FileError."""
    target = path.resolve()
    content = text.encode("utf-8", errors="replace")
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(content)  # a device or a pipe is written to, never replaced
        else:
            _replace(target, content)
    except OSError as error:
        raise click.FileError(str(path), error.strerror or "it cannot be written") from error


def _replace(target: Path, content: bytes) -> None:
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(content)
        if target.exists():
            partial.chmod(target.stat().st_mode)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _encoding() -> str:
    return getattr(sys.stdout, "encoding", None) or "utf-8"


def _has_marks(encoding: str) -> bool:
    try:
        _MARKS.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
