"""When two titles are the same."""

from __future__ import annotations

import unicodedata


def same_title_key(title: str) -> str:
    """A title without case, extra spaces and the punctuation around it; "" where nothing is left."""
    folded = " ".join(unicodedata.normalize("NFKC", title).casefold().split())
    return folded.strip(" .,;:!?\"'“”‘’()[]-–—*•#")
