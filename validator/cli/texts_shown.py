"""Versions, differences and previews of texts as the command line shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from validator.cli.output import print_lines
from validator.cli.tables import print_json, print_table
from validator.report.words import counted


def print_preview(found: dict[str, Any]) -> None:
    """What a draft would change."""
    asked = found["connections"] or found["without_set"]
    empty = "No set was judged." if asked else "The draft is good. Name connections to see what it would change."
    head = ("CONNECTION", "RULESET", "AS OF", "NOW", "THEN", "APPEAR", "VANISH", "CHANGE")
    fields = ("connection", "ruleset", "as_of", "status_before", "status_after", "appeared", "vanished", "changed")
    print_table(head, [[one[field] for field in fields] for one in found["connections"]], empty)
    counts = [list(count.values()) for count in found["counts"]]
    if counts:
        print_lines("")
        print_table(("TEAM", "SEVERITY", "APPEAR", "VANISH", "CHANGE"), counts, "")
    print_lines(*_findings(found))


def _findings(found: dict[str, Any]) -> Iterator[str]:
    for column, mark in (("appeared", "+"), ("vanished", "-")):
        for one in found[column]:
            yield f"{mark} {one['connection']}: {one['severity']} {one['rule']}: {one['message']}"
    for one in found["changed"]:
        yield f"~ {one['connection']}: {one['rule']}: {', '.join(one['fields'])}: {one['after']['message']}"
    if found["without_set"]:
        yield f"No set is stored of: {', '.join(found['without_set'])}."


def by_rule(rules: dict[str, Any] | None) -> Iterator[str]:
    """How the rules of two texts differ, in lines."""
    if rules is None:
        return
    yield ""
    for word in ("added", "removed"):
        if rules[word]:
            yield f"{counted(len(rules[word]), 'rule')} {word}: {', '.join(rules[word])}"
    for changed in rules["changed"]:
        yield f"rule changed: {changed['id']} ({', '.join(changed['fields'])})"
    for word in ("parameters", "overrides"):
        if rules[word]:
            yield f"{word} changed: {', '.join(rules[word])}"


def print_version(shown: dict[str, Any], format_name: str) -> None:
    """A version that was made just now."""
    if format_name == "json":
        print_json(shown)
        return
    again = f", which is version {shown['restored_from']} again" if shown["restored_from"] else ""
    print_lines(f"{shown['name']}: version {shown['version']} is in force{again}.")
