"""What looking into a large store costs, on SQLite: lists, filters, one finding, the difference of a run.

    python -m benchmarks.store [--connections 1000] [--runs 100] [--findings 40] [--rounds 50] [--database FILE]

Makes the rows directly, then prints for each query the median and the slowest of its rounds in milliseconds, each round with
other parameters, and the plan of every statement that it sends. Exits 1 where a median is not below 50 ms, or a plan scans a
table that has an index for what is asked.
"""

from __future__ import annotations

import argparse
import datetime
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Engine, event, insert, select, text

from benchmarks.sets import make_set
from validator.pipeline import judge
from validator.rules.catalogue import load_ruleset
from validator.service.connections import list_connections
from validator.service.findings import Filters, list_findings, show_finding
from validator.service.past_runs import a_run, list_runs
from validator.service.run_difference import difference_of_run
from validator.service.shown import difference_shown, finding_shown, run_shown
from validator.store.engine import make_engine, reading, writing
from validator.store.schema import upgrade
from validator.store.snapshots import Packed, pack, put
from validator.store.tables import connections, finding_events, finding_owners, finding_teams, findings, runs

MOST = 50.0
"""Milliseconds below which every median stays."""
FIRST = datetime.datetime(2026, 1, 5, 6, 0, tzinfo=datetime.UTC)
STATES = (
    "new",
    "unchanged",
    "unchanged",
    "unchanged",
    "unchanged",
    "resolved",
    "resolved",
    "resolved",
    "stale",
    "removed",
)
TEAMS, OWNERS, RULES, REPORTS = 60, 400, 43, 12
TEXT = "sha256:" + "0" * 64


class Size(NamedTuple):
    """How large the store is."""

    connections: int
    runs: int
    findings: int
    """Of each connection, whatever their state."""


class Measured(NamedTuple):
    """What one query costs."""

    name: str
    median: float
    slowest: float
    plans: tuple[str, ...]


def fill(engine: Engine, size: Size) -> None:
    """Make the rows."""
    reports = list(_reports(size.findings))
    with writing(engine) as connection:
        for packed in reports:
            put(connection, packed, FIRST)
    for number in range(size.connections):
        with writing(engine) as connection:
            _fill_one(connection, f"c{number:05}", size, reports, random.Random(number))


def _reports(count: int) -> Iterator[Packed]:
    """Reports of the real pipeline, of sets that grow, so that neighbours differ."""
    ruleset = load_ruleset("base")
    for number in range(REPORTS):
        report = judge(make_set(count + 2 * number), ruleset, as_of=FIRST.date())
        yield pack(orjson.dumps(report | {"findings": report["findings"][: count + number]}))


def _fill_one(connection: Connection, id: str, size: Size, reports: list[Packed], chance: random.Random) -> None:
    moments = {"created_at": FIRST, "updated_at": FIRST}
    row = {"id": id, "name": id, "connector": "document", "settings": {}, "ruleset": "base", "fail_on": "error"}
    connection.execute(insert(connections).values(**row, **moments, paused=False, version=1))
    connection.execute(insert(runs), [_run(id, number, reports, size) for number in range(1, size.runs + 1)])
    connection.execute(insert(findings), [_finding(id, place, size, chance) for place in range(size.findings)])
    places = range(size.findings)
    teams = [(place, f"t{team}") for place in places for team in {chance.randrange(TEAMS) for _ in range(2)}]
    owners = [(place, f"p{chance.randrange(OWNERS)}") for place in places]
    names = [(finding_teams, "team", teams), (finding_owners, "owner", owners)]
    for table, column, listed in names:
        rows = [{"connection_id": id, "finding_id": _id(id, place), column: name} for place, name in listed]
        connection.execute(insert(table), rows)
    connection.execute(insert(finding_events), list(_events(id, size, chance)))


def _id(connection: str, place: int) -> str:
    return f"{place:08x}{connection.removeprefix('c'):>024}"


def _run_id(connection: str, number: int) -> str:
    return f"run-{number:05}-{connection}"


