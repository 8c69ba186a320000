"""Making other people's text safe to show: titles come from outside and may hold anything."""

from __future__ import annotations

import re

_TERMINAL_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours, cursor movements
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"  # window titles, links
    r"|\x1b[ -/]*[0-~]"
)
_LINE_BREAK = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
# Controls, halves of surrogate pairs, what XML 1.0 forbids, and marks that turn the direction of the text that follows.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
_ASCII = str.maketrans(
    {
        "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "…": "...", "–": "-", "—": "-", "·": "-", "•": "*",
        "→": "->", "━": "=", "─": "-", "✖": "x", "▲": "!", "●": "i", "○": "o", "✔": "v", "≥": ">=", "≤": "<=",
    }
)  # fmt: skip


def one_line(text: object) -> str:
    """The text on one line, without terminal sequences, control characters or direction overrides."""
    without = _TERMINAL_SEQUENCE.sub("", str(text))
    return _UNSEEN.sub("", _LINE_BREAK.sub(" ", without)).strip()


def ascii_marks(text: str) -> str:
    """The text with our own typographic marks in ASCII; letters of other scripts are left alone."""
    return text.translate(_ASCII)
