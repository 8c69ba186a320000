"""Rulesets by name or path, compiled: `extends`, parameters and overrides resolved, every fault named at once."""

from __future__ import annotations

import functools
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from validator.document.load import escape
from validator.errors import BadRuleset, Fault
from validator.rules.condition_entries import Scope
from validator.rules.conditions import both
from validator.rules.failure_table import FailureRow
from validator.rules.faults import Faults
from validator.rules.files import RulesetFile, chain, shipped
from validator.rules.hints import hint
from validator.rules.language import read_rule
from validator.rules.overrides import Override, outside, read_overrides, scope_condition
from validator.rules.ruleset import Rule, Ruleset, Variant
from validator.rules.source import Source, plain
from validator.rules.table_texts import METRICS, Texts, failures_of, in_force

__all__ = ["compile_files", "load_ruleset", "shipped"]

FIELDS = ("name", "version", "description", "extends", "parameters", "overrides", "rules")
MOST_RULES = 1_000


class _Entry(NamedTuple):
    """A rule as it stands in a file."""

    data: Any
    pointer: str
    source: Source


class _Given(NamedTuple):
    """What rules are compiled with."""

    parameters: Mapping[str, Any]
    failures: Mapping[str, FailureRow]


def load_ruleset(name_or_path: str) -> Ruleset:
    """The ruleset of a name (see `shipped`) or of a YAML file, with all that it extends.

    Raises BadRuleset with every fault, each with a JSON Pointer, its line, and a hint.
    """
    return _shipped(name_or_path) if name_or_path in shipped() else _load(name_or_path)


@functools.lru_cache(maxsize=16)
def _shipped(name: str) -> Ruleset:
    return _load(name)


def _load(name_or_path: str) -> Ruleset:
    return compile_files(chain(name_or_path))


def compile_files(files: Sequence[RulesetFile], tables: Texts | None = None) -> Ruleset:
    """The ruleset of the last file, with all that it extends before it; `tables` None: those shipped.

    Raises BadRuleset with every fault.
    """
    faults, failures = Faults(), failures_of(tables or {})
    faults += (fault for file in files for fault in _shape(file.source))
    if faults:
        raise BadRuleset(faults)
    entries = list(_entries(files, faults))
    parameters = {n: plain(value) for file in files for n, value in (file.source.data.get("parameters") or {}).items()}
    kinds = {str(e.data["id"]): str(e.data.get("for")) for e in entries}
    overrides: dict[str, list[Override]] = defaultdict(list)
    for override in (o for file in files for o in read_overrides(file.source, kinds, faults)):
        overrides[override.rule].append(override)
    faults += _unused(files, entries)
    given = _Given(parameters, failures)
    compiled = [_variants(entry, given, overrides.get(entry.data["id"], []), faults) for entry in entries]
    if faults:
        raise BadRuleset(faults)
    last = files[-1].source.data
    return Ruleset(
        name=str(last["name"]),
        version=str(last.get("version") or "0"),
        description=" ".join(str(last.get("description") or "").split()),
        digest=_digest(files, failures, in_force(tables or {}, METRICS).digest),
        parameters=parameters,
        rules=tuple(variants[-1].rule for variants in compiled if variants),
        variants=tuple(variant for variants in compiled for variant in variants),
        extends=tuple(str(name) for name in last.get("extends") or ()),
    )


def _digest(files: Iterable[RulesetFile], failures: Mapping[str, FailureRow], metrics: str) -> str:
    digest = hashlib.sha256(repr([sorted(failures.items()), metrics]).encode())
    for file in files:
        digest.update(file.text.encode())
    return f"sha256:{digest.hexdigest()}"


def _shape(source: Source) -> Iterator[Fault]:
    data = source.data
    for key in data:
        if key not in FIELDS:
            yield source.fault(f"/{escape(key)}", f"A ruleset has no field “{key}”.", hint(key, FIELDS))
    if not isinstance(data.get("name"), str):
        yield source.fault("/name", "The ruleset has no name.", "name: my-ruleset")
    for key, wanted, kind in (("parameters", Mapping, "mapping"), ("rules", list, "list")):
        if data.get(key) is not None and not isinstance(data[key], wanted):
            yield source.fault(f"/{key}", f"“{key}” is a {kind}.")
    if isinstance(data.get("rules"), list) and len(data["rules"]) > MOST_RULES:
        yield source.fault("/rules", f"More than {MOST_RULES} rules.", "split the ruleset")


