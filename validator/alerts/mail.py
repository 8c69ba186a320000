"""Letters as e-mail: plain text, and the same as HTML."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from validator.alerts.people import MARKS, Letter, Line

_ADDRESS = re.compile(r"([^\s@<>()\[\],;:\"\\]{1,64})@([\w-]+(?:\.[\w-]+)*)")
_STYLE = "font-family:sans-serif;line-height:1.4"


def mail_message(letter: Letter, *, id: str, sender: str, to: Sequence[str], at: datetime.datetime) -> EmailMessage:
    """The message; `id` is that of its delivery, which makes its Message-ID. Raises ValueError for what is no address."""
    message = EmailMessage()
    message["Subject"] = letter.title
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
    yield letter.summary if not letter.groups else letter.title
    for group in letter.groups:
        yield from ("", group.owner, "-" * min(60, len(group.owner)))
        for line in group.lines:
            yield from (f"* {line.severity}, {line.word.lower()}: {line.text}", *_below(line))
    if letter.left_out and letter.groups:
        yield from ("", f"… and {letter.left_out} more.")
    if letter.more:
        yield from ("", f"All of it: {letter.more}")


def _below(line: Line) -> Iterator[str]:
    yield from (f"  {title}: {url}" if url else f"  {title}" for title, url in line.items)
    yield from (f"  {text}" for text in (line.way, line.fix) if text)


def _html(letter: Letter) -> str:
    return f'<div style="{_STYLE}"><h2>{escape(letter.title)}</h2>{"".join(_parts(letter))}</div>'


def _parts(letter: Letter) -> Iterator[str]:
    if not letter.groups:
        yield f"<p>{escape(letter.summary)}</p>"
    for group in letter.groups:
        yield f"<h3>{escape(group.owner)}</h3><ul>{''.join(map(_item, group.lines))}</ul>"
    if letter.left_out and letter.groups:
        yield f"<p>… and {letter.left_out} more.</p>"
    if letter.more:
        yield f'<p><a href="{escape(letter.more)}">All of it</a></p>'


def _item(line: Line) -> str:
    links = ", ".join(
        f'<a href="{escape(url)}">{escape(title)}</a>' if url else escape(title) for title, url in line.items
    )
    rows = [f"{MARKS[line.severity]} <b>{line.word}:</b> {escape(line.text)}", links]
    rows += [f"<i>{escape(text)}</i>" for text in (line.way, line.fix) if text]
    return f"<li>{'<br>'.join(row for row in rows if row)}</li>"
