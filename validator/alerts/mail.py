"""Letters as e-mail: plain text, and the same as HTML."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from validator.alerts.letter import MORE, Fact, Letter, Line, Piece

_ADDRESS = re.compile(r"([^\s@<>()\[\],;:\"\\]{1,64})@([\w-]+(?:\.[\w-]+)*)")
_STYLE = "font-family:sans-serif;line-height:1.4;max-width:46em;overflow-wrap:anywhere"
_CLOSE = "margin-bottom:0"
_FACTS = "margin-top:0.3em"
_SUBTLE = "color:#666;font-size:smaller"


def mail_message(letter: Letter, *, id: str, sender: str, to: Sequence[str], at: datetime.datetime) -> EmailMessage:
    """The message; `id` is that of its delivery, which makes its Message-ID. Raises ValueError for what is no address."""
    message = EmailMessage()
    message["Subject"] = letter.notice or letter.title
    message["From"] = _address(sender)
    message["To"] = [_address(text) for text in to]
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{id}@{message['From'].addresses[0].domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n".join(_rows(letter)))
    message.add_alternative(_html(letter), subtype="html")
    return message


def is_address(text: str) -> bool:
    """Whether a text is an e-mail address."""
    return _ADDRESS.fullmatch(text) is not None


def _address(text: str) -> Address:
    found = _ADDRESS.fullmatch(text)
    if found is None:
        raise ValueError(f"“{text[:100]}” is no e-mail address")
    return Address(username=found[1], domain=found[2])


def _rows(letter: Letter) -> Iterator[str]:
    yield letter.title
    if letter.summary:
        yield from ("", letter.summary)
    for group in letter.groups:
        yield from ("", group.owner, "-" * min(60, len(group.owner)))
        for line in group.lines:
            yield f"* {line.head}: {line.text}"
            yield from (row for fact in line.facts for row in _fact_rows(fact))
    if letter.rest:
        yield from ("", letter.rest)
    yield from _below(letter)


def _fact_rows(fact: Fact) -> Iterator[str]:
    """A fact, each link on a row of its own."""
    for piece in fact.pieces:
        yield f"  {fact.name}: {piece.text}{piece.whose}"
        if piece.url:
            yield f"    {piece.url}"


def _below(letter: Letter) -> Iterator[str]:
    if letter.origin or letter.more:
        yield ""
    if letter.origin:
        yield f"{letter.origin}."
    if letter.more:
        yield f"{MORE}: {letter.more}"


def _html(letter: Letter) -> str:
    return f'<div style="{_STYLE}"><h2>{escape(letter.title)}</h2>{"".join(_parts(letter))}</div>'


def _parts(letter: Letter) -> Iterator[str]:
    if letter.summary:
        yield f"<p>{escape(letter.summary)}</p>"
    for group in letter.groups:
        yield f"<h3>{escape(group.owner)}</h3>{''.join(map(_item, group.lines))}"
    if letter.rest:
        yield f"<p>{escape(letter.rest)}</p>"
    link = f'<a href="{escape(letter.more)}">{MORE}</a>' if letter.more else ""
    below = ". ".join(part for part in (escape(letter.origin), link) if part)
    if below:
        yield f'<p style="{_SUBTLE}">{below}</p>'


def _item(line: Line) -> str:
    text = f"{line.mark} <b>{escape(line.head)}:</b> {escape(line.text)}"
    rows = "".join(f"<li><b>{fact.name}:</b> {', '.join(map(_link, fact.pieces))}</li>" for fact in line.facts)
    return f'<p style="{_CLOSE}">{text}</p><ul style="{_FACTS}">{rows}</ul>' if rows else f"<p>{text}</p>"


def _link(piece: Piece) -> str:
    """A text of others, kept from turning the direction of what stands around it."""
    title = f'<a href="{escape(piece.url)}">{escape(piece.text)}</a>' if piece.url else escape(piece.text)
    return f"<bdi>{title}</bdi>{escape(piece.whose)}"
