"""Ruleset files: found by name or path, with those that they extend."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path, PurePath
from typing import NamedTuple

from validator.errors import BadRuleset, Fault
from validator.rules.hints import hint
from validator.rules.source import MOST_CHARACTERS, Source, parse

NOT_RULESETS = ("failure-table", "metrics", "lexicon", "wording", "example", "example-governance")
MOST_FILES = 20


class RulesetFile(NamedTuple):
    """One ruleset file, read."""

    origin: str
    """The name or path by which it loads by itself."""
    folder: Traversable
    source: Source
    text: str


Read = Callable[[str, Traversable], RulesetFile]
"""Gives the ruleset of a name that stands in another, with the folder of that other. Raises BadRuleset."""


def shipped() -> list[str]:
    """Names of the rulesets that come with the service."""
    names = (entry.name for entry in resources.files("rulesets").iterdir())
    found = (name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))
    return sorted(name for name in found if name not in NOT_RULESETS)


@lru_cache(maxsize=16)
def shipped_text(name: str) -> str:
    """The text of a ruleset, of the failure table or of the metric catalogue that comes with the service; "" where none does."""
    if name not in (*shipped(), "failure-table", "metrics"):
        return ""
    return resources.files("rulesets").joinpath(f"{name}.yaml").read_text("utf-8")


def chain(name_or_path: str, read: Read | None = None) -> list[RulesetFile]:
    """The ruleset and all that it extends, the extended first, each once; `read` None: from files. Raises BadRuleset."""
    found: dict[str, RulesetFile] = {}
    _follow(name_or_path, Path(), {}, found, read or read_file)
    return list(found.values())


def _follow(
    name: str, beside: Traversable, begun: Mapping[str, str], found: dict[str, RulesetFile], read: Read
) -> None:
    """Add a file after those that it extends; `begun` has the names of the files that led here."""
    file = read(name, beside)
    key = _identity(file)
    names = [*begun.values(), file.source.name]
    if key in begun:
        raise BadRuleset([file.source.fault("/extends", f"Extends itself: {' → '.join(names)}.")])
    if key in found:
        return
    if len(found) + len(begun) >= MOST_FILES:
        raise BadRuleset([file.source.fault("/extends", f"More than {MOST_FILES} rulesets extend one another.")])
    for parent in _extends(file.source):
        _follow(parent, file.folder, {**begun, key: file.source.name}, found, read)
    found[key] = file


def _identity(file: RulesetFile) -> str:
    """What tells a file from others, however its path is written."""
    place = file.folder.joinpath(PurePath(file.source.name).name)
    return str(place.resolve() if isinstance(place, Path) else place)


def _extends(source: Source) -> Iterator[str]:
    if not isinstance(source.data, dict):
        raise BadRuleset([source.fault("", "A ruleset is a mapping.", "it begins with “name: …”")])
    listed = source.data.get("extends") or []
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        raise BadRuleset([source.fault("/extends", "“extends” is a list of names.", "extends: [base]")])
    yield from (str(name) for name in listed)


def read_file(name: str, beside: Traversable) -> RulesetFile:
    """The shipped ruleset of a name, or the one in the file of that path. Raises BadRuleset."""
    if not name.endswith((".yaml", ".yml")):
        if name not in shipped():
            raise BadRuleset(
                [Fault("", f"No ruleset is called “{name[:100]}”.", hint(name, shipped()) + "; a file ends in .yaml")]
            )
        folder: Traversable = resources.files("rulesets")
        return _parsed(name, folder, folder.joinpath(f"{name}.yaml"), f"{name}.yaml")
    path = Path(name) if isinstance(beside, Path) and Path(name).is_absolute() else beside.joinpath(name)
    if not isinstance(path, Path):
        return _parsed(path.name.rpartition(".")[0], beside, path, path.name)
    return _parsed(str(path), path.parent, path, str(path))


def _parsed(origin: str, folder: Traversable, file: Traversable, name: str) -> RulesetFile:
    try:
        with file.open("rb") as stream:
            data = stream.read(4 * MOST_CHARACTERS + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise BadRuleset([Fault("", f"{name} cannot be read: {error.strerror}.", "check the path", name)]) from None
    except UnicodeDecodeError:
        raise BadRuleset([Fault("", f"{name} is not UTF-8 text.", "save it as UTF-8", name)]) from None
    except ValueError:  # what Python makes of a null character in a path
        raise BadRuleset([Fault("", f"{name!r} is no path.", "check the path")]) from None
    return RulesetFile(origin, folder, parse(name, text), text)
