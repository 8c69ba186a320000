"""A page of text of a given width, with colour or without."""

from __future__ import annotations

from io import StringIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from validator.report.view import View

_NARROWEST, _WIDEST = 40, 120
_LONGEST_HANG = 10


class Page:
    """Collects lines; nothing in them is read as markup."""

    def __init__(self, view: View) -> None:
        self._width = min(max(view.width, _NARROWEST), _WIDEST)
        self._file = StringIO()
        self._console = Console(
            file=self._file,
            width=self._width,
            force_terminal=view.colour,
            color_system="standard" if view.colour else None,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
        )

    @property
    def written(self) -> str:
        """Everything written so far."""
        return self._file.getvalue()

    def blank(self) -> None:
        """Leave a line empty."""
        self._console.print()

    def heading(self, title: str, remark: str = "", style: str = "bold") -> None:
        """A title with a remark after it."""
        body = Text.assemble((title, style), f"  {remark}" if remark else "")
        self.line(body, first="━━ ", first_style="dim")

    def line(self, body: Text, *, first: str = "", first_style: str = "", indent: int = 0, cut: bool = False) -> None:
        """A paragraph with `first` before it, further lines below the body; `cut` keeps one line, ended with "…"."""
        lead = Text.assemble((first, first_style))
        room = self._width - indent
        if cut:
            self._print(indent, self._cut(lead + body, room))
            return
        hang = cell_len(first) if cell_len(first) <= _LONGEST_HANG else 0
        rest = body if hang else lead + body
        for number, part in enumerate(rest.wrap(self._console, room - hang)):
            part.rstrip()
            margin = lead if hang and number == 0 else Text(" " * hang)
            self._print(indent, margin + part)

    def _cut(self, text: Text, room: int) -> Text:
        if text.cell_len <= room:
            return text
        first = text.wrap(self._console, room - 1)[0]
        first.rstrip()
        return first.append("…")

    def _print(self, indent: int, text: Text) -> None:
        self._console.print(Text(" " * indent) + text, soft_wrap=True)
