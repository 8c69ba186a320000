"""The alignment graph: circles, and who delivers below, against a naive recomputation."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.okr_sets import Document, facts, small
from validator.facts import graph

EDGES = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=40)


def _reach(start: int, below: dict[int, set[int]]) -> set[int]:
    """Everything below a node, the node itself only where it lies on a circle."""
    reached: set[int] = set()
    front = set(below.get(start, set()))
    while front:
        reached |= front
        front = {low for node in front for low in below.get(node, set())} - reached
    return reached


def _document(edges: list[tuple[int, int]], owned: list[int], size: int = 12) -> Document:
    """An edge runs from a lower objective to the one that it serves; each has a team, and some an owner of its own."""
    parents: dict[int, list[dict[str, str]]] = {}
    for low, high in edges:
        parents.setdefault(low, []).append({"id": f"O{high}"})
    return small(
        *(
            {"id": f"O{n}", "level": "team" if n % 3 else "company", "team": f"T{n}", "parents": parents.get(n, []),
             "owners": [{"person": f"u{n}"}] if n in owned else []}
            for n in range(size)
        )
    )  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(edges=EDGES, owned=st.lists(st.integers(0, 11)))
def test_circles_and_delivery_below_are_what_a_naive_search_finds(
    edges: list[tuple[int, int]], owned: list[int]
) -> None:
    below: dict[int, set[int]] = {}
    for low, high in edges:
        below.setdefault(high, set()).add(low)
    others = {high: lows - {high} for high, lows in below.items()}
    found = facts(_document(edges, owned))["objective"]
    for node in range(12):
        reached = _reach(node, below)
        delivering = {n for n in _reach(node, others) if n % 3}
        seen = found[f"O{node}"]
        assert seen["in_alignment_cycle"] == (node in reached)
        assert seen["delivery_team_count"] == min(graph.MANY, len(delivering))
        assert seen["delivery_owner_count"] == min(graph.MANY, len(delivering & set(owned)))
        assert seen["child_count"] == len(below.get(node, set()))


@settings(max_examples=200, deadline=None)
@given(edges=EDGES)
def test_components_come_lowest_first_and_hold_each_node_once(edges: list[tuple[int, int]]) -> None:
    nodes = [str(n) for n in range(12)]
    below = {str(high): tuple(str(low) for low, up in edges if up == high) for _, high in edges}
    parts = list(graph.components(nodes, below))
    assert sorted(node for part in parts for node in part) == sorted(nodes)
    place = {node: number for number, part in enumerate(parts) for node in part}
    assert all(place[low] <= place[high] for high, lows in below.items() for low in lows)


@settings(max_examples=200, deadline=None)
@given(edges=EDGES, low=st.integers(0, 11), high=st.integers(0, 11))
def test_serving_follows_links_upward_through_any_number_of_others(
    edges: list[tuple[int, int]], low: int, high: int
) -> None:
    above: dict[int, set[int]] = {}
    for lower, upper in edges:
        above.setdefault(lower, set()).add(upper)
    named = {str(node): tuple(str(up) for up in ups) for node, ups in above.items()}
    if low != high:
        assert graph.serves(str(low), str(high), named) == (high in _reach(low, above))


@pytest.mark.parametrize("loop", [False, True], ids=["a chain", "a circle"])
def test_fifty_thousand_items_one_above_the_other_are_no_trouble(loop: bool) -> None:
    many = 50_000
    below = {str(n + 1): (str(n),) for n in range(many - 1)} | ({"0": (str(many - 1),)} if loop else {})
    parts = list(graph.components(map(str, range(many)), below))
    assert len(parts) == (1 if loop else many)
    assert len(graph.circular(parts, below)) == (many if loop else 0)
    under = graph.gathered(parts, below, lambda node: frozenset(["Ann"]) if node == "0" else frozenset())
    assert [len(under[node]) for node in ("0", "1", str(many - 1))] == [int(loop), 1, 1]


def test_a_link_to_itself_is_a_circle_and_delivers_nothing_by_itself() -> None:
    found = facts(small({"id": "A", "level": "team", "owners": [{"person": "Ann"}], "parents": [{"id": "A"}]}))
    assert (found["objective"]["A"]["in_alignment_cycle"], found["objective"]["A"]["delivery_owner_count"]) == (True, 0)


def test_a_diamond_counts_an_owner_once_and_is_no_circle() -> None:
    def leaf(id_: str, *parents: str) -> dict[str, object]:
        links = [{"id": parent} for parent in parents]
        return {"id": id_, "level": "team", "owners": [{"person": "Ann"}], "parents": links}

    found = facts(
        small(
            {"id": "top", "level": "company"}, leaf("left", "top"), leaf("right", "top"), leaf("low", "left", "right")
        )
    )
    assert (
        found["objective"]["top"] | {"delivery_owner_count": 1, "in_alignment_cycle": False}
        == found["objective"]["top"]
    )


def test_a_link_to_a_key_result_leads_to_its_objective() -> None:
    top = {"id": "C", "level": "company", "key_results": [{"id": "K", "title": "k"}]}
    low = {"id": "T", "level": "team", "owners": [{"person": "Ann"}], "parents": [{"id": "K"}]}
    found = facts(small(top, low))["objective"]
    assert (found["C"]["child_count"], found["C"]["delivery_owner_count"]) == (1, 1)
    assert (found["T"]["parent_count"], found["T"]["broken_parent_count"]) == (1, 0)


def test_a_link_to_a_key_result_under_no_objective_exists_but_leads_nowhere() -> None:
    low = {"id": "T", "parents": [{"id": "K"}, {"id": "gone"}]}
    found = facts(small(low, key_results=[{"id": "K", "title": "k"}]))["objective"]["T"]
    assert (found["parent_count"], found["broken_parent_count"], found["in_alignment_cycle"]) == (1, 1, False)
