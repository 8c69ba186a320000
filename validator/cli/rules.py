"""`okr-validator rules`: list, explain, check and try the rules of a ruleset."""

from __future__ import annotations

from collections.abc import Iterator

import click

from connectors.contract import Fault
from validator.cli.choice import pick
from validator.cli.explain import explained
from validator.cli.output import print_lines
from validator.errors import BadRuleset
from validator.proving import Proof, prove
from validator.report.words import counted
from validator.rules.catalogue import load_ruleset, shipped
from validator.rules.failure_table import load_failure_table
from validator.rules.later import later_words
from validator.rules.ruleset import Ruleset

_EPILOG = """\b
Examples:
  okr-validator rules list
  okr-validator rules explain orphaned-company-objective
  okr-validator rules lint our-rules.yaml
  okr-validator rules test our-rules.yaml
"""

_ruleset = click.option("--ruleset", default="base", show_default=True, metavar="NAME|FILE", help="Rules to look at.")


@click.group("rules", epilog=_EPILOG)
def command() -> None:
    """List, explain, check and try the rules. They are YAML; a file of your own may extend a shipped one."""


@command.command("list")
@_ruleset
def list_rules(ruleset: str) -> None:
    """List the rules by the row of the failure table that they point to."""
    print_lines(*_listed(load_ruleset(ruleset)))


@command.command("explain")
@click.argument("rule")
@_ruleset
def explain_rule(rule: str, ruleset: str) -> None:
    """Explain what RULE asks, what it needs, and what its finding tells people to do."""
    rules = {known.id: known for known in load_ruleset(ruleset).rules}
    chosen = pick(rule, rules, "rule")
    print_lines(*explained(chosen, load_failure_table().get(chosen.failure)))


@command.command("lint")
@click.argument("file", type=click.Path(exists=True))
def lint_rules(file: str) -> None:
    """Check the ruleset in FILE. Every fault is listed with its line, and exits 2."""
    ruleset = load_ruleset(file)
    print_lines(f"{file}: {counted(len(ruleset.rules), 'rule')}, no fault.")


@command.command("test")
@click.argument("ruleset", default="base", metavar="[RULESET]")
def prove_rules(ruleset: str) -> None:
    """Run the examples of RULESET, a name or file. Each rule alone must report and accept what they say."""
    proof = prove(ruleset)
    if not proof.holds:
        raise BadRuleset(_unproven(proof))
    print_lines(f"{ruleset}: {counted(len(proof.outcomes), 'example')} as expected, every rule proven.")


def _unproven(proof: Proof) -> Iterator[Fault]:
    for example, problem in proof.outcomes:
        if problem:
            yield Fault("", f"{example.rule}, “{example.name}”: {problem}.", place=example.place)
    if proof.unproven:
        hint = "Write both under “examples” of the rule, or in examples/RULE.yaml beside the ruleset."
        yield Fault("", f"No example to report, or none to accept: {', '.join(proof.unproven)}.", hint)


def _listed(ruleset: Ruleset) -> Iterator[str]:
    yield f"{ruleset.name} {ruleset.version}: {counted(len(ruleset.rules), 'rule')}. Shipped: {', '.join(shipped())}."
    widest = max((len(rule.id) for rule in ruleset.rules), default=0)
    for row in load_failure_table().values():
        under = [rule for rule in ruleset.rules if rule.failure == row.id]
        yield from ("", f"{row.problem}  ({row.id})") if under else ()
        for rule in under:
            marks = [*(["shadow"] if rule.shadow else []), *later_words(rule)]
            shown = f" ({', '.join(marks)})" if marks else ""
            yield f"  {rule.severity:<7}  {rule.id:<{widest}}  {rule.title}{shown}"
