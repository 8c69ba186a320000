"""What a tool answered, and reading it within bounds."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson
from requests import Response
from urllib3.exceptions import DecodeError

from connectors.http.faults import HttpFault

_PIECE = 64 * 1024
_GZIP = ("gzip", "x-gzip")
PACKED = "gzip, deflate"
"""Ways in which an answer may be packed."""
_FILL = b"\0"
"""What some programs fill up the end of a packed stream with."""


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
    """Read an answer, unpacked, up to `largest` bytes.

    Raises HttpFault where it is larger or packed in another way than was asked for, DecodeError where what is packed is
    damaged or cut off, and what the connection raises.
    """
    pieces, size = [], 0
    for piece in _unpacked(response):
        size += len(piece)
        if size > largest:
            response.close()
            raise HttpFault("too_large", f"The answer is larger than {largest:,} bytes.", "Ask for smaller pages.")
        pieces.append(piece)
    response.raw.release_conn()
    return Download(response.status_code, response.headers, b"".join(pieces), response.url.partition("?")[0])


def _unpacked(response: Response) -> Iterator[bytes]:
    way = response.headers.get("Content-Encoding", "").strip().lower()
    if way in ("", "identity"):
        return _received(response)
    if way in _GZIP or way == "deflate":
        return _inflated(_received(response), gzip=way in _GZIP)
    message = "the answer is packed in a way that was not asked for."
    raise HttpFault("format", message, "Ask the tool's support.", status=response.status_code)


def _received(response: Response) -> Iterator[bytes]:
    while piece := response.raw.read1(_PIECE, decode_content=False):
        yield piece


def _inflated(packed: Iterator[bytes], *, gzip: bool) -> Iterator[bytes]:
    """What is packed in one stream, or in several that follow each other. Raises DecodeError where one is not whole."""
    stream = None
    try:
        for data in packed:
            left = data.lstrip(_FILL) if stream and stream.eof else data
            while left:
                if stream is None or stream.eof:
                    stream = zlib.decompressobj(_bits(left[0], gzip=gzip))
                yield stream.decompress(left, _PIECE)
                left = stream.unused_data.lstrip(_FILL) if stream.eof else stream.unconsumed_tail
        if stream is not None:
            yield stream.flush()
    except zlib.error as error:
        raise DecodeError("The packed bytes are damaged.") from error
    if stream is not None and not stream.eof:
        raise DecodeError("The packed bytes are cut off.")


def _bits(first: int, *, gzip: bool) -> int:
    """How zlib is told what comes: gzip, deflate with a frame around it, or bare deflate, which some servers send."""
    if gzip:
        return 31
    return 15 if first & 0x0F == 8 else -15


def parse(download: Download) -> Answer:
    """Read what came as JSON. Raises HttpFault, which is not retried: the same would come again."""
    status, headers, content, url = download
    text = content.removeprefix(b"\xef\xbb\xbf").strip()
    if not text:
        return Answer(status, headers, None, url)
    try:
        return Answer(status, headers, orjson.loads(text), url)
    except orjson.JSONDecodeError as error:
        problem = f"not JSON, or cut off: {error.msg.rstrip('.')}."
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
