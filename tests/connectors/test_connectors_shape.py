"""The shape of the document as connectors know it: the same as the validator's."""

from __future__ import annotations

import json

import pytest
from marshmallow import fields

from connectors.reading.shape import NEEDED, SHAPES, faults
from validator.document import schema
from validator.document.fields import Amount, Day, Flag, Id, Text
from validator.document.holders import Listed, Many

PARTS = {
    "document": schema.OkrSetSchema, "source": schema.SourceSchema, "organisation": schema.OrganisationSchema,
    "cycle": schema.CycleSchema, "team": schema.TeamSchema, "person": schema.PersonSchema, "objective": schema.ObjectiveSchema,
    "key_result": schema.KeyResultSchema, "initiative": schema.InitiativeSchema, "owner": schema.OwnerSchema,
    "contributor": schema.ContributorSchema, "link": schema.LinkSchema, "dependency": schema.DependencySchema,
    "review": schema.ReviewSchema, "conflict": schema.ConflictSchema, "governance": schema.GovernanceSchema,
    "escalation": schema.EscalationSchema, "forum": schema.ForumSchema,
}  # fmt: skip
OF_KIND = {"id": Id, "number": Amount, "day": Day, "flag": Flag}


@pytest.mark.parametrize("part", SHAPES)
def test_a_part_has_the_fields_that_the_validator_knows_and_needs_those_it_needs(part) -> None:
    known = {field.data_key or name: field for name, field in PARTS[part]().fields.items()}
    assert set(SHAPES[part]) == set(known)
    assert set(NEEDED[part]) == {name for name, field in known.items() if field.required}
    for name, kind in SHAPES[part].items():
        if kind in OF_KIND:
            assert isinstance(known[name], OF_KIND[kind]), name
        if kind in ("text", "who", "status", "unit"):
            assert isinstance(known[name], fields.String), name
            assert not isinstance(known[name], Id), name
        if kind in ("ids", "texts"):
            assert isinstance(known[name], Listed), name
        if kind.startswith("["):
            assert isinstance(known[name], Many), name
            assert known[name].schema.__class__ is PARTS[kind.strip("[]")]
        if kind.startswith("{"):
            assert known[name].schema.__class__ is PARTS[kind.strip("{}")]
    assert all(isinstance(field, Text) is False or SHAPES[part][name] != "number" for name, field in known.items())


def test_a_document_that_the_validator_takes_has_no_fault() -> None:
    example = {
        "source": {"tool": "x", "complete": True, "provides": ["owners"]},
        "objectives": [{"id": 7, "title": "Grow", "progress": "40 %", "end": "31.12.2026", "extra": {"a": [1]},
                        "key_results": [{"id": "k", "title": "Sell", "target": 5, "tags": None}]}],
        "governance": {"forum": {"members": ["ann"], "every_days": 7}},
    }  # fmt: skip
    schema.OkrSetSchema().load(json.loads(json.dumps(example)))
    assert [*faults(example)] == []


def test_every_fault_has_its_place() -> None:
    wrong = {
        "objektives": [], "teams": "care",
        "objectives": [{"id": True, "titel": "Grow"}, "goal", {"id": "o", "title": 7, "tags": [1]}],
    }  # fmt: skip
    found = {fault.pointer: fault for fault in faults(wrong)}
    assert set(found) == {
        "/objektives", "/teams", "/objectives/0", "/objectives/0/id", "/objectives/0/titel", "/objectives/1",
        "/objectives/2/title", "/objectives/2/tags/0",
    }  # fmt: skip
    assert found["/objectives/0/titel"].hint == "Did you mean “title”?"
    assert found["/objektives"].hint == "Did you mean “objectives”?"
