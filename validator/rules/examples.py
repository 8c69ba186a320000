"""Examples of rules: small documents that a rule must report, must accept, or cannot judge.

They stand beside the ruleset, in `examples/RULE-ID.yaml`, or inside the rule's entry under `examples`:

    report:
      - name: a team objective that nobody owns
        document: {source: {provides: [owners]}, objectives: [{id: O1, title: Faster onboarding}]}
        items: [O1]          # one finding names all of these
        severity: warning    # and has this severity
    accept: [...]            # judged, and nothing found
    not_evaluated: [...]     # the source cannot express what the rule needs
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from validator.document.load import escape
from validator.errors import BadRuleset, Fault
from validator.rules.files import RulesetFile, chain
from validator.rules.source import Source, parse

EXPECTATIONS = ("report", "accept", "not_evaluated")
FIELDS = ("name", "document", "items", "severity", "as_of")
FOLDER = "examples"


class Example(NamedTuple):
    """One example."""

    rule: str
    ruleset: str
    """Name or path of the ruleset that holds it, and whose parameters and severities it expects."""
    name: str
    expect: str
    """One of EXPECTATIONS."""
    document: Mapping[str, Any]
    items: frozenset[str]
    severity: str | None
    as_of: datetime.date | None
    place: str
    """File and line."""


def read_examples(name_or_path: str) -> list[Example]:
    """Every example of a ruleset and of those that it extends. Raises BadRuleset with every fault."""
    faults: list[Fault] = []
    examples = [example for file in chain(name_or_path) for example in _of_file(file, faults)]
    if faults:
        raise BadRuleset(faults)
    return examples


class Home(NamedTuple):
    """Where examples stand, and what they are about."""

    rule: str
    """Id of the rule."""
    ruleset: str
    """Name or path of the ruleset that holds them."""
    source: Source


def _of_file(file: RulesetFile, faults: list[Fault]) -> Iterator[Example]:
    for place, rule in enumerate(file.source.data.get("rules") or ()):
        id = rule.get("id") if isinstance(rule, Mapping) else None
        if not isinstance(id, str):
            continue
        if rule.get("examples") is not None:
            home = Home(id, file.origin, file.source)
            yield from of_entry(home, rule["examples"], f"/rules/{place}/examples", faults)
        beside = file.folder.joinpath(FOLDER, f"{id}.yaml")
        if beside.is_file():
            source = parse(f"{FOLDER}/{id}.yaml", beside.read_text("utf-8"))
            yield from of_entry(Home(id, file.origin, source), source.data, "", faults)


def of_entry(home: Home, entry: Any, pointer: str, faults: list[Fault]) -> Iterator[Example]:
    """The examples of an entry such as `report: [...]`, which stands at a pointer; what is wrong is added to `faults`."""
    if not isinstance(entry, Mapping):
        faults.append(home.source.fault(pointer, "Examples are a mapping.", "report: [...] and accept: [...]"))
        return
    for expect, listed in entry.items():
        at = f"{pointer}/{expect}"
        if expect not in EXPECTATIONS or not isinstance(listed, list):
            tip = "report, accept or not_evaluated, each a list"
            faults.append(home.source.fault(at, f"“{expect}” is no list of examples.", tip))
            continue
        for place, example in enumerate(listed):
            read = _example(home, str(expect), example, f"{at}/{place}", faults)
            if read is not None:
                yield read


def _example(home: Home, expect: str, entry: Any, pointer: str, faults: list[Fault]) -> Example | None:
    source = home.source
    if not isinstance(entry, Mapping) or not isinstance(entry.get("document"), Mapping):
        faults.append(source.fault(pointer, "An example has a “document”.", "document: {objectives: [...]}"))
        return None
    for key in entry:
        if key not in FIELDS:
            tip = ", ".join(FIELDS)
            faults.append(source.fault(f"{pointer}/{escape(key)}", f"An example has no field “{key}”.", tip))
    try:
        as_of = datetime.date.fromisoformat(str(entry["as_of"])) if "as_of" in entry else None
    except ValueError:
        faults.append(source.fault(f"{pointer}/as_of", "“as_of” is not a date.", "as_of: 2026-12-31"))
        return None
    return Example(
        rule=home.rule,
        ruleset=home.ruleset,
        name=str(entry.get("name") or f"{expect} {pointer.rpartition('/')[2]}"),
        expect=expect,
        document=entry["document"],
        items=frozenset(str(id) for id in entry.get("items") or ()),
        severity=entry.get("severity"),
        as_of=as_of,
        place=source.fault(pointer, "").place,
    )
