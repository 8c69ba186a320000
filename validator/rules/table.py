"""The rules and the vocabulary as pages: `python -m validator.rules.table` writes docs/rules.md and docs/vocabulary.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from validator.facts.vocabulary import BY_KIND, IN_PART, KINDS, TYPES
from validator.rules.catalogue import load_ruleset, shipped
from validator.rules.conditions import OPERATORS, Condition, Other, Test
from validator.rules.failure_table import FailureRow, load_failure_table
from validator.rules.files import chain
from validator.rules.later import later_words
from validator.rules.partial import needs_whole
from validator.rules.ruleset import Rule, Ruleset

BASE = "base"
_WRITTEN = "Written by `python -m validator.rules.table` from `rulesets/`; change those, not this page."
_ATTRIBUTE = ("Attribute", "Type", "Meaning", "Needs", "In part")
_COLUMNS = ("Rule", "Severity", "Judges", "Reports when", "Needs", "Message", "Parameters")


def rules_page() -> str:
    """Every rule of the base ruleset by the row of the failure table that it points to, as Markdown."""
    rulesets = {name: load_ruleset(name) for name in (BASE, *(name for name in shipped() if name != BASE))}
    parameters = parameters_asked(BASE)
    lines = ["# Rules", "", _WRITTEN, "", rulesets[BASE].description, "", "## The failure table", ""]
    lines += _failure_table(rulesets[BASE].rules)
    lines += ["", "## Parameters", "", *_parameter_table(rulesets, parameters)]
    for row in load_failure_table().values():
        under = [rule for rule in rulesets[BASE].rules if rule.failure == row.id]
        lines += ["", f"## {row.id}", "", row.problem, ""]
        lines += _table(_COLUMNS, (_rule_cells(rule, rulesets, parameters[rule.id]) for rule in under))
    return "\n".join(lines) + "\n"


def vocabulary_page() -> str:
    """Every attribute that a rule may ask, by kind of fact, as Markdown."""
    lines = ["# Vocabulary", "", _WRITTEN.replace("`rulesets/`", "`validator/facts/vocabulary.py`"), ""]
    lines += [
        f"Types: {', '.join(TYPES)}. A word is compared whole; a text can only be matched, asked for, and shown in"
    ]
    lines += [f"messages. Operators: {', '.join(f'`{operator}`' for operator in OPERATORS)}."]
    lines += [
        "Needs are the inputs of `source.provides` that an attribute rests on. In a set of which part was not read:",
        "",
    ]
    lines += [f"- {mark}: {sentence[0].lower()}{sentence[1:]}" for mark, sentence in IN_PART.items() if mark]
    for kind, sentence in KINDS.items():
        cells = ((f"`{a.name}`", a.type, a.sentence, ", ".join(a.needs), a.in_part) for a in BY_KIND[kind].values())
        lines += ["", f"## {kind}", "", sentence, "", *_table(_ATTRIBUTE, cells)]
    return "\n".join(lines) + "\n"


def parameters_asked(ruleset: str) -> dict[str, list[str]]:
    """The parameters that each rule of a ruleset asks for, by rule id. Raises BadRuleset."""
    entries = [entry for file in chain(ruleset) for entry in file.source.data.get("rules") or ()]
    return {str(entry["id"]): list(dict.fromkeys(_asked(entry))) for entry in entries}


def _asked(data: Any) -> Iterator[str]:
    if isinstance(data, str) and data.startswith("$"):
        yield data[1:]
    elif isinstance(data, Mapping | list):
        for inner in data.values() if isinstance(data, Mapping) else data:
            yield from _asked(inner)


def _failure_table(rules: Iterable[Rule]) -> Iterator[str]:
    ids: dict[str, list[str]] = {}
    for rule in rules:
        ids.setdefault(rule.failure, []).append(f"`{rule.id}`")
    cells = ((_link(row), row.problem, row.root_cause, row.fix, ", ".join(ids.get(row.id, ())))
             for row in load_failure_table().values())  # fmt: skip
    yield from _table(("Row", "What people see", "Root cause", "What to do", "Rules"), cells)


def _link(row: FailureRow) -> str:
    return f"[{row.id}](#{row.id})"


def _parameter_table(rulesets: Mapping[str, Ruleset], asked: Mapping[str, list[str]]) -> Iterator[str]:
    cells = []
    for name in rulesets[BASE].parameters:
        by = ", ".join(f"`{rule}`" for rule, names in asked.items() if name in names)
        cells.append((f"`{name}`", *(str(ruleset.parameters.get(name, "–")) for ruleset in rulesets.values()), by))
    yield from _table(("Parameter", *rulesets, "Asked by"), cells)


def _rule_cells(rule: Rule, rulesets: Mapping[str, Ruleset], parameters: list[str]) -> tuple[str, ...]:
    when = condition_words(rule.when)
    return (
        f"`{rule.id}`<br>{rule.title}",
        "<br>".join(_severities(rule, rulesets)),
        rule.kind + (f", where {condition_words(rule.where)}" if rule.where else ""),
        when,
        ", ".join((*rule.needs, *(["the whole set"] if needs_whole(rule) else ()))) or "–",
        rule.message,
        ", ".join(f"`{name}`" for name in parameters) or "–",
    )


def _severities(rule: Rule, rulesets: Mapping[str, Ruleset]) -> Iterator[str]:
    yield f"{rule.severity}, in shadow" if rule.shadow else rule.severity
    for severity, condition in rule.severity_when:
        yield f"{severity} when {condition_words(condition)}"
    yield from later_words(rule)
    for name, ruleset in rulesets.items():
        other = next((other for other in ruleset.rules if other.id == rule.id), None)
        if other is None:
            yield f"{name}: off"
        elif (other.severity, other.severity_when, other.later) != (rule.severity, rule.severity_when, rule.later):
            yield f"{name}: {', '.join((other.severity, *later_words(other)))}"


def condition_words(condition: Condition, *, inner: bool = False) -> str:
    """A condition on one line, such as “owner_count below 1 and shared is yes”."""
    if isinstance(condition, Test):
        return _test_words(condition)
    joint = " and " if condition.join == "all" else " or "
    text = joint.join(condition_words(part, inner=len(condition.parts) > 1) for part in condition.parts)
    if condition.join == "none":
        return f"not ({text})"
    return f"({text})" if inner and len(condition.parts) > 1 else text


def _test_words(test: Test) -> str:
    name = f"`{test.attribute}`"
    if test.operator in ("missing", "present"):
        return f"{name} is {'' if test.expected else 'not '}{test.operator}"
    return f"{name} {test.operator.replace('_', ' ')} {_value(test.expected)}"


def _value(expected: Any) -> str:
    if isinstance(expected, Other):
        return f"`{expected.attribute}`"
    if isinstance(expected, tuple):
        return ", ".join(map(_value, expected))
    if isinstance(expected, bool):
        return "yes" if expected else "no"
    return str(expected) if isinstance(expected, int | float | str) else f"`{expected.pattern}`"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    heads = tuple(heads)
    yield _line(heads)
    yield _line("---" for _ in heads)
    yield from map(_line, rows)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def write(folder: Path) -> None:
    """Write both pages into a folder. Raises OSError."""
    folder.joinpath("rules.md").write_text(rules_page(), "utf-8")
    folder.joinpath("vocabulary.md").write_text(vocabulary_page(), "utf-8")


if __name__ == "__main__":
    write(Path("docs"))
