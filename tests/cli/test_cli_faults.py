"""How faults are placed and told."""

from __future__ import annotations

import pytest

from connectors.contract import Fault
from validator.cli.faults import fault_lines, located, place_of

PLACES = {"/objectives/0": "row 2", "/objectives/0/title": "cell B2", "/objectives/1": "row 3"}


@pytest.mark.parametrize(
    ("pointer", "place"),
    [
        pytest.param("/objectives/0/title", "cell B2", id="the value itself"),
        pytest.param("/objectives/0/owners/1/person", "row 2", id="the nearest value around it"),
        pytest.param("/objectives/1/title", "row 3", id="never a neighbour's"),
        pytest.param("/objectives/10", "", id="never one whose name only begins alike"),
        pytest.param("/teams/0", "", id="nothing where nothing is known"),
        pytest.param("", "", id="nothing for the whole document"),
    ],
)
def test_a_pointer_leads_to_the_nearest_known_place(pointer: str, place: str) -> None:
    assert place == place_of(pointer, PLACES)


def test_the_place_of_the_whole_document_serves_where_none_is_nearer() -> None:
    assert place_of("/teams/0", {"": "okrs.csv"}) == "okrs.csv"


def test_a_place_that_a_fault_has_already_stays() -> None:
    given = (Fault("/objectives/0", "a", place="line 9"), Fault("/objectives/0", "b"))
    assert [fault.place for fault in located(given, PLACES)] == ["line 9", "row 2"]


def test_a_fault_is_told_by_place_else_by_pointer_else_alone() -> None:
    faults = [
        Fault("/a", "is wrong", "Write b.", "cell A1"),
        Fault("/a", "is wrong"),
        Fault("", "is wrong"),
        Fault("", "A1 is wrong", place="A1"),
    ]
    told = ["cell A1: is wrong", "  Write b.", "/a: is wrong", "is wrong", "A1 is wrong"]
    assert told == list(fault_lines(faults))


def test_faults_past_fifty_are_counted() -> None:
    told = list(fault_lines([Fault("", f"fault {number}") for number in range(1051)]))
    assert told[49:] == ["fault 49", "… and 1,001 more"]
    assert len(list(fault_lines([Fault("", "fault")] * 50))) == 50


def test_a_fault_cannot_command_the_terminal() -> None:
    assert list(fault_lines([Fault("/\x1b[2Ja", "bad\x07\nvalue", "\x1b]0;x\x07ok")])) == ["/a: bad value", "  ok"]
