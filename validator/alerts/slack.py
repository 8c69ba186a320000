"""Letters as Slack shows them: blocks of an incoming webhook.

What other people wrote goes into rich text and plain text, where Slack looks for no markup, mention or link. Limits and escaping
from Slack's reference of blocks: 50 blocks, 150 characters of a header, 3,000 of a text; no letter comes near them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from validator.alerts.letter import MORE, Fact, Group, Letter, Line, Piece


def slack_message(letter: Letter) -> dict[str, Any]:
    """The body to post; `text` is what a notification shows."""
    blocks = [{"type": "header", "text": _plain(letter.title)}, *_told(letter)]
    text = _escaped(letter.notice or letter.title)
    return {"text": text, "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def _told(letter: Letter) -> Iterator[dict[str, Any]]:
    if letter.summary:
        yield {"type": "section", "text": _plain(letter.summary)}
    for group in letter.groups:
        yield {"type": "divider"}
        yield _group(group)
    if letter.rest:
        yield {"type": "context", "elements": [_plain(letter.rest)]}
    below = [_plain(letter.origin)] if letter.origin else []
    below += [{"type": "mrkdwn", "text": f"<{_escaped(letter.more)}|{MORE}>"}] if letter.more else []
    if below:
        yield {"type": "context", "elements": below}


def _group(group: Group) -> dict[str, Any]:
    elements = [_section([_run(group.owner, bold=True)])]
    for number, line in enumerate(group.lines):
        elements += _line(line, apart=number > 0)
    return {"type": "rich_text", "elements": elements}


def _line(line: Line, *, apart: bool) -> Iterator[dict[str, Any]]:
    mark = f"\n{line.mark} " if apart else f"{line.mark} "
    yield _section([_run(mark), _run(f"{line.head}: ", bold=True), _run(line.text or "…")])
    if line.facts:
        yield {
            "type": "rich_text_list",
            "style": "bullet",
            "indent": 0,
            "elements": [_fact(fact) for fact in line.facts],
        }


def _fact(fact: Fact) -> dict[str, Any]:
    runs = [_run(f"{fact.name}: ", bold=True)]
    for number, piece in enumerate(fact.pieces):
        runs += [_run(", ")] if number else []
        runs += _piece(piece)
    return _section(runs)


def _piece(piece: Piece) -> Iterator[dict[str, Any]]:
    yield {"type": "link", "url": piece.url, "text": piece.text} if piece.url else _run(piece.text)
    if piece.whose:
        yield _run(piece.whose)


def _section(runs: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(runs)}


def _run(text: str, *, bold: bool = False) -> dict[str, Any]:
    return {"type": "text", "text": text, **({"style": {"bold": True}} if bold else {})}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
