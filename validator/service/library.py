"""Rulesets by name: NAME is the published version in force or else the one shipped, NAME@VERSION one of the published."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from importlib import resources

from sqlalchemy import Connection, select, tuple_

from validator.rules.catalogue import shipped
from validator.rules.from_text import DRAFT, Bundle, files_of, key_of, load_files, whole
from validator.rules.hints import hint
from validator.service.faults import not_found
from validator.service.rules import Loaded
from validator.service.texts import RULESET, TABLES, Target, draft_of, latest, names, text_of, version_of
from validator.store.snapshots import get
from validator.store.tables import text_versions

KEPT = 64
"""Rulesets kept compiled."""
MOST_NAMED = 200
"""Published rulesets that one text may name."""
_KEY = re.compile(r"(?<![\w@-])([a-z0-9][a-z0-9_-]{0,63})@([1-9][0-9]{0,8})(?![\w-])")
_Texts = tuple[tuple[str, str], ...]


def find(connection: Connection, name: str) -> Loaded:
    """The ruleset of a name, compiled; the same texts are compiled once.

    Raises NotFound, and BadRuleset where this release reads a published one otherwise than the one that it was published in.
    """
    bundle = bundle_of(connection, name)
    return _loaded(bundle.key, tuple(bundle.texts.items()))


def bundle_of(connection: Connection, name: str) -> Bundle:
    """The texts of a ruleset in force, or of one version. Raises NotFound."""
    bare, _, number = name.partition("@")
    if number:
        if not _KEY.fullmatch(name):
            raise not_found("ruleset", name, "it looks like our-rules@3")
        version = version_of(connection, Target(RULESET, bare), int(number)).version
    else:
        newest = latest(connection, Target(RULESET, bare))
        if newest is None and bare in shipped():
            return Bundle(bare, {}, {})
        if newest is None:
            raise not_found("ruleset", name, hint(name, [*shipped(), *_published(connection)]))
        version = newest.version
    return _bundle(connection, key_of(bare, version), text_of(connection, Target(RULESET, bare), version))


def draft_bundle(connection: Connection, name: str) -> Bundle:
    """The texts of a draft and of what it extends. Raises NotFound."""
    return _bundle(connection, key_of(name, DRAFT), draft_of(connection, Target(RULESET, name)).text)


def shipped_text(name: str) -> str:
    """The text that comes with the service under a name of a ruleset, or of another kind; "" where none does."""
    if name not in (*shipped(), *TABLES):
        return ""
    return resources.files("rulesets").joinpath(f"{name}.yaml").read_text("utf-8")


def known(connection: Connection) -> list[str]:
    """Names of all rulesets that can judge."""
    return sorted({*shipped(), *_published(connection)})


def _bundle(connection: Connection, key: str, text: str) -> Bundle:
    """The text, and every published one that it may mean. They are found without reading them as YAML, which costs."""
    texts = {key: text}
    asked = list(_named(text))
    while asked and len(texts) <= MOST_NAMED:
        found = _stored(connection, [pair for pair in asked if key_of(*pair) not in texts][:MOST_NAMED])
        texts |= found
        asked = [pair for other in found.values() for pair in _named(other)]
    return Bundle(key, texts, _published(connection))


def _named(text: str) -> Iterator[tuple[str, int]]:
    yield from dict.fromkeys((found[1], int(found[2])) for found in _KEY.finditer(text))


def _stored(connection: Connection, pairs: list[tuple[str, int]]) -> dict[str, str]:
    columns = text_versions.c.name, text_versions.c.version
    asked = select(*columns, text_versions.c.digest).where(text_versions.c.kind == RULESET, tuple_(*columns).in_(pairs))
    rows = connection.execute(asked).all()
    contents = {key_of(row.name, row.version): get(connection, row.digest) for row in rows}
    return {key: content.decode() for key, content in contents.items() if content is not None}


def _published(connection: Connection) -> Mapping[str, int]:
    return {name: version for name, version in names(connection, RULESET).items() if version is not None}


@functools.lru_cache(maxsize=KEPT)
def _loaded(key: str, texts: _Texts) -> Loaded:
    bundle = Bundle(key, dict(texts), {})
    files = files_of(bundle)
    return Loaded(load_files(bundle, files), whole(files))
