"""Lists in GraphQL, page by page, as the Relay specification has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from connectors.contract import Missing, Page
from connectors.graphql.asking import Endpoint, Reply, ask
from connectors.graphql.errors import is_costly
from connectors.http.answers import Answer
from connectors.http.faults import HttpFault
from connectors.http.paging import pages

_EMPTY = "It came empty, with no error beside it."
CUT = "It has more of something, such as owners or labels, than is read at once."


class Listing(NamedTuple):
    """A list that is asked for in pages."""

    query: str
    """With the variables $first and $after."""
    variables: Mapping[str, Any]
    at: tuple[str, ...]
    """Where the list lies in the data."""
    what: str
    """What its entries are, in the plural: "goals"."""
    size: int
    """Most entries of a page; the tool may find that too costly."""


class _Paging:
    """Asks for one page after the other; smaller ones from where a tool finds them too costly."""

    def __init__(self, endpoint: Endpoint, listing: Listing) -> None:
        self._endpoint, self._listing = endpoint, listing
        self._size = listing.size

    def page(self, after: str | None) -> Answer:
        while True:
            try:
                return self._once(after)
            except HttpFault as problem:
                if self._size == 1 or not is_costly(problem):
                    raise
            self._size //= 2

    def _once(self, after: str | None) -> Answer:
        variables = {**self._listing.variables, "first": self._size, "after": after}
        reply = ask(self._endpoint, self._listing.query, variables)
        return Answer(200, {}, _read(reply, self._listing.at), reply.url)


def listed(endpoint: Endpoint, listing: Listing) -> Iterator[Page | Missing]:
    """The entries page by page, and what is missing of them. Raises HttpFault where the first page cannot be had."""
    number = 0
    for part in pages(_Paging(endpoint, listing).page, lambda answer: answer.data["next"], what=listing.what):
        if isinstance(part, Missing):
            yield part
            continue
        number += 1
        yield Page(listing.what, part.data["records"])
        for reason, ids in part.data["lost"].items():
            yield Missing(f"parts of {listing.what} on page {number}", reason, ids)


def _read(reply: Reply, at: Sequence[str]) -> dict[str, Any]:
    """The entries of a page, the cursor of the next, and ids by the reason for which something is missing of them."""
    found = _inside(reply.data, at)
    if found is None:
        raise _absent(reply, at)
    nodes, info = _nodes(found), found.get("pageInfo") if isinstance(found, Mapping) else None
    if nodes is None or not isinstance(info, Mapping):
        raise HttpFault("format", f"POST {reply.url}: “{'.'.join(at)}” is no list with pages.", status=200)
    cursor = info.get("endCursor")
    # Without a cursor, the first page would come again: the reading then ends as it does on any page that comes again.
    following = (cursor if isinstance(cursor, str) else "") if info.get("hasNextPage") is True else None
    return {"records": [node for node in nodes if node], "next": following, "lost": _lost(reply, nodes, len(at))}


def _absent(reply: Reply, at: Sequence[str]) -> HttpFault:
    if reply.errors:
        return reply.errors[0]
    hint = "Check the names and ids in the settings, and that the credential's account can see them."
    return HttpFault("not_found", f"POST {reply.url}: there is no “{'.'.join(at)}”.", hint, status=200)


def _inside(data: Any, at: Sequence[str]) -> Any:
    for name in at:
        data = data.get(name) if isinstance(data, Mapping) else None
    return data


def _nodes(found: Any) -> list[Mapping[str, Any]] | None:
    """The entries; an empty one for each that came empty."""
    if not isinstance(found, Mapping):
        return None
    nodes = found.get("nodes")
    edges = found.get("edges")
    if not isinstance(nodes, list) and isinstance(edges, list):
        nodes = [edge.get("node") if isinstance(edge, Mapping) else None for edge in edges]
    return [node if isinstance(node, Mapping) else {} for node in nodes] if isinstance(nodes, list) else None


def is_cut(value: Any, depth: int = 6) -> bool:
    """Whether a list inside an entry has more pages."""
    if isinstance(value, Mapping):
        info = value.get("pageInfo")
        if isinstance(info, Mapping) and info.get("hasNextPage") is True:
            return True
        value = list(value.values())
    return isinstance(value, list) and depth > 0 and any(is_cut(each, depth - 1) for each in value)


def _lost(reply: Reply, nodes: Sequence[Mapping[str, Any]], depth: int) -> dict[str, tuple[str, ...] | None]:
    """Ids of entries that are not whole by the reason; None where an entry is not known."""
    lost: dict[str, list[str | None]] = {}
    explained: set[int] = set()
    for problem, path in zip(reply.errors, reply.paths, strict=True):
        index = next((step for step in path[depth:] if isinstance(step, int)), -1)
        explained.add(index)
        node = nodes[index] if 0 <= index < len(nodes) else {}
        lost.setdefault(problem.faults[0].message, []).append(_id(node))
    for index, node in enumerate(nodes):
        if is_cut(node):
            lost.setdefault(CUT, []).append(_id(node))
        if not node and index not in explained:
            lost.setdefault(_EMPTY, []).append(None)
    return {reason: _known(ids) for reason, ids in lost.items()}


def _id(node: Mapping[str, Any]) -> str | None:
    found = node.get("id")
    return found if isinstance(found, str) and found else None


def _known(ids: Sequence[str | None]) -> tuple[str, ...] | None:
    known = tuple(dict.fromkeys(id_ for id_ in ids if id_))
    return known if len(known) == len(set(ids)) else None
