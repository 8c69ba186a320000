"""Keeping secrets out of errors and log records."""

from __future__ import annotations

import base64
import html
import json
import logging
import re
from collections.abc import Callable, Collection, Iterator
from urllib.parse import quote, quote_plus
from weakref import WeakSet

INSTEAD = "[secret]"
_LOGGERS = tuple(
    f"urllib3.{name}" for name in ("connection", "connectionpool", "poolmanager", "response", "util.retry")
)
_QUERY = re.compile(r"\?[^\s\"'>)]+")
_SHORTEST = 8
"""Letters of base64 that are enough to tell a secret."""
_LONGEST = 200


class Scrubber:
    """Takes secrets out of texts, in every form in which a server or library may repeat them."""

    def __init__(self, secrets: Collection[str]) -> None:
        forms = {form for secret in secrets if secret for form in _forms(secret)}
        longest_first = sorted(forms, key=lambda form: (-len(form), form))
        self._pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE) if forms else None

    def __call__(self, text: str) -> str:
        """The text without the secrets."""
        return self._pattern.sub(INSTEAD, text) if self._pattern else text


def shorten(text: str) -> str:
    """A text on one line, of at most 200 characters."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


_live: WeakSet[Scrubber] = WeakSet()


def watch(scrubber: Scrubber) -> None:
    """Scrub what the HTTP library logs as well, for as long as the scrubber lives."""
    _live.add(scrubber)
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_clean)


def _clean(record: logging.LogRecord) -> bool:
    """Take queries and secrets out of a record; always True, for the record itself may stay."""
    text = _QUERY.sub("?…", record.getMessage())
    for scrubber in tuple(_live):
        text = scrubber(text)
    record.msg, record.args, record.exc_info, record.exc_text = text, (), None, None
    return True


def _forms(secret: str) -> Iterator[str]:
    yield from (secret, quote(secret), quote(secret, safe=""), quote_plus(secret), html.escape(secret))
    yield from (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1])
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield from (core for lead in range(3) if len(core := _core(secret.encode(), lead, encode)) >= _SHORTEST)


def _core(secret: bytes, lead: int, encode: Callable[[bytes], bytes]) -> str:
    """The letters of base64 that a secret has wherever it stands in what is encoded, `lead` bytes after a third one."""
    encoded = encode(bytes(lead) + secret)
    first = (8 * lead + 5) // 6
    last = 8 * (lead + len(secret)) // 6
    return encoded[first:last].decode()
