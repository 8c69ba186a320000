"""What is said about names that do not exist."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def hint(name: object, known: Iterable[str]) -> str:
    """“did you mean …?”, or the known names where nothing is near."""
    names = list(known)
    near = difflib.get_close_matches(str(name)[:60], names, n=1, cutoff=0.6)
    return f"did you mean “{near[0]}”?" if near else "known: " + ", ".join(names[:40])


def a(kind: str) -> str:
    """A noun with its article."""
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
