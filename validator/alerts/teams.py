"""Letters as Microsoft Teams shows them: an adaptive card, posted to a workflow or an incoming webhook.

The wrapping, the limit of 28 kB and the full width are those of Microsoft's pages on incoming webhooks and cards; for the rest
the card keeps to version 1.4 of the schema of adaptive cards. No more is escaped than must be: Teams on phones has shown
backslashes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson

from validator.alerts.letter import MORE, Fact, Group, Letter, Piece, without_last

MOST_BYTES = 27_000
_MARKUP = re.compile(r"[\\`*_\[\]<~{}]|&(?=#?\w+;)|^[-+#>=]")
_NUMBERED = re.compile(r"^(\d+)([.)])")
_TOGETHER = str.maketrans({" ": "\N{NO-BREAK SPACE}", "-": "\N{NON-BREAKING HYPHEN}"})


def teams_message(letter: Letter) -> dict[str, Any]:
    """The body to post; lines are left out from the end, and counted, where it would be too large."""
    found = _message(letter)
    while letter.groups and len(orjson.dumps(found)) > MOST_BYTES:
        letter = without_last(letter)
        found = _message(letter)
    return found


def _message(letter: Letter) -> dict[str, Any]:
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": _plain(letter.notice or letter.title),
        "msteams": {"width": "Full"},
        "body": [_text(_plain(letter.title), weight="bolder", size="medium"), *_told(letter)],
    }
    if letter.more:
        card["actions"] = [{"type": "Action.OpenUrl", "title": MORE, "url": letter.more}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _told(letter: Letter) -> Iterator[dict[str, Any]]:
    if letter.summary:
        yield _text(_plain(letter.summary))
    for group in letter.groups:
        yield {"type": "Container", "separator": True, "spacing": "medium", "items": list(_group(group))}
    if letter.rest:
        yield _text(letter.rest, separator=True, spacing="medium")
    if letter.origin:
        yield _text(_plain(letter.origin), isSubtle=True, size="small", spacing="medium")


def _group(group: Group) -> Iterator[dict[str, Any]]:
    yield _text(_plain(group.owner), weight="bolder")
    for line in group.lines:
        yield _text(f"{line.mark} **{line.head}:** {_plain(line.text)}")
        if line.facts:
            yield {"type": "FactSet", "spacing": "small", "facts": [_fact(fact) for fact in line.facts]}


def _fact(fact: Fact) -> dict[str, str]:
    """A fact; its name stays on one line, beside the value."""
    return {"title": fact.name.translate(_TOGETHER), "value": ", ".join(map(_piece, fact.pieces))}


def _piece(piece: Piece) -> str:
    title = f"[{_plain(piece.text)}]({_url(piece.url)})" if piece.url else _plain(piece.text)
    return f"{title}{_plain(piece.whose)}"


def _text(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "TextBlock", "text": text, "wrap": True, **more}


def _plain(text: str) -> str:
    """A text with nothing in it that the card would take for markup."""
    return _NUMBERED.sub(r"\1\\\2", _MARKUP.sub(r"\\\g<0>", text))


def _url(url: str) -> str:
    return url.replace("(", "%28").replace(")", "%29")