def _run(id: str, number: int, reports: list[Packed], size: Size) -> dict[str, Any]:
    at = FIRST + datetime.timedelta(days=number)
    digests = ("ruleset_digest", "input_digest", "document_digest")
    return {
        **dict.fromkeys(digests, TEXT),
        "id": _run_id(id, number),
        "connection_id": id,
        "number": number,
        "started_at": at,
        "finished_at": at,
        "as_of": at.date(),
        "asked_by": "cli:ana",
        "engine": "durable_rules",
        "ruleset": "base",
        "ruleset_version": "1",
        "report_digest": reports[number % len(reports)].digest,
        "report_format": "okr-report/1",
        "complete": number % 10 > 0,
        "status": "fail",
        "counts": {"error": 3, "warning": 20, "info": 5, "shadow": 0, "states": {"unchanged": size.findings}},
        "timings": {"total": 12.5},
    }


def _finding(id: str, place: int, size: Size, chance: random.Random) -> dict[str, Any]:
    first, last = _run_id(id, 1), _run_id(id, size.runs)
    items = [{"kind": "objective", "id": f"o{place}", "title": "Grow it", "team": "t1", "team_name": "T", "url": None}]
    # One rule in a thousand findings is rare, so that a filter that finds little is measured, too.
    rule = "seldom" if chance.random() < 0.001 else f"rule-{chance.randrange(RULES)}"
    return {
        "connection_id": id,
        "id": _id(id, place),
        "rule": rule,
        "severity": chance.choice(("error", "warning", "warning", "info")),
        "shadow": False,
        "state": chance.choice(STATES),
        "message": "“Grow it” has no owner, and nobody knows who would decide.",
        "items": items,
        "failure": f"row-{chance.randrange(9)}",
        "first_seen_run": first,
        "first_seen_at": FIRST,
        "last_seen_run": last,
        "last_seen_at": FIRST,
        "state_since_run": first,
        "state_since_at": FIRST,
        "cause": {"kind": "first_run"},
    }


def _events(id: str, size: Size, chance: random.Random) -> Iterator[dict[str, Any]]:
    """All findings come with the first run; each run after it turns two."""
    for number in range(1, size.runs + 1):
        turned = range(size.findings) if number == 1 else chance.sample(range(size.findings), 2)
        for place in turned:
            happened = {"run_id": _run_id(id, number), "at": FIRST, "event": "new", "cause": {"kind": "first_run"}}
            yield {"connection_id": id, "finding_id": _id(id, place), **happened}


Query = Callable[[Connection, random.Random], Any]


def queries(size: Size) -> dict[str, Query]:
    """What is measured, by name."""

    def listed(**filters: Callable[[random.Random], Any]) -> Query:
        def run(connection: Connection, chance: random.Random) -> Any:
            asked = Filters(**{name: value(chance) for name, value in filters.items()})
            return [finding_shown(row._asdict()) for row in list_findings(connection, asked, limit=51)]

        return run

    def id(chance: random.Random) -> str:
        return f"c{chance.randrange(size.connections):05}"

    def run_id(chance: random.Random) -> str:
        return _run_id(id(chance), chance.randrange(2, size.runs + 1))

    def deep(connection: Connection, chance: random.Random) -> Any:
        return list_findings(connection, Filters(states=("new", "stale")), after=(id(chance), "8"), limit=51)

    def open_ones(_: random.Random) -> tuple[str, ...]:
        return "new", "unchanged", "reopened", "stale"

    def team(chance: random.Random) -> str:
        return f"t{chance.randrange(TEAMS)}"

    def rule(chance: random.Random) -> str:
        return f"rule-{chance.randrange(RULES)}"

    return {
        "connections": lambda c, chance: list_connections(c, after=id(chance), limit=51),
        "runs of a connection": lambda c, chance: [run_shown(r._asdict()) for r in list_runs(c, id(chance), limit=51)],
        "findings": listed(),
        "findings of a connection": listed(connection=id),
        "findings in a state": listed(states=lambda chance: (chance.choice(STATES),)),
        "findings in several states": listed(states=open_ones),
        "findings in several states, deep in the list": deep,
        "findings of a connection in several states": listed(connection=id, states=open_ones),
        "findings of a severity": listed(severity=lambda chance: chance.choice(("error", "warning", "info"))),
        "findings of a rule": listed(rule=rule),
        "findings of a seldom rule": listed(rule=lambda _: "seldom"),
        "findings of a seldom rule in several states": listed(rule=lambda _: "seldom", states=open_ones),
        "errors in several states": listed(severity=lambda _: "error", states=open_ones),
        "findings of a rule that finds nothing": listed(rule=lambda _: "nothing"),
        "findings of a row": listed(failure=lambda chance: f"row-{chance.randrange(9)}"),
        "findings of a team": listed(team=team),
        "findings of a team in several states": listed(team=team, states=open_ones),
        "findings of an owner": listed(owner=lambda chance: f"p{chance.randrange(OWNERS)}"),
        "findings of a team, severity, rule and state": listed(
            team=team, severity=lambda _: "error", rule=rule, states=lambda _: ("new",)
        ),
        "findings of ten connections": listed(within=lambda chance: {id(chance) for _ in range(10)}),
        "open errors of ten connections": listed(
            within=lambda chance: {id(chance) for _ in range(10)}, states=open_ones, severity=lambda _: "error"
        ),
        "one finding with its events": lambda c, chance: show_finding(c, (one := id(chance)), _id(one, 3)),
        "the difference of a run": lambda c, chance: difference_shown(difference_of_run(c, a_run(c, run_id(chance)))),
    }


