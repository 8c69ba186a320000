"""When two titles are the same."""

from __future__ import annotations

import unicodedata


def same_title_key(title: str) -> str:
    """A title without case, extra spaces and the punctuation around it; "" where nothing is left."""
    plain = title if title.isascii() else unicodedata.normalize("NFKC", title)
    folded = " ".join(plain.casefold().split())
    return folded.strip(" .,;:!?\"'“”‘’()[]-–—*•#")


def same_title(one: str, other: str) -> bool:
    """Whether two titles are the same but for case, spaces and the punctuation around them."""
    key = same_title_key(one)
    return bool(key) and key == same_title_key(other)
