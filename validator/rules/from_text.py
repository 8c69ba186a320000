"""Rulesets from texts that were stored: they extend shipped rulesets by name, and one another as NAME@VERSION.

Nothing here opens a path that a text names. With a ruleset go the texts of the tables that it judges with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, NamedTuple

from validator.errors import BadRuleset, Fault
from validator.rules.catalogue import compile_files
from validator.rules.examples import FOLDER, Example, Home, of_entry
from validator.rules.files import Read, RulesetFile, chain, read_file, shipped
from validator.rules.hints import hint
from validator.rules.ruleset import Ruleset
from validator.rules.source import Source, parse, plain
from validator.rules.table_texts import Texts, held

DRAFT = "draft"
"""What stands for the version of a draft."""


class Bundle(NamedTuple):
    """A ruleset as text, with the texts of those that it extends and of the tables that it judges with."""

    key: str
    """NAME@VERSION, or the name of a shipped ruleset."""
    texts: Mapping[str, str]
    """By key. A shipped ruleset that is not among them is read from where it was shipped."""
    published: Mapping[str, int] = {}
    """Newest versions by name, for hints."""
    tables: Mapping[str, str] = {}
    """The failure table and the metric catalogue."""


class Own(NamedTuple):
    """What a text says of the rules that stand in it."""

    examples: tuple[Example, ...]
    to_prove: frozenset[str]
    """Ids of the rules that need examples: all but those shipped word for word."""


def key_of(name: str, version: int | str) -> str:
    """The key of a published version, or of the draft."""
    return f"{name}@{version}"


def files_of(bundle: Bundle) -> list[RulesetFile]:
    """The texts of a bundle and the shipped ones they extend, the extended first. Raises BadRuleset."""
    return chain(bundle.key, _reader(bundle))


def load_bundle(bundle: Bundle) -> Ruleset:
    """The ruleset of a bundle; its version is the one under which it is stored. Raises BadRuleset with every fault."""
    return load_files(bundle, files_of(bundle))


def load_files(bundle: Bundle, files: Sequence[RulesetFile]) -> Ruleset:
    """The ruleset of a bundle whose files were read already. Raises BadRuleset with every fault."""
    ruleset = compile_files(files, bundle.tables)
    name, _, version = bundle.key.partition("@")
    if ruleset.name != name:
        message = f"The ruleset calls itself “{ruleset.name[:100]}”, and is stored as “{name}”."
        raise BadRuleset([files[-1].source.fault("/name", message, f"name: {name}")])
    return ruleset._replace(version=version) if version else ruleset


def whole(files: Sequence[RulesetFile], tables: Texts | None = None) -> Bundle:
    """A bundle that holds every text, the shipped ones too: it gives the same ruleset after those have changed."""
    return Bundle(files[-1].origin, {file.origin: file.text for file in files}, {}, held(tables or {}))


def own_examples(file: RulesetFile) -> Own:
    """The examples of the rules in a text: those that stand there or, where a shipped rule was changed and has none, those shipped.

    Raises BadRuleset with every fault.
    """
    ids = {str(entry["id"]): (place, entry) for place, entry in enumerate(file.source.data.get("rules") or ())}
    beside = {id: path for id, path in _shipped_examples() if id in ids}
    unchanged = _unchanged({id: plain(entry) for id, (_, entry) in ids.items()}) if beside else frozenset()
    faults: list[Fault] = []
    examples: list[Example] = []
    for id, (place, entry) in ids.items():
        home = Home(id, file.origin, file.source)
        if entry.get("examples") is not None:
            examples += of_entry(home, entry["examples"], f"/rules/{place}/examples", faults)
        elif id in beside and id not in unchanged:
            source = parse(f"{FOLDER}/{id}.yaml", beside[id].read_text("utf-8"))
            examples += of_entry(home._replace(source=source), source.data, "", faults)
    if faults:
        raise BadRuleset(faults)
    return Own(tuple(examples), frozenset(ids) - unchanged)


def _reader(bundle: Bundle) -> Read:
    def read(name: str, beside: Traversable) -> RulesetFile:
        if name in bundle.texts:
            text = bundle.texts[name]
            return RulesetFile(name, resources.files("rulesets"), parse(name, text), text)
        if name in shipped():
            return _shipped_file(name)
        raise BadRuleset([_unknown(name, bundle)])

    return read


@cache
def _shipped_file(name: str) -> RulesetFile:
    """A ruleset that comes with the service: most others extend one, and reading it is what takes longest."""
    return read_file(name, resources.files("rulesets"))


def _unknown(name: str, bundle: Bundle) -> Fault:
    bare = name.partition("@")[0]
    if bare in bundle.published:
        tip = f"a published ruleset is extended by its version; the newest is “{key_of(bare, bundle.published[bare])}”"
    else:
        known = [*shipped(), *(key_of(*pair) for pair in bundle.published.items())]
        tip = hint(name, known)
    return Fault("/extends", f"No ruleset is called “{name[:100]}”.", tip, bundle.key)


def _shipped_examples() -> Iterator[tuple[str, Traversable]]:
    for entry in resources.files("rulesets").joinpath(FOLDER).iterdir():
        if entry.name.endswith(".yaml"):
            yield entry.name.removesuffix(".yaml"), entry


def _unchanged(entries: Mapping[str, Any]) -> frozenset[str]:
    """Ids of the entries that are shipped just so."""
    sources: list[Source] = [_shipped_file(name).source for name in shipped()]
    known = {entry["id"]: plain(entry) for source in sources for entry in source.data.get("rules") or ()}
    return frozenset(id for id, entry in entries.items() if known.get(id) == entry)
