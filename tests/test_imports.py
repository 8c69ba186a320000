"""The direction of imports: what each layer may know of the others, read from the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
CORE = ("document", "detection", "facts", "rules", "engine", "findings", "pipeline", "history", "alerts", "errors")
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "settings": {"errors", "settings_addresses"},
    "settings_addresses": set(),
    "logs": set(),
    "document": {"errors"},
    "detection": {"errors", "document", "rules"},
    "facts": {"document", "detection"},
    "rules": {"errors", "document", "facts"},
    "engine": {"rules"},
    "findings": {"document", "facts", "rules", "engine"},
    "pipeline": {"errors", "detection", "document", "facts", "rules", "engine", "findings"},
    "proving": {"errors", "rules", "engine", "pipeline"},
    "report": set(),
    "history": set(),
    "alerts": {"history"},
    "store": {"errors"},
    "service": {
        "alerts",
        "errors",
        "detection",
        "document",
        "engine",
        "findings",
        "history",
        "pipeline",
        "proving",
        "rules",
        "store",
    },
    "jobs": {"detection", "errors", "logs", "service", "settings", "store"},
    "api": {
        "alerts",
        "settings",
        "errors",
        "detection",
        "document",
        "facts",
        "findings",
        "history",
        "rules",
        "pipeline",
        "logs",
        "report",
        "service",
        "store",
    },
    "cli": {
        "alerts",
        "settings",
        "errors",
        "detection",
        "document",
        "facts",
        "rules",
        "pipeline",
        "proving",
        "report",
        "store",
        "findings",
        "history",
        "service",
        "jobs",
        "logs",
        "api",
    },
    "__main__": {"cli"},
}
"""Parts of the validator that each part may import, besides itself and the package's own version."""
ONLY_OF_RULES = {
    "detection": {"source"},
}
"""Modules of `rules` that a part below it may import."""
CONNECTORS: dict[str, set[str]] = {
    "errors": {"contract"},
    "service": {"contract", "http", "registry"},
    "jobs": {"contract"},
    "api": {"contract", "registry", "reading"},
    "cli": {"contract", "registry", "reading", "document"},
}
"""Parts of the connectors that each part of the validator may import."""
AT_THE_EDGE = (
    "flask",
    "flask_smorest",
    "webargs",
    "werkzeug",
    "sqlalchemy",
    "alembic",
    "psycopg",
    "requests",
    "click",
    "rich",
    "gunicorn",
    "prometheus_client",
    "structlog",
    "croniter",
    "dbos",
)
"""Libraries of servers, terminals and networks: none of the core."""
ONE_OWNER = {
    "croniter": "validator.service.sync_cron",
    "dbos": "validator.jobs.engine",
    "durable_rules_engine": "validator.engine.durable",
    "durable": "",
    "re2": "validator.rules.operands",
}
"""Libraries that one module hides from all others."""
LATE = {
    ("validator.api.server", "prometheus_client.multiprocess"),
    ("validator.api.server", "validator.api.app"),
}  # the first needs its folder set up before it is imported; the second is imported by each worker, after the fork
"""Imports inside functions."""


class Import(NamedTuple):
    module: str
    target: str
    late: bool


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {_module(path): path for name in ("validator", "connectors") for path in sorted((ROOT / name).rglob("*.py"))}


def _targets(node: ast.AST) -> Iterator[str]:
    """Names that a statement imports: the module that each is, or that each comes from."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = "." * node.level + (node.module or "")
        for alias in node.names:
            yield f"{base}.{alias.name}" if f"{base}.{alias.name}" in SOURCES else base


def _imports() -> Iterator[Import]:
    for module, path in SOURCES.items():
        tree = ast.parse(path.read_text("utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        late = {id(inner) for function in functions for inner in ast.walk(function)}
        for node in ast.walk(tree):
            yield from (Import(module, target, id(node) in late) for target in dict.fromkeys(_targets(node)))


IMPORTS = list(_imports())


def _part(module: str) -> str:
    """The second step of a module's name: its layer."""
    return [*module.split("."), ""][1]


def test_the_source_is_there_to_be_read() -> None:
    assert {"validator.pipeline", "validator.document.load", "connectors.contract"} <= SOURCES.keys()
    assert len(IMPORTS) > 300


def test_imports_are_absolute() -> None:
    assert [found for found in IMPORTS if found.target.startswith(".")] == []


def test_connectors_know_nothing_of_the_validator() -> None:
    assert [
        found for found in IMPORTS if found.module.startswith("connectors") and found.target.startswith("validator")
    ] == []


def test_each_part_of_the_validator_imports_only_what_lies_below_it() -> None:
    edges = {
        (_part(found.module), _part(found.target), found.module)
        for found in IMPORTS
        if found.module.startswith("validator.") and found.target.startswith("validator.")
    }
    assert [edge for edge in sorted(edges) if edge[0] != edge[1] and edge[1] not in ALLOWED[edge[0]]] == []


def test_what_lies_below_the_rules_imports_only_their_reading_of_files() -> None:
    taken = {
        (_part(found.module), found.target.split(".")[2])
        for found in IMPORTS
        if found.target.startswith("validator.rules.")
    }
    assert [(part, module) for part, module in sorted(taken) if module not in ONLY_OF_RULES.get(part, {module})] == []


def test_the_validator_knows_the_connectors_only_by_their_contract_registry_and_readers() -> None:
    edges = {
        (_part(found.module), _part(found.target))
        for found in IMPORTS
        if found.module.startswith("validator") and found.target.startswith("connectors")
    }
    assert [edge for edge in sorted(edges) if edge[1] not in CONNECTORS.get(edge[0], set())] == []


@pytest.mark.parametrize("part", CORE)
def test_the_core_knows_no_server_terminal_or_network(part: str) -> None:
    taken = {found.target.split(".")[0] for found in IMPORTS if found.module.startswith(f"validator.{part}")}
    assert taken & set(AT_THE_EDGE) == set()


@pytest.mark.parametrize(("library", "owner"), ONE_OWNER.items())
def test_a_library_that_is_hidden_has_one_owner(library: str, owner: str) -> None:
    assert {found.module for found in IMPORTS if found.target.split(".")[0] == library} == ({owner} if owner else set())


def test_nothing_is_imported_inside_a_function_but_for_a_reason() -> None:
    assert {(found.module, found.target) for found in IMPORTS if found.late} == LATE


def test_no_module_imports_a_private_name_of_another() -> None:
    private = [
        (module, node.module, alias.name)
        for module, path in SOURCES.items()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("validator", "connectors")
        for alias in node.names
        if alias.name.startswith("_") and not alias.name.startswith("__")
    ]
    assert private == []


def test_no_module_imports_itself_through_others() -> None:
    graph: dict[str, set[str]] = {module: set() for module in SOURCES}
    for found in IMPORTS:
        if found.target in SOURCES and found.target != found.module:
            graph[found.module].add(found.target)
    while leaves := {module for module, targets in graph.items() if not targets & graph.keys()}:
        graph = {module: targets for module, targets in graph.items() if module not in leaves}
    assert sorted(graph) == []


def test_the_table_of_layers_has_no_circle_but_that_of_files_read_for_words() -> None:
    below = {part: set(parts) for part, parts in ALLOWED.items()}
    below["detection"].discard("rules")
    while leaves := {part for part, parts in below.items() if not parts & below.keys()}:
        below = {part: parts for part, parts in below.items() if part not in leaves}
    assert below == {}
