"""The shipped rulesets with their examples, and the set of the demonstration."""

from __future__ import annotations

from importlib import resources
from typing import Any

import pytest

from validator.pipeline import judge
from validator.proving import Proof, prove
from validator.rules.catalogue import load_ruleset
from validator.rules.examples import Example, read_examples
from validator.rules.source import parse

Document = dict[str, Any]
Report = dict[str, Any]


def shipped_document(name: str) -> Document:
    """A document that stands beside the rulesets."""
    text = resources.files("rulesets").joinpath(name).read_text("utf-8")
    return dict(parse(name, text).data)


@pytest.fixture(scope="session")
def examples() -> list[Example]:
    return read_examples("base")


@pytest.fixture(scope="session")
def proof() -> Proof:
    return prove("base")


@pytest.fixture(scope="session")
def demo() -> Document:
    return shipped_document("example.yaml")


@pytest.fixture(scope="session")
def governance() -> Document:
    return shipped_document("example-governance.yaml")


@pytest.fixture(scope="session")
def demo_report(demo: Document) -> Report:
    return judge(demo, load_ruleset("base"))
