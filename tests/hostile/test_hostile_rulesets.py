"""Malformed rulesets: a ruleset that judges, or BadRuleset with a place; never another exception, never for long."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from random import Random

import pytest

from tests.okr_sets import rich
from validator.errors import BadRuleset
from validator.pipeline import judge
from validator.rules.catalogue import load_ruleset
from validator.rules.failure_table import read_failure_table
from validator.rules.ruleset import Ruleset
from validator.rules.source import parse

Write = Callable[..., str]
BASE = resources.files("rulesets").joinpath("base.yaml").read_text("utf-8")
JUNK = ("{", "}", "[", "]", ":", ",", '"', "'", "&a ", "*a ", "!!str ", "<<: ", "? ", "- ", "\t", "\n", "\x00", "\ud800", "\u2028", "é", "%", "#", "|", ">",
        "null", "true", "1e999", "-", "$most_key_results", "@start", "{title!x}", "{0}", ".nan", "0x1F", "2026-01-01", "off", "[]", "{}", "~", "=")  # fmt: skip
SECONDS = 5


def tried(write: Write, text: str) -> BadRuleset | None:
    """None where the ruleset loads, and then it judges too."""
    path = write("name: x\n")
    Path(path).write_bytes(text.encode(errors="surrogatepass"))
    began = time.process_time()
    loaded = _loaded(path)
    assert time.process_time() - began < SECONDS
    if isinstance(loaded, Ruleset):
        judge(rich(1, size=6), loaded)
        return None
    assert loaded.faults
    assert all(fault.message and (fault.pointer or fault.place) and str(fault).encode() for fault in loaded.faults)
    return loaded


def _loaded(path: str) -> Ruleset | BadRuleset:
    try:
        return load_ruleset(path)
    except BadRuleset as error:
        return error


def _cut(random: Random) -> str:
    """A few rules of the base ruleset: whole enough to load, small enough to try often."""
    head, _, rules = BASE.partition("\nrules:\n")
    entries = rules.split("\n  - id: ")[1:]
    chosen = "".join(f"\n  - id: {entry}" for entry in random.sample(entries, 3))
    return f"name: x\n{head[head.index('parameters:') :]}\nrules:\n{chosen}\n"


def _mutated(random: Random) -> str:
    text = _cut(random)
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(text))
        match random.randrange(4):
            case 0:
                text = text[:at] + random.choice(JUNK) + text[at:]
            case 1:
                text = text[:at] + text[at + random.randint(1, 12) :]
            case 2:
                lines = text.splitlines(keepends=True)
                lines.insert(random.randrange(len(lines)), random.choice(lines))
                text = "".join(lines)
            case _:
                words = text.split(" ")
                words[random.randrange(len(words))] = random.choice(JUNK)
                text = " ".join(words)
    return text


@pytest.mark.parametrize("seed", range(150))
def test_a_mutated_ruleset_judges_or_is_refused_with_a_place(ruleset_file: Write, seed: int) -> None:
    tried(ruleset_file, _mutated(Random(seed)))


def test_the_mutations_are_refused_often(ruleset_file: Write) -> None:
    assert sum(tried(ruleset_file, _mutated(Random(seed))) is not None for seed in range(40)) >= 20


ODD = (
    "null",
    "true",
    "3",
    "1.5",
    "text",
    "''",
    "[]",
    "[a, 1, null]",
    "{}",
    "{a: b}",
    "[[[]]]",
    "{? [a] : b}",
    "{? {a: b} : c}",
    "2026-01-01",
    "-.inf",
    "$x",
    "'@x'",
)
FIELDS = (
    "id",
    "title",
    "for",
    "where",
    "when",
    "needs",
    "severity",
    "severity_when",
    "later",
    "failure",
    "message",
    "description",
    "shadow",
    "decision",
    "examples",
)


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_value_in_any_field_of_a_rule_judges_or_is_refused(ruleset_file: Write, odd: str) -> None:
    good = {"id": "r", "title": "T", "for": "objective", "when": "{owner_count: {below: 1}}", "severity": "error",
            "failure": "no-delivery-owner", "message": "m"}  # fmt: skip
    for field in FIELDS:
        entry = ", ".join(f"{name}: {value}" for name, value in {**good, field: odd}.items())
        tried(ruleset_file, f"name: x\nrules: [{{{entry}}}]\n")


PLACES = (
    "name: {}\n", "name: x\nversion: {}\n", "name: x\ndescription: {}\n", "name: x\nextends: {}\n", "name: x\nparameters: {}\n", "name: x\noverrides: {}\n",
    "name: x\nrules: {}\n", "name: x\nrules: [{}]\n", "{}\n", "name: x\nextends: [base]\noverrides: {{unowned-objective: {}}}\n",
    "name: x\nextends: [base]\noverrides: {{unowned-objective: {{severity: {}}}}}\n", "name: x\nextends: [base]\noverrides: {{unowned-objective: {{team: {}}}}}\n",
    "name: x\nextends: [base]\noverrides: {{unowned-objective: {{level: {}}}}}\n", "name: x\nextends: [base]\noverrides: {{unowned-objective: [{}]}}\n",
    "name: x\nextends: [base]\noverrides: {{unowned-objective: {{parameters: {}}}}}\n", "name: x\nextends: [base]\noverrides: {{unowned-objective: {{shadow: {}}}}}\n",
    "name: x\nextends: [base]\noverrides: {{unowned-objective: {{later: {}}}}}\n", "name: x\nextends: [base]\noverrides: {{unowned-objective: {{later: [{}]}}}}\n",
    "name: x\nextends: [base]\noverrides: {{unowned-objective: {{later: [{{severity: error, from: {}}}]}}}}\n",
    "name: x\nextends: [base]\noverrides: {{unowned-objective: {{later: [{{severity: error, from_phase: {}}}]}}}}\n",
    "name: x\nextends: [base]\nparameters: {{most_key_results: {}}}\n",
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_an_odd_value_at_any_place_of_a_ruleset_judges_or_is_refused(ruleset_file: Write, place: str) -> None:
    for odd in random_of(place):
        tried(ruleset_file, place.format(odd))


def random_of(place: str) -> list[str]:
    """All odd values where reading is quick, some where the base ruleset is read too."""
    return list(ODD) if "base" not in place else Random(place).sample(ODD, 4)


TABLES = {
    "nothing": ("", "no rows"),
    "rows that are a mapping": ("rows: {a: b}", "no rows"),
    "no row": ("rows: []", "no rows"),
    "a row that is text": ("rows: [a]", "no text “id”"),
    "a row without a fix": ("rows: [{id: a, problem: p, root_cause: r}]", "no text “fix”"),
    "a row with a blank fix": ("rows: [{id: a, problem: p, root_cause: r, fix: ' '}]", "no text “fix”"),
    "a row whose id is a list": ("rows: [{id: [a], problem: p, root_cause: r, fix: f}]", "no text “id”"),
    "a row twice": (
        "rows: [{id: a, problem: p, root_cause: r, fix: f}, {id: a, problem: p, root_cause: r, fix: f}]",
        "stands twice",
    ),
}


@pytest.mark.parametrize(("text", "message"), TABLES.values(), ids=TABLES.keys())
def test_a_malformed_failure_table_is_refused(text: str, message: str) -> None:
    with pytest.raises(BadRuleset, match=message):
        read_failure_table(parse("table.yaml", text))
