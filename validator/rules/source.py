"""YAML files as plain data with the line of every key: what rulesets and the failure table are read from."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, ScalarEvent

from validator.errors import BadRuleset, Fault

MOST_CHARACTERS = 500_000
MOST_DEPTH = 40
_SURROGATE = re.compile("[\ud800-\udfff]")
MOST_NODES = 50_000
"""Values of a text: reading one keeps the line of each, which takes some 70 µs."""


class Source(NamedTuple):
    """A YAML text as data."""

    name: str
    """How a person knows it: a file name."""
    data: Any

    def line(self, pointer: str) -> int | None:
        """The line, from 1, of the key or entry that a JSON Pointer names; of the nearest that exists above it."""
        node, line = self.data, None
        for step in pointer.split("/")[1:]:
            key: Any = step.replace("~1", "/").replace("~0", "~")
            if isinstance(node, CommentedSeq) and key.isdigit() and int(key) < len(node):
                key = int(key)
                line = node.lc.item(key)[0] + 1
            elif isinstance(node, CommentedMap) and key in node:
                line = node.lc.key(key)[0] + 1
            else:
                break
            node = node[key]
        return line

    def fault(self, pointer: str, message: str, hint: str = "") -> Fault:
        """A fault with its line."""
        line = self.line(pointer)
        return Fault(pointer, message, hint, f"{self.name}, line {line}" if line else self.name)


def parse(name: str, text: str) -> Source:
    """The data of a YAML text. Raises BadRuleset for what is not plain YAML 1.2: anchors, tags, merge or duplicate keys."""
    if len(text) > MOST_CHARACTERS:
        raise BadRuleset([Fault("", f"Longer than {MOST_CHARACTERS:,} characters.", "split it with “extends”", name)])
    try:
        _refuse_tricks(name, text)
        return Source(name, _reader().load(text))
    except MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        message = f"Not YAML: {error.problem or error.context or error}."
        raise BadRuleset([Fault("", message.replace("\n", " "), "", name + line)]) from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise BadRuleset([Fault("", f"Not YAML: {str(error).splitlines()[0][:200]}", "", name)]) from None


class _Constructor(RoundTripConstructor):
    """Makes a day that does not exist a text, so that who reads it can say where it stands."""

    def construct_yaml_timestamp(self, node: Any, values: Any = None) -> Any:
        try:
            return super().construct_yaml_timestamp(node, values)
        except ValueError:
            return node.value


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", _Constructor.construct_yaml_timestamp)


def _reader() -> YAML:
    reader = YAML(typ="rt")
    reader.Constructor = _Constructor
    return reader


def _refuse_tricks(name: str, text: str) -> None:
    depth = 0
    for number, event in enumerate(YAML(typ="safe").parse(text)):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        message, hint = _trick(event)
        if depth > MOST_DEPTH:
            message = f"Nested deeper than {MOST_DEPTH} levels."
        if number > MOST_NODES:
            message, hint = f"Holds more than {MOST_NODES:,} values.", "split it with “extends”"
        if message:
            raise BadRuleset([Fault("", message, hint, f"{name}, line {event.start_mark.line + 1}")])


def _trick(event: Any) -> tuple[str, str]:
    """What is refused of an event, and a hint; "" where nothing is."""
    if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
        return "Anchors and aliases are not read.", "write the value out"
    if getattr(event, "tag", None):
        return "Tags are not read.", "leave out what begins with “!”"
    if isinstance(event, ScalarEvent) and event.value == "<<" and event.implicit[0]:
        return "Merge keys are not read.", "write the values out"
    if isinstance(event, ScalarEvent) and not event.value.isascii() and _SURROGATE.search(event.value):
        return "Holds half a character (a lone surrogate).", "write the character itself"
    return "", ""


def plain(value: Any) -> Any:
    """A value of a YAML file without what the file knows of how it was written."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    for kind in (bool, int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value
