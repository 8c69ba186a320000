"""Reading page after page, and coming to an end whatever the tool answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from requests.utils import parse_header_links

from connectors.contract import Missing
from connectors.http.client import Answer
from connectors.http.faults import HttpFault

_AGAIN = "The tool sent the same page again."


def pages(
    ask: Callable[[str | None], Answer],
    next_of: Callable[[Answer], str | None],
    *,
    what: str,
    most: int = 10_000,
    needed: bool = True,
) -> Iterator[Answer | Missing]:
    """The answers page by page; a Missing is the last where the rest could not be read.

    `ask` gets the token of a page, None for the first; `next_of` finds the token of the next page in an answer, None at the
    end. Offsets, page numbers, cursors and links are all tokens; one that comes again ends the reading, as does a page that
    is the same as the one before. `what` is named in a Missing: "goals". A fault of the first
    page is raised where it is `needed`, else it is a Missing. Raises HttpFault.
    """
    seen: set[str] = set()
    token: str | None = None
    before: Any = None
    for number in range(1, most + 1):
        try:
            answer = ask(token)
        except HttpFault as fault:
            if number == 1 and needed:
                raise
            yield fault.missing(what if number == 1 else f"{what} after page {number - 1}")
            return
        if number > 1 and answer.data and answer.data == before:
            yield Missing(f"{what} after page {number - 1}", _AGAIN)
            return
        yield answer
        token, before = next_of(answer), answer.data
        if token is None:
            return
        if token in seen:
            yield Missing(f"{what} after page {number}", _AGAIN)
            return
        seen.add(token)
    yield Missing(f"{what} after page {most}", f"More than {most:,} pages are not read.")


def next_link(answer: Answer) -> str | None:
    """The URL of the next page in the `Link` header of an answer, None where there is none."""
    for link in parse_header_links(answer.headers.get("Link", "")):
        if link.get("rel") == "next" and link.get("url"):
            return _joined(answer.url, link["url"])
    return None


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link)
    except ValueError:
        return link


def in_query(url: str | None, name: str) -> str | None:
    """One value of a URL's query: the cursor in a link whose host is not ours to follow."""
    try:
        values = parse_qs(urlsplit(url or "").query).get(name)
    except ValueError:
        return None
    return values[0] if values else None
