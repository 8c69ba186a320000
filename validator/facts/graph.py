"""The alignment graph: who serves whom, who stands on a circle, and who delivers below. Linear in links."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Graph = Mapping[str, Sequence[str]]

MANY = 8
"""Members kept of a set gathered from below: 8 stands for 8 or more, which keeps gathering linear."""
CLIMB = 200
"""Ancestors looked at before two items count as unrelated."""


def components(nodes: Iterable[str], below: Graph) -> Iterator[list[str]]:
    """Strongly connected components, each after all that lie below it (Tarjan 1972, without recursion)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    on_path: set[str] = set()
    for root in nodes:
        if root in order:
            continue
        work = [(root, iter(below.get(root, ())))]
        order[root] = low[root] = len(order)
        path.append(root)
        on_path.add(root)
        while work:
            node, rest = work[-1]
            for child in rest:
                if child not in order:
                    order[child] = low[child] = len(order)
                    path.append(child)
                    on_path.add(child)
                    work.append((child, iter(below.get(child, ()))))
                    break
                if child in on_path:
                    low[node] = min(low[node], order[child])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    yield _popped(path, on_path, node)


def _popped(path: list[str], on_path: set[str], root: str) -> list[str]:
    at = path.index(root) if len(path) < MANY else len(path) - 1
    while path[at] != root:
        at -= 1
    members = path[at:]
    del path[at:]
    on_path.difference_update(members)
    return members


def circular(parts: Iterable[Sequence[str]], below: Graph) -> frozenset[str]:
    """Nodes that reach themselves."""
    return frozenset(node for part in parts for node in part if len(part) > 1 or node in below.get(node, ()))


def gathered(
    parts: Iterable[Sequence[str]], below: Graph, own: Callable[[str], frozenset[str]]
) -> dict[str, frozenset[str]]:
    """For each node, what `own` gives for the nodes below it, at most MANY members.

    `parts` come lowest first, as from `components`; members of a circle lie below one another.
    """
    inside: dict[str, frozenset[str]] = {}
    under: dict[str, frozenset[str]] = {}
    for part in parts:
        members = set(part)
        outer = _few(inside[child] for node in part for child in below.get(node, ()) if child not in members)
        whole = _few([outer, *(own(node) for node in part)])
        for node in part:
            under[node] = whole if len(part) > 1 else outer
            inside[node] = whole
    return under


def _few(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    seen: set[str] = set()
    for members in sets:
        seen |= members
        if len(seen) > MANY:
            return frozenset(sorted(seen)[:MANY])
    return frozenset(seen)


def related(one: str, other: str, above: Graph) -> bool:
    """Whether one of two nodes lies above the other."""
    return serves(one, other, above) or serves(other, one, above)


def serves(node: str, ancestor: str, above: Graph) -> bool:
    """Whether `ancestor` lies above `node`, within CLIMB steps."""
    seen, front = {node}, [node]
    while front and len(seen) < CLIMB:
        upper = [up for low in front for up in above.get(low, ()) if up not in seen]
        if ancestor in upper:
            return True
        seen.update(upper)
        front = list(dict.fromkeys(upper))
    return False
