"""The text of a document in Atlassian Document Format, which is JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

_DEEPEST = 40
_BLOCKS = (
    "paragraph", "heading", "listItem", "codeBlock", "tableRow", "rule", "mediaSingle", "taskItem", "decisionItem", "blockCard",
)  # fmt: skip
"""Nodes that stand on a line of their own."""
_ITEMS = ("listItem", "taskItem", "decisionItem")


def text_of(written: str) -> str:
    """The text of such a document, without its formatting; a text that is no such document stays as it is."""
    try:
        found = orjson.loads(written)
    except orjson.JSONDecodeError:
        return written
    if not isinstance(found, Mapping) or found.get("type") != "doc":
        return written
    lines = (line.strip() for line in "".join(_parts(found, 0)).split("\n"))
    return "\n".join(line for line in lines if line and line != "-")


def _parts(node: Any, depth: int) -> Iterator[str]:
    if not isinstance(node, Mapping) or depth > _DEEPEST:
        return
    kind = node.get("type")
    yield "\n" if kind in _BLOCKS else ""
    yield "- " if kind in _ITEMS else ""
    yield _own(node, kind)
    inner = node.get("content")
    # An item's first paragraph stands beside its dash.
    bare = kind in _ITEMS and isinstance(inner, list) and inner[:1]
    for number, each in enumerate(inner if isinstance(inner, list) else ()):
        parts = "".join(_parts(each, depth + 1))
        yield parts.lstrip("\n") if bare and number == 0 else parts
    yield " " if kind == "tableCell" or kind == "tableHeader" else ""
    yield "\n" if kind in _BLOCKS else ""


def _own(node: Mapping[str, Any], kind: Any) -> str:
    """What a node itself says: text, a name, a link."""
    if kind == "hardBreak":
        return "\n"
    attributes = node.get("attrs")
    held = [node.get("text")]
    if isinstance(attributes, Mapping):
        held += [attributes.get(name) for name in ("text", "shortName", "url")]
    return next((said for said in held if isinstance(said, str) and said), "")
