"""Proving a ruleset by its examples: each rule alone must say what its examples expect."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from validator.engine.naive import NAME
from validator.errors import BadInput
from validator.pipeline import judge
from validator.rules.catalogue import load_ruleset
from validator.rules.examples import Example, read_examples
from validator.rules.ruleset import Ruleset

_STATUS = {"report": "fail", "accept": "pass", "not_evaluated": "not_evaluated"}


class Outcome(NamedTuple):
    """What became of one example; `problem` is "" where it is as expected."""

    example: Example
    problem: str


class Proof(NamedTuple):
    """What became of all examples of a ruleset."""

    ruleset: Ruleset
    outcomes: tuple[Outcome, ...]
    unproven: tuple[str, ...]
    """Rules without an example to report or without one to accept."""

    @property
    def holds(self) -> bool:
        """Whether every example is as expected and every rule has both kinds."""
        return not self.unproven and not any(outcome.problem for outcome in self.outcomes)


def prove(name_or_path: str) -> Proof:
    """Run every example of a ruleset and of those that it extends, each under the parameters of the file it belongs to.

    Raises BadRuleset where the ruleset or its examples do not read.
    """
    ruleset, examples = load_ruleset(name_or_path), read_examples(name_or_path)
    homes = {origin: load_ruleset(origin) for origin in sorted({example.ruleset for example in examples})}
    outcomes = tuple(
        Outcome(example, problem_of(homes[example.ruleset], example))
        for example in examples
        if any(variant.rule.id == example.rule for variant in homes[example.ruleset].variants)
    )
    return Proof(ruleset, outcomes, tuple(_unproven({rule.id for rule in ruleset.rules}, examples)))


def _unproven(rules: set[str], examples: list[Example]) -> Iterator[str]:
    for rule in sorted(rules):
        kinds = {example.expect for example in examples if example.rule == rule}
        if not {"report", "accept"} <= kinds:
            yield rule


def problem_of(ruleset: Ruleset, example: Example, judge: Callable[..., dict[str, Any]] = judge) -> str:
    """What the rule of an example, alone, says otherwise than the example expects; "" where nothing.

    `judge` is that of the pipeline, perhaps with other tables than those shipped.
    """
    alone = ruleset._replace(
        variants=tuple(variant for variant in ruleset.variants if variant.rule.id == example.rule),
        digest=f"{ruleset.digest} {example.rule}",
    )
    try:
        report = judge(dict(example.document), alone, as_of=example.as_of, engine=NAME)
    except BadInput as error:
        return f"the document is refused: {error}"
    status = report["rules"][0]["status"]
    if status != _STATUS[example.expect]:
        missing = report["rules"][0]["missing"]
        return f"expected {_STATUS[example.expect]}, was {status}" + (
            f" for want of {', '.join(missing)}" if missing else ""
        )
    return _mismatch(example, report["findings"], report["input"]["as_of"])


def _mismatch(example: Example, findings: list[dict[str, object]], as_of: str) -> str:
    """What the findings lack of what the example names."""
    if example.expect != "report":
        return ""
    named = [{item["id"] for item in finding["items"]} for finding in findings]  # type: ignore[attr-defined]
    fitting = [finding for finding, ids in zip(findings, named, strict=True) if ids >= example.items]
    if not fitting:
        return f"no finding names {', '.join(sorted(example.items))}"
    if example.severity and not any(finding["severity"] == example.severity for finding in fitting):
        return f"expected severity {example.severity}, was {fitting[0]['severity']} as of {as_of}"
    return ""
