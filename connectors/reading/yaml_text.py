"""YAML text into plain data, built straight from the parser's events.

Anchors, aliases, tags, repeated keys and depth are refused as they are met, before anything could be expanded. Dates
stay text and an integer with leading zeros stays text, so that ids keep their form.
"""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from connectors.contract import Fault, SourceError
from connectors.reading.files import decode, refuse

MAX_BYTES = 2_000_000
MAX_DEPTH = 100
MAX_EVENTS = 60_000
INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
NOT_A_NUMBER = re.compile(r"[-+]?\.inf|\.nan", re.IGNORECASE)
CONSTANTS: dict[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}
NO_KEY = object()


class Located(NamedTuple):
    """Plain data, and the line of every value by its JSON Pointer."""

    data: Any
    lines: dict[str, int]


class _Open:
    """A mapping or sequence whose end has not been met."""

    def __init__(self, container: dict[str, Any] | list[Any], pointer: str) -> None:
        self.container = container
        self.pointer = pointer
        self.key: Any = NO_KEY


class _Builder:
    def __init__(self, name: str) -> None:
        self.name = name
        self.stack: list[_Open] = []
        self.lines: dict[str, int] = {}
        self.root: Any = None
        self.documents = 0

    def refuse(self, event: Event, message: str, hint: str = "") -> NoReturn:
        mark = event.start_mark
        place = f"{self.name}, line {mark.line + 1}, column {mark.column + 1}" if mark else self.name
        refuse(f"“{self.name}”: {message}", hint, place)

    def take(self, event: Event) -> None:
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.refuse(event, "a second document begins.", "Keep one document in a file.")
        elif isinstance(event, NodeEvent):
            self.node(event)
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            self.stack.pop()

    def node(self, event: NodeEvent) -> None:
        if isinstance(event, AliasEvent):
            self.refuse(event, f"alias *{event.anchor}.", "Write the value out; aliases are not followed.")
        if event.anchor is not None:
            self.refuse(event, f"anchor &{event.anchor}.", "Write the value out; anchors are not used here.")
        tag = getattr(event, "tag", None)
        if tag not in (None, "!"):
            self.refuse(event, f"tag {tag}.", "Tags are not used here: leave it out.")
        if isinstance(event, ScalarEvent):
            self.scalar(event)
        elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            self.open(event)

    def scalar(self, event: ScalarEvent) -> None:
        top = self.stack[-1] if self.stack else None
        if top is not None and isinstance(top.container, dict) and top.key is NO_KEY:
            if event.value in top.container:
                self.refuse(event, f"the key “{event.value}” stands twice.", "Keep one of the two.")
            top.key = event.value
        else:
            self.put(self.plain(event) if event.style is None else event.value, event)

    def plain(self, event: ScalarEvent) -> Any:
        text: str = event.value
        lowered = text.lower()
        if lowered in CONSTANTS:
            return CONSTANTS[lowered]
        if INTEGER.fullmatch(text):
            return int(text)
        if FLOAT.fullmatch(text) and not re.match(r"[-+]?0[0-9]", text) and not text.lstrip("+-").isdigit():
            number = float(text)
            if math.isinf(number):
                self.refuse(event, f"{text[:40]} is too large a number.")
            return number
        if NOT_A_NUMBER.fullmatch(text):
            self.refuse(event, f"{text} is not a number that can be judged.", "Leave the value out.")
        return text

    def open(self, event: MappingStartEvent | SequenceStartEvent) -> None:
        if len(self.stack) >= MAX_DEPTH:
            self.refuse(event, f"nested more than {MAX_DEPTH} levels deep.")
        container: dict[str, Any] | list[Any] = {} if isinstance(event, MappingStartEvent) else []
        self.stack.append(_Open(container, self.put(container, event)))

    def put(self, value: Any, event: Event) -> str:
        """Hang a value where it belongs; its pointer."""
        if not self.stack:
            self.root = value
            return ""
        top = self.stack[-1]
        if isinstance(top.container, list):
            pointer = f"{top.pointer}/{len(top.container)}"
            top.container.append(value)
        else:
            if top.key is NO_KEY:
                self.refuse(event, "a key must be text.", "Is a bracket or brace out of place?")
            pointer = f"{top.pointer}/{top.key.replace('~', '~0').replace('/', '~1')}"
            top.container[top.key] = value
            top.key = NO_KEY
        self.lines[pointer] = event.start_mark.line + 1
        return pointer


def parse_yaml(data: bytes, name: str) -> Located:
    """Parse one YAML document of at most 2 MB, as data only. Raises SourceError with the line."""
    if len(data) > MAX_BYTES:
        hint = "Send large OKR sets as JSON."
        refuse(f"“{name}” is {len(data) / 1e6:.1f} MB of YAML; at most {MAX_BYTES / 1e6:.0f} MB are read.", hint)
    builder = _Builder(name)
    try:
        for count, event in enumerate(YAML(typ="safe", pure=True).parse(decode(data, name)[0])):
            if count > MAX_EVENTS:
                builder.refuse(event, f"more than {MAX_EVENTS:,} values.", "Send large OKR sets as JSON.")
            builder.take(event)
    except MarkedYAMLError as error:
        raise SourceError(_fault(error, name)) from error
    except (YAMLError, ValueError, RecursionError) as error:
        raise SourceError(Fault("", f"“{name}” is not YAML: {str(error).splitlines()[0]}.", place=name)) from error
    return Located(builder.root, builder.lines)


def _fault(error: MarkedYAMLError, name: str) -> Fault:
    mark = error.problem_mark or error.context_mark
    place = f"{name}, line {mark.line + 1}, column {mark.column + 1}" if mark else name
    problem = (error.problem or error.context or "unreadable").rstrip(".")
    return Fault("", f"“{name}” is not YAML: {problem}.", "Check quotes, colons and indentation there.", place)
