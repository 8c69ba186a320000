"""Six runs over one set that goes through everything that may happen to it, with the table of what is to come out."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Engine

from tests.history.histories import START, Document, company, entry
from tests.service.service_runs import add_waiver, events, record, small, stored
from validator.service.rules import Loaded
from validator.store.engine import reading


class Step(NamedTuple):
    """One run: what happened before it, and what it makes of every finding."""

    told: str
    states: dict[str, str]
    causes: dict[str, str]
    """Of the findings that came, went or are seen again: the cause in a few words."""


def first() -> Document:
    """The set at first: a company objective without an owner, an open conflict, a link to nothing, a team that sells too much."""
    document = company()
    entry(document, "C1")["owners"] = []
    entry(document, "D1")["parents"].append({"id": "X9"})
    return document


def reworded(document: Document) -> Document:
    """The same set under other names and in another order."""
    document["objectives"].reverse()
    document["teams"] = [{**team, "name": f"The {team['name']}"} for team in reversed(document["teams"])]
    entry(document, "C1")["title"] = "Quite another title"
    entry(document, "S1.1")["title"] = "Other words for the share"
    return document


def changed(document: Document) -> Document:
    """Somebody left, something was added, the conflict was settled."""
    entry(document, "S1")["owners"] = []
    entry(document, "F1")["status"] = "agreed"
    new = {"id": "N1", "title": "Open the north", "level": "team", "team": "sales", "cycle": "q3", "owners": []}
    document["objectives"].append({**new, "parents": [{"id": "D1"}], "key_results": []})
    return document


def partial(document: Document) -> Document:
    """The tool gave nothing of the sales team but what lies above it; what it gave of supply has lost its owner.

    Whether anybody delivers the company objective is not known then.
    """
    read = [entry(document, id) for id in ("C1", "D1")]
    supply = {**entry(document, "L1"), "owners": []}
    return {**document, "source": {"tool": "test", "complete": False}, "objectives": [*read, supply], "conflicts": []}


def reopened(document: Document) -> Document:
    """The conflict is back."""
    entry(document, "F1")["status"] = "open"
    return document


def play(engine: Engine, folder: Path) -> list[Step]:
    """The six runs, each a day after the one before, and what the store says of each."""
    days = [START + datetime.timedelta(days=number) for number in range(6)]
    rules, stricter = small(folder), small(folder, "2", most_objectives=2, overrides="{broken-link: off}")
    sets = [first(), reworded(first()), changed(reworded(first()))]
    sets += [partial(sets[2]), sets[2], reopened(changed(reworded(first())))]
    judging = [rules, rules, rules, rules, stricter, stricter]
    told = [
        "first run",
        "renamed, reordered, reworded",
        "real change",
        "partial sync",
        "rule change",
        "waiver that ended",
    ]
    steps = []
    for number, day in enumerate(days):
        steps.append(_step(engine, told[number], sets[number], judging[number], day))
        if number == 2:
            add_waiver(engine, "W1", days[4], finding_id=stored(engine)["unowned S1"].id)
    return steps


def _step(engine: Engine, told: str, document: Document, rules: Loaded, day: datetime.date) -> Step:
    result = record(engine, document, rules, day)
    with reading(engine) as connection:
        happened = {name: _words(cause) for name, _, cause in events(connection, result.run["id"])}
    marked = {name: f"{row.state}{', waived' if row.waived_by else ''}" for name, row in stored(engine).items()}
    return Step(told, marked, happened)


def _words(cause: dict[str, Any] | None) -> str:
    """A cause in a few words."""
    if cause is None:
        return "seen again"
    told = [
        f"{_item(change['item'])} {change['field']}: {change['from']} → {change['to']}"
        for change in cause.get("changes", ())
    ]
    told += [_item(item) for item in cause.get("items", ())]
    told += [f"{part['from']} → {part['to']}" for part in [cause.get("versions") or cause.get("days")] if part]
    told += [cause["waiver"]] if "waiver" in cause else []
    return " · ".join([cause["kind"], *told])


def _item(item: dict[str, str]) -> str:
    return f"{item['kind']} {item['id']}"


def table(steps: list[Step]) -> str:
    """The story as a table in Markdown."""
    names = list(dict.fromkeys(name for step in steps for name in step.states))
    head = ["finding", *(f"{number} {step.told}" for number, step in enumerate(steps, 1))]
    rows = [[name, *(_cell(step, name) for step in steps)] for name in names]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])


def _cell(step: Step, name: str) -> str:
    cause = step.causes.get(name)
    return f"{step.states.get(name, '')}{f' ({cause})' if cause else ''}"
