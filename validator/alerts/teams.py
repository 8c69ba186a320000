"""Letters as Microsoft Teams shows them: an adaptive card, posted to a workflow or an incoming webhook.

The wrapping and the limit of 28 kB are those of Microsoft's pages on incoming webhooks; the card keeps to version 1.4 of the
schema of adaptive cards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson

from validator.alerts.people import MARKS, Group, Letter, Line

MOST_BYTES = 27_000
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-!>~|])")
_COLOURS = {"error": "attention", "warning": "warning", "info": "accent"}


def teams_message(letter: Letter) -> dict[str, Any]:
    """The body to post; groups are left out from the end where it would be too large."""
    for count in range(len(letter.groups), -1, -1):
        left = letter.left_out + sum(len(group.lines) for group in letter.groups[count:])
        found = _message(letter._replace(groups=letter.groups[:count], left_out=left))
        if len(orjson.dumps(found)) <= MOST_BYTES:
            return found
    return _message(letter._replace(groups=()))


def _message(letter: Letter) -> dict[str, Any]:
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": letter.title,
        "body": [_text(_plain(letter.title), weight="bolder", size="medium"), *_told(letter)],
    }
    if letter.more:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "All of it", "url": letter.more}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _told(letter: Letter) -> Iterator[dict[str, Any]]:
    if not letter.groups:
        yield _text(_plain(letter.summary))
    for group in letter.groups:
        yield {"type": "Container", "separator": True, "items": list(_group(group))}
    if letter.left_out and letter.groups:
        yield _text(f"… and {letter.left_out} more.", isSubtle=True)


def _group(group: Group) -> Iterator[dict[str, Any]]:
    yield _text(_plain(group.owner), weight="bolder")
    for line in group.lines:
        yield from _line(line)


def _line(line: Line) -> Iterator[dict[str, Any]]:
    yield _text(f"{MARKS[line.severity]} {line.word}: {_plain(line.text)}", color=_COLOURS[line.severity])
    links = ", ".join(f"[{_plain(title)}]({_url(url)})" if url else _plain(title) for title, url in line.items)
    for text in (links, *(_plain(text) for text in (line.way, line.fix) if text)):
        if text:
            yield _text(text, isSubtle=True, spacing="none")


def _text(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "TextBlock", "text": text, "wrap": True, **more}


def _plain(text: str) -> str:
    """A text with nothing in it that the card would take for markup."""
    return _MARKDOWN.sub(r"\\\1", text)


def _url(url: str) -> str:
    return url.replace("(", "%28").replace(")", "%29")
