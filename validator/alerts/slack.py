"""Letters as Slack shows them: blocks of an incoming webhook.

Limits and escaping from Slack's reference of blocks: 50 blocks, 150 characters of a header, 3,000 of a section's text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from validator.alerts.people import MARKS, Group, Letter, Line

_HEADER, _SECTION, _BLOCKS = 150, 3_000, 50


def slack_message(letter: Letter) -> dict[str, Any]:
    """The body to post; `text` is what a notification shows."""
    blocks = [_header(letter.title), *_told(letter)]
    return {"text": _escaped(letter.title), "blocks": blocks[:_BLOCKS], "unfurl_links": False}


def _told(letter: Letter) -> Iterator[dict[str, Any]]:
    if not letter.groups:
        yield _section(_escaped(letter.summary))
    for group in letter.groups:
        yield from _group(group)
    if letter.left_out and letter.groups:
        yield _note(f"… and {letter.left_out} more.")
    if letter.more:
        yield _note(f"<{letter.more}|All of it>")


def _group(group: Group) -> Iterator[dict[str, Any]]:
    yield {"type": "divider"}
    yield _section(f"*{_escaped(group.owner)}*")
    for part in _parts([_line(line) for line in group.lines]):
        yield _section(part)


def _line(line: Line) -> str:
    links = ", ".join(f"<{url}|{_escaped(title)}>" if url else _escaped(title) for title, url in line.items)
    rows = [f"{MARKS[line.severity]} *{line.word}:* {_escaped(line.text)}", links]
    rows += [f"_{_escaped(text)}_" for text in (line.way, line.fix) if text]
    return "\n".join(row for row in rows if row)


def _parts(texts: list[str]) -> Iterator[str]:
    """The texts, as many together as a section holds."""
    part = ""
    for text in texts:
        if part and len(part) + len(text) + 2 > _SECTION:
            yield part
            part = ""
        part = f"{part}\n\n{text}" if part else text[:_SECTION]
    if part:
        yield part


def _header(text: str) -> dict[str, Any]:
    return {"type": "header", "text": {"type": "plain_text", "text": text[:_HEADER], "emoji": True}}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text[:_SECTION]}}


def _note(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text[:_SECTION]}]}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
