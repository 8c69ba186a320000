"""What rules are made of: the failure table and the vocabulary."""

from __future__ import annotations

from flask import Response

from validator.api.data import as_reference
from validator.api.openapi import Answer, Blueprint, resource
from validator.api.schemas import FailureTableSchema, VocabularySchema
from validator.facts.vocabulary import VOCABULARY
from validator.rules.failure_table import load_failure_table

blueprint = Blueprint("reference", __name__, description="What rules are made of.")


@resource(
    blueprint,
    "/v1/failure-table",
    Answer(FailureTableSchema, "The failure table.", reference=True),
)
def failure_table() -> Response:
    """List how OKRs fail, why, and what mends it."""
    return as_reference({"failures": [row._asdict() for row in load_failure_table().values()]})


@resource(blueprint, "/v1/vocabulary", Answer(VocabularySchema, "The vocabulary.", reference=True))
def vocabulary() -> Response:
    """List the attributes that a rule may ask."""
    return as_reference({"attributes": [attribute._asdict() for attribute in VOCABULARY]})
