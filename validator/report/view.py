"""How a report is to be shown, and what a format is."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

Report = dict[str, Any]
"""What `validator.pipeline.judge` returns: plain, JSON-ready data."""


class View(NamedTuple):
    """What the reader's side can show; formats for machines use `source` alone."""

    source: str = ""
    """Name of what was judged, as the user gave it: a path, or "-" for standard input."""
    width: int = 100
    """Columns of a line."""
    colour: bool = False
    """Whether terminal colour codes may be written."""
    unicode: bool = True
    """False where only ASCII marks can be printed."""
    everything: bool = False
    """True lists every finding, with why it fired; False cuts long lists."""
    compact: bool = False
    """True fits the whole text report on about one screen."""


PLAIN = View()
"""For a file or another program."""


class Format(Protocol):
    """The one member of a format module."""

    def render(self, report: Report, *, view: View = ...) -> str:
        """The report as one text that ends with a newline. The same report and view give the same text."""
        ...