def measure(engine: Engine, name: str, query: Query, rounds: int) -> Measured:
    """Run a query with other parameters each time."""
    chance, times = random.Random(name), []
    for _ in range(rounds):
        started = time.perf_counter()
        with reading(engine) as connection:
            query(connection, chance)
        times.append(1000 * (time.perf_counter() - started))
    return Measured(name, statistics.median(times), max(times), tuple(_plans(engine, query, chance)))


def _plans(engine: Engine, query: Query, chance: random.Random) -> Iterator[str]:
    """The plan of each statement, each different one once."""
    sent: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if statement.lstrip().startswith("SELECT"):
            sent.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    with reading(engine) as connection:
        query(connection, chance)
    event.remove(engine, "before_cursor_execute", note)
    seen: dict[str, None] = {}
    with reading(engine) as connection:
        for statement, parameters in sent:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            seen.update(dict.fromkeys([" / ".join(row.detail for row in rows)]))
    yield from seen


def scans(plan: str) -> bool:
    """Whether a plan reads a whole table, rather than an index up to a limit."""
    return any(step.startswith("SCAN okr_") and "INDEX" not in step for step in plan.split(" / "))


def main() -> int:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--connections", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--findings", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--database", type=Path, help="file to keep: filled where it is not there, else used as it is")
    arguments = parser.parse_args()
    size = Size(arguments.connections, arguments.runs, arguments.findings)
    with tempfile.TemporaryDirectory() as folder:
        file = arguments.database or Path(folder, "store.db")
        engine = _made(file, size)
        with reading(engine) as connection:
            version = connection.scalar(select(text("sqlite_version()")))
        print(f"{size.connections:,} connections, {size.runs} runs each, {size.findings} findings each; ", end="")
        print(f"{file.stat().st_size / 2**20:.0f} MB; SQLite {version}")
        results = [measure(engine, name, query, arguments.rounds) for name, query in queries(size).items()]
        engine.dispose()
    for result in results:
        print(f"{result.median:8.2f} ms  (slowest {result.slowest:7.2f})  {result.name}")
        for plan in result.plans:
            print(f"{'':12}{'FULL SCAN ' if scans(plan) else ''}{plan}")
    failed = [result for result in results if result.median >= MOST or any(map(scans, result.plans))]
    print(f"{len(failed)} of {len(results)} too slow or scanning")
    return 1 if failed else 0


def _made(file: Path, size: Size) -> Engine:
    there = file.exists()
    address = f"sqlite:///{file}"
    upgrade(address)
    engine = make_engine(address)
    if not there:
        fill(engine, size)
    return engine


if __name__ == "__main__":
    raise SystemExit(main())
