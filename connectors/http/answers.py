"""What a tool answered, and reading it within bounds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson
from requests import Response

from connectors.http.faults import HttpFault

_PIECE = 64 * 1024


class Answer(NamedTuple):
    """What a tool answered, read as JSON."""

    status: int
    headers: Mapping[str, str]
    """By name, in any case."""
    data: Any
    """The JSON value; None where the answer was empty."""
    url: str
    """What was asked, without the query."""


class Download(NamedTuple):
    """What a tool answered, as bytes."""

    status: int
    headers: Mapping[str, str]
    """By name, in any case."""
    content: bytes
    url: str
    """What was asked, without the query."""


def take(response: Response, largest: int) -> Download:
    """Read an answer, unpacked, up to `largest` bytes. Raises HttpFault where it is larger, and what the connection raises."""
    pieces, size = [], 0
    while piece := response.raw.read1(_PIECE, decode_content=True):
        size += len(piece)
        if size > largest:
            response.close()
            raise HttpFault("too_large", f"The answer is larger than {largest:,} bytes.", "Ask for smaller pages.")
        pieces.append(piece)
    response.raw.release_conn()
    return Download(response.status_code, response.headers, b"".join(pieces), response.url.partition("?")[0])


def parse(download: Download) -> Answer:
    """Read what came as JSON. Raises HttpFault, which is not retried: the same would come again."""
    status, headers, content, url = download
    text = content.removeprefix(b"\xef\xbb\xbf").strip()
    if not text:
        return Answer(status, headers, None, url)
    try:
        return Answer(status, headers, orjson.loads(text), url)
    except orjson.JSONDecodeError as error:
        problem = f"not JSON, or cut off: {error.msg.rstrip('.')} (line {error.lineno}, column {error.colno})."
    if text.startswith(b"<"):
        raise HttpFault(
            "format",
            "a web page came instead of JSON.",
            "A sign-in page mostly means a wrong address, or a credential that has run out.",
            status=status,
        )
    raise HttpFault("format", problem, "Try again; if it stays, ask the tool's support.", status=status)


def records(answer: Answer, *names: str) -> list[dict[str, Any]]:
    """The list of objects under these names of an answer; a list of anything else, or none, raises HttpFault."""
    found = answer.data
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    if isinstance(found, list) and all(isinstance(record, dict) for record in found):
        return found
    where = f" under “{'.'.join(names)}”" if names else ""
    raise HttpFault("format", f"The answer of {answer.url} holds no list of objects{where}.", status=answer.status)