def _entries(files: Iterable[RulesetFile], faults: list[Fault]) -> Iterator[_Entry]:
    """Every rule of every file that has an id, each id once."""
    first: dict[str, str] = {}
    for file in files:
        source = file.source
        for place, data in enumerate(source.data.get("rules") or ()):
            pointer = f"/rules/{place}"
            id = data.get("id") if isinstance(data, Mapping) else None
            if not isinstance(id, str):
                faults.append(source.fault(pointer, "The rule has no id.", "- id: unowned-objective"))
            elif id in first:
                message = f"The rule “{id}” stands already in {first[id]}."
                faults.append(
                    source.fault(f"{pointer}/id", message, "change it under “overrides”, or give it another id")
                )
            else:
                first[id] = f"{source.name}, line {source.line(pointer)}"
                yield _Entry(data, pointer, source)


def _unused(files: Iterable[RulesetFile], entries: Iterable[_Entry]) -> Iterator[Fault]:
    asked = dict.fromkeys(name for entry in entries for name in _asked(entry.data))
    for file in files:
        for name in file.source.data.get("parameters") or ():
            if name not in asked:
                yield file.source.fault(
                    f"/parameters/{escape(name)}", f"No rule asks for the parameter “{name}”.", hint(name, asked)
                )


def _asked(data: Any) -> Iterator[str]:
    if isinstance(data, str) and data.startswith("$"):
        yield data[1:]
    elif isinstance(data, Mapping | list):
        for inner in data.values() if isinstance(data, Mapping) else data:
            yield from _asked(inner)


def _variants(entry: _Entry, given: _Given, overrides: list[Override], faults: list[Fault]) -> list[Variant]:
    """The rule under each scope, narrowest claim first, and last the rule as it applies elsewhere."""
    plain = [override for override in overrides if not override.scope]
    scoped = [override for override in overrides if override.scope]
    for override in overrides:
        faults += _unasked(override, entry)
    everywhere = _compiled(entry, given, plain, faults)
    if everywhere is None:
        return []
    variants = []
    for place, override in enumerate(scoped):
        rule = _compiled(entry, given, [*plain, override], faults)
        if rule is not None and rule.severity != "off":
            where = both(rule.where, scope_condition(override))
            variants.append(Variant(rule, outside(scoped[place + 1 :], where)))
    if everywhere.severity != "off":
        variants.append(Variant(everywhere, outside(scoped, everywhere.where)))
    return variants


def _unasked(override: Override, entry: _Entry) -> Iterator[Fault]:
    asked = dict.fromkeys(_asked(entry.data))
    for name in override.parameters:
        if name not in asked:
            message = f"The rule “{override.rule}” asks for no parameter “{name}”."
            pointer = f"{override.pointer}/parameters/{escape(name)}"
            yield override.source.fault(pointer, message, hint(name, asked) if asked else "it has none")


def _compiled(entry: _Entry, given: _Given, overrides: list[Override], faults: list[Fault]) -> Rule | None:
    own = {name: value for override in overrides for name, value in override.parameters.items()}

    def report(pointer: str, message: str, tip: str) -> None:
        _tell(faults, entry.source.fault(pointer, message, tip))

    rule = read_rule(entry.data, entry.pointer, Scope({**given.parameters, **own}, given.failures, report))
    changed = functools.reduce(_changed, overrides, rule) if rule else None
    if changed is not None and changed.severity == "off" and changed.later:
        _tell(faults, _unheard(entry, overrides))
    return changed


def _unheard(entry: _Entry, overrides: list[Override]) -> Fault:
    """What is wrong with later severities of a rule that is off."""
    source, pointer = next(
        ((o.source, o.pointer) for o in reversed(overrides) if o.later is not None), (entry.source, entry.pointer)
    )
    message = f"“{entry.data['id']}” is off, and has no severity that could change."
    return source.fault(f"{pointer}/later", message, "give it a severity, with “shadow: true” to try it without gating")


def _tell(faults: list[Fault], fault: Fault) -> None:
    if fault not in faults:
        faults.append(fault)


def _changed(rule: Rule, override: Override) -> Rule:
    shadow = rule.shadow if override.shadow is None else override.shadow
    if override.severity is None:
        return rule._replace(later=rule.later if override.later is None else override.later, shadow=shadow)
    return rule._replace(severity=override.severity, severity_when=(), later=override.later or (), shadow=shadow)
