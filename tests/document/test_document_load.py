"""The door: what is refused, all at once, each with a JSON Pointer and, where there is one, a hint."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests.okr_sets import Document, small
from validator.document import limits
from validator.document.load import escape, load
from validator.document.normalise import normalise
from validator.errors import BadInput

OBJECTIVE = {"id": "O", "title": "t"}


def faults(document: object) -> dict[str, str]:
    """Pointer to message of every fault."""
    with pytest.raises(BadInput) as caught:
        normalise(document)
    return {fault.pointer: fault.message for fault in caught.value.faults}


def hints(document: object) -> dict[str, str]:
    with pytest.raises(BadInput) as caught:
        normalise(document)
    return {fault.pointer: fault.hint for fault in caught.value.faults}


def kr(**fields: Any) -> Document:
    return small({"id": "O", "key_results": [{"id": "K", "title": "k", **fields}]})


K = "/objectives/0/key_results/0"
FAULTS: dict[str, tuple[object, str, str]] = {
    "not an object": ([OBJECTIVE], "", "not an object"),
    "nothing": (None, "", "not an object"),
    "an empty object": ({}, "/objectives", "nothing to judge"),
    "empty lists": ({"objectives": [], "key_results": [], "initiatives": None}, "/objectives", "nothing to judge"),
    "an objective without an id": ({"objectives": [{"title": "t"}]}, "/objectives/0/id", "Missing data"),
    "an objective without a title": ({"objectives": [{"id": "O"}]}, "/objectives/0/title", "Missing data"),
    "a title of null": ({"objectives": [{"id": "O", "title": None}]}, "/objectives/0/title", "may not be null"),
    "an objective that is text": ({"objectives": [OBJECTIVE, "O2"]}, "/objectives/1", "Invalid"),
    "an object where a list belongs": ({"objectives": {"O": OBJECTIVE}}, "/objectives", "Invalid"),
    "a truth value as id": ({"objectives": [{**OBJECTIVE, "id": True}]}, "/objectives/0/id", "text or a whole number"),
    "a fraction as id": ({"objectives": [{**OBJECTIVE, "id": 1.5}]}, "/objectives/0/id", "text or a whole number"),
    "a blank id": ({"objectives": [{**OBJECTIVE, "id": "  "}]}, "/objectives/0/id", "characters"),
    "a long id": ({"objectives": [{**OBJECTIVE, "id": "x" * 257}]}, "/objectives/0/id", "characters"),
    "an id past 64 bits": ({"objectives": [{**OBJECTIVE, "id": 2**63}]}, "/objectives/0/id", "whole number"),
    "a title that is a number": ({"objectives": [{**OBJECTIVE, "title": 12}]}, "/objectives/0/title", "Not text"),
    "a long title": ({"objectives": [{**OBJECTIVE, "title": "x" * 10_001}]}, "/objectives/0/title", "Length"),
    "half a character": ({"objectives": [{**OBJECTIVE, "title": "\ud800"}]}, "/objectives/0/title", "half a character"),
    "half a character in an id": ({"objectives": [{**OBJECTIVE, "id": "\udfff"}]}, "/objectives/0/id", "half a character"),
    "an unknown level": ({"objectives": [{**OBJECTIVE, "level": "squad"}]}, "/objectives/0/level", "company, department"),
    "a level that is a list": ({"objectives": [{**OBJECTIVE, "level": ["team"]}]}, "/objectives/0/level", "Not one of"),
    "a bad date": (kr(due="2026-02-30"), f"{K}/due", "not a date"),
    "an ambiguous date": (kr(due="01/02/2026"), f"{K}/due", "can be 2026-01-02 or 2026-02-01"),
    "a number as date": (kr(due=20261231), f"{K}/due", "Not a date"),
    "an ambiguous number": (kr(target="1,234"), f"{K}/target", "can be 1.234 or 1234"),
    "a truth value as number": (kr(target=True), f"{K}/target", "Not a number"),
    "not a number": (kr(target=float("nan")), f"{K}/target", "lies between"),
    "infinity": (kr(target=float("-inf")), f"{K}/target", "lies between"),
    "a number past a float": (kr(target=10**400), f"{K}/target", "lies between"),
    "a number past what a float holds exactly": (kr(start="2000000 bn"), f"{K}/start", "lies between"),
    "a list as number": (kr(start=[1]), f"{K}/start", "Not a number"),
    "a word as truth value": (
        {"objectives": [{**OBJECTIVE, "owners": [{"person": "Ann", "primary": "yes"}]}]}, "/objectives/0/owners/0/primary", "true or false"),
    "one as truth value": ({"source": {"complete": 1}, "objectives": [OBJECTIVE]}, "/source/complete", "true or false"),
    "an owner without a person": ({"objectives": [{**OBJECTIVE, "owners": [{}]}]}, "/objectives/0/owners/0/person", "Missing"),
    "a list of no text": (kr(tags=["a", 3]), f"{K}/tags/1", "Not text"),
    "text where a list belongs": (kr(shared_with="T"), f"{K}/shared_with", "list"),
    "an unknown input": ({"source": {"provides": ["owner"]}, "objectives": [OBJECTIVE]}, "/source/provides/0", "Not one of"),
    "an unknown link": ({"objectives": [{**OBJECTIVE, "parents": [{"id": "P", "kind": "up"}]}]}, "/objectives/0/parents/0/kind", "parent, supports"),
    "a dependency without its team": ({"objectives": [OBJECTIVE], "dependencies": [{"id": "D", "from": "O"}]}, "/dependencies/0/on_team", "Missing"),
    "an unknown field": ({"objectives": [OBJECTIVE], "okrs": []}, "/okrs", "Unknown field “okrs”"),
    "an unknown field deep inside": (kr(ownr="Ann"), f"{K}/ownr", "Unknown field “ownr”"),
    "a field of a name with slashes": ({"objectives": [{**OBJECTIVE, "a/b~c": 1}]}, "/objectives/0/a~1b~0c", "Unknown field “a/b~c”"),
    "a field named like a library's": ({"objectives": [OBJECTIVE], "_schema": 1}, "/_schema", "Unknown field “_schema”"),
    "a field that is a number": ({"objectives": [OBJECTIVE], 7: 1}, "/7", "Unknown field “7”"),
    "an extra that is a list": ({"objectives": [{**OBJECTIVE, "extra": []}]}, "/objectives/0/extra", "Not an object"),
    "an extra with half a character": ({"objectives": [{**OBJECTIVE, "extra": {"a": ["\ud800"]}}]}, "/objectives/0/extra", "JSON cannot"),
    "an extra with a huge number": ({"objectives": [{**OBJECTIVE, "extra": {"a": 2**64}}]}, "/objectives/0/extra", "JSON cannot"),
    "an extra of many values": ({"objectives": [{**OBJECTIVE, "extra": {"a": [0] * 1_001}}]}, "/objectives/0/extra", "more than 1000"),
    "a cycle that ends before it starts": (
        {"objectives": [OBJECTIVE], "cycles": [{"id": "Q", "start": "2026-04-01", "end": "2026-01-01"}]}, "/cycles/0/end", "before it starts"),
    "an objective twice": ({"objectives": [OBJECTIVE, {"id": "P", "title": "p"}, OBJECTIVE]}, "/objectives/2/id", "used twice"),
    "an id as text and as number": ({"objectives": [{**OBJECTIVE, "id": 1}, {**OBJECTIVE, "id": "1"}]}, "/objectives/1/id", "used twice"),
    "a key result twice under two objectives": (
        small({"id": "A", "key_results": [{"id": "K", "title": "k"}]}, {"id": "B", "key_results": [{"id": "K", "title": "k"}]}),
        "/objectives/1/key_results/0/id", "used twice"),
    "a key result twice, once under no objective": ({**kr(), "key_results": [{"id": "K", "title": "k"}]}, "/key_results/0/id", "used twice"),
    "a team twice": ({"objectives": [OBJECTIVE], "teams": [{"id": "T"}, {"id": "T"}]}, "/teams/1/id", "used twice"),
    "an unknown reading": ({"source": {"reading": {"dates": "ymd"}}, **kr(due="01/02/2026")}, "/source/reading/dates", "Not one of: dmy, mdy"),
    "a reading that is a list": ({"source": {"reading": {"decimals": ["point"]}}, **kr(target="1,234")}, "/source/reading/decimals", "Not one of"),
}  # fmt: skip


@pytest.mark.parametrize(("document", "pointer", "message"), FAULTS.values(), ids=FAULTS.keys())
def test_the_door_refuses(document: object, pointer: str, message: str) -> None:
    found = faults(document)
    assert pointer in found
    assert message in found[pointer]


def test_all_faults_are_named_at_once() -> None:
    document = {
        "source": {"complete": "no"},
        "objectives": [{"id": "O", "titel": "t"}, {**OBJECTIVE, "progress": "half"}],
        "team": [],
    }
    assert set(faults(document)) == {
        "/source/complete",
        "/objectives/0/title",
        "/objectives/0/titel",
        "/objectives/1/progress",
        "/team",
    }


def test_all_repeated_ids_are_named_at_once_with_the_place_of_the_first() -> None:
    document = {"objectives": [OBJECTIVE] * 3, "teams": [{"id": "T"}] * 2}
    assert set(faults(document)) == {"/objectives/1/id", "/objectives/2/id", "/teams/1/id"}
    assert "first at /objectives/0/id" in hints(document)["/objectives/2/id"]


HINTS: dict[str, tuple[Document, str, str]] = {
    "a misspelt field": ({"objectives": [{**OBJECTIVE, "onwers": []}]}, "/objectives/0/onwers", "did you mean “owners”?"),
    "a misspelt field of a part": (small({"id": "O", "parents": [{"id": "P", "kin": "parent"}]}), "/objectives/0/parents/0/kin", "did you mean “kind”?"),
    "a name that python keeps for itself": (
        {"objectives": [OBJECTIVE], "dependencies": [{"id": "D", "fron": "O", "on_team": "T"}]}, "/dependencies/0/fron", "did you mean “from”?"),
    "a field like none": ({"objectives": [OBJECTIVE], "zzz": 1}, "/zzz", "put what is not part of the format under “extra”"),
    "a misspelt level": ({"objectives": [{**OBJECTIVE, "level": "Compny"}]}, "/objectives/0/level", "did you mean “company”?"),
    "a number for a text": ({"objectives": [{**OBJECTIVE, "title": 12}]}, "/objectives/0/title", 'put it in quotes: "12"'),
    "an empty set": ({}, "/objectives", "check that the source is the right one and that its objectives may be read"),
}  # fmt: skip


@pytest.mark.parametrize(("document", "pointer", "hint"), HINTS.values(), ids=HINTS.keys())
def test_a_hint_says_what_would_mend(document: Document, pointer: str, hint: str) -> None:
    assert hints(document)[pointer] == hint


def test_a_fault_can_be_written_down_whatever_the_sender_wrote() -> None:
    with pytest.raises(BadInput) as caught:
        normalise({"objectives": [{**OBJECTIVE, "\ud800": 1, "progress": "\ud800"}], "\udcff/": 2})
    assert all(str(fault).encode() for fault in caught.value.faults)
    assert len(caught.value.faults) == 3


def test_more_faults_than_anybody_reads_are_cut_off_and_said_to_be() -> None:
    with pytest.raises(BadInput) as caught:
        load({"objectives": [{"id": str(n)} for n in range(limits.FAULTS + 5)]})
    assert len(caught.value.faults) == limits.FAULTS + 1
    assert "more faults" in caught.value.faults[-1].message


def test_repeated_ids_are_cut_off_too() -> None:
    with pytest.raises(BadInput) as caught:
        normalise({"objectives": [OBJECTIVE] * (limits.FAULTS + 2)})
    assert len(caught.value.faults) == limits.FAULTS + 1


def test_as_many_faults_as_are_listed_are_all_there_is() -> None:
    with pytest.raises(BadInput) as caught:
        load({"objectives": [{"id": str(n)} for n in range(limits.FAULTS)]})
    assert {fault.pointer for fault in caught.value.faults} == {f"/objectives/{n}/title" for n in range(limits.FAULTS)}


LONGEST: list[tuple[str, int]] = [("teams", limits.LISTED), ("reviews", limits.LISTED)]


@pytest.mark.parametrize(("field", "most"), LONGEST)
def test_a_list_at_the_top_has_a_most(field: str, most: int) -> None:
    document = {"objectives": [OBJECTIVE], field: [{"id": str(n)} for n in range(most + 1)]}
    assert faults(document) == {f"/{field}": "Longer than 100,000 entries."}


@pytest.mark.parametrize("field", ["parents", "contributors", "owners", "tags", "key_results"])
def test_a_list_inside_an_objective_has_a_most(field: str) -> None:
    entries: dict[str, list[Any]] = {
        "parents": [{"id": str(n)} for n in range(1_001)],
        "contributors": [{"team": str(n)} for n in range(1_001)],
        "owners": [{"person": str(n)} for n in range(1_001)],
        "tags": ["t"] * 1_001,
        "key_results": [{"id": str(n), "title": "k"} for n in range(1_001)],
    }
    assert set(faults(small({"id": "O", field: entries[field]}))) == {f"/objectives/0/{field}"}
    assert load(small({"id": "O", field: entries[field][:-1]}))["objectives"][0][field]


def test_what_is_accepted_is_loaded_as_plain_values() -> None:
    document = {
        "source": {"reading": {"dates": "dmy", "decimals": "comma"}},
        **kr(due="01/02/2026", target="1.234,5 €", start=3, progress=12.5),
    }
    found = load(document)["objectives"][0]["key_results"][0]
    assert (found["due"], found["target"], found["start"], found["progress"]) == (
        datetime.date(2026, 2, 1),
        1234.5,
        3,
        12.5,
    )
    assert found["owner"] is None


def test_dates_that_a_reader_of_yaml_has_made_already_are_taken_as_they_are() -> None:
    day = datetime.date(2026, 2, 1)
    assert load(kr(due=day))["objectives"][0]["key_results"][0]["due"] == day
    assert load(kr(due=datetime.datetime(2026, 2, 1, 12)))["objectives"][0]["key_results"][0]["due"] == day


def test_reading_habits_of_one_document_do_not_outlive_it() -> None:
    load({"source": {"reading": {"dates": "dmy"}}, **kr(due="01/02/2026")})
    assert f"{K}/due" in faults(kr(due="01/02/2026"))


def test_extra_is_kept_on_every_part_and_never_judged() -> None:
    deep: dict[str, Any] = {"a": [1, "x", None, {"b": True}]}
    document = small(
        {"id": "O", "extra": deep, "owners": [{"person": "Ann", "extra": deep}]}, extra=deep, source={"extra": deep}
    )
    assert load(document)["objectives"][0]["extra"] == deep


@pytest.mark.parametrize(("levels", "accepted"), [(7, True), (8, False), (10_000, False)])
def test_extra_is_bounded_in_depth(levels: int, accepted: bool) -> None:
    value: Any = 1
    for _ in range(levels - 1):
        value = [value]
    document = small({"id": "O", "extra": {"a": value}})
    if accepted:
        assert load(document)
    else:
        assert "Nested deeper" in faults(document)["/objectives/0/extra"]


@pytest.mark.parametrize(
    ("key", "step"), [("a/b", "a~1b"), ("~", "~0"), ("~1", "~01"), ("plain", "plain"), (3, "3"), ("x" * 300, "x" * 200)]
)
def test_a_key_becomes_a_step_of_a_pointer(key: object, step: str) -> None:
    assert escape(key) == step
