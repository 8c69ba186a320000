"""Rulesets by name: NAME is the published version in force or else the one shipped, NAME@VERSION one of the published.

With each come the failure table and the metric catalogue that are in force. Asking costs one query that looks into an index:
what is published never changes, so what was compiled once is kept.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection, select, tuple_

from validator.rules.catalogue import shipped
from validator.rules.from_text import DRAFT, Bundle, files_of, key_of, load_files, whole
from validator.rules.hints import hint
from validator.rules.table_texts import TABLES, Texts
from validator.service.drafts import draft_of
from validator.service.faults import not_found
from validator.service.kept import Kept
from validator.service.rules import Loaded
from validator.service.tables import tables_of
from validator.service.texts import RULESET, Target, Version, content, in_force, published
from validator.store.snapshots import get
from validator.store.tables import text_versions

MOST_KEPT = 64
"""Rulesets kept compiled."""
MOST_NAMED = 200
"""Published rulesets that one text may name."""
_KEY = re.compile(r"(?<![\w@-])([a-z0-9][a-z0-9_-]{0,63})@([1-9][0-9]{0,8})(?![\w-])")
_TABLES = tuple(Target(kind, kind) for kind in TABLES)
_kept: Kept[Loaded] = Kept(MOST_KEPT)
_kept_texts: Kept[str] = Kept(len(TABLES))


class _Chosen(NamedTuple):
    """What a name means now."""

    name: str
    version: Version | None
    """None: the ruleset as it is shipped."""
    tables: Mapping[Target, Version]
    """Those published."""

    @property
    def key(self) -> str:
        """Key of the bundle."""
        return key_of(self.name, self.version.version) if self.version else self.name


def find(connection: Connection | None, name: str) -> Loaded:
    """The ruleset of a name, compiled; without a connection, one that is shipped.

    Raises NotFound, and BadRuleset where this release reads a published one otherwise than the one that it was published in.
    """
    if connection is None:
        return _shipped(name)
    chosen = _chosen(connection, name)
    return _kept.get(_identity(connection, chosen), lambda: _loaded(_bundle_of(connection, chosen)))


def bundle_of(connection: Connection, name: str) -> Bundle:
    """The texts of a ruleset in force, or of one version, and of the tables in force. Raises NotFound."""
    return _bundle_of(connection, _chosen(connection, name))


def draft_bundle(connection: Connection, name: str) -> Bundle:
    """The texts of a draft and of what it extends, and of the tables in force. Raises NotFound."""
    text = draft_of(connection, Target(RULESET, name)).text
    return _bundle(connection, key_of(name, DRAFT), text, tables_in_force(connection))


def tables_in_force(connection: Connection | None) -> Texts:
    """The texts of the failure table and the metric catalogue that were published, as `Bundle` has them."""
    if connection is None:
        return {}
    return _texts(connection, in_force(connection, dict.fromkeys(_TABLES)))


def known(connection: Connection | None) -> dict[str, int | None]:
    """Names of all rulesets that can judge, each with the version in force; None: as it is shipped."""
    found: dict[str, int | None] = dict.fromkeys(shipped())
    return dict(sorted({**found, **(published(connection, RULESET) if connection is not None else {})}.items()))


def _shipped(name: str) -> Loaded:
    if name not in shipped():
        raise not_found("ruleset", name, hint(name, shipped()))
    return _kept.get(name, lambda: _loaded(Bundle(name, {})))


def _loaded(bundle: Bundle) -> Loaded:
    files = files_of(bundle)
    if bundle.tables:
        tables_of(bundle.tables)  # the faults of a published table are told here, and not in the middle of a run
    return Loaded(load_files(bundle, files), whole(files, bundle.tables))


def _chosen(connection: Connection, name: str) -> _Chosen:
    bare, mark, number = name.partition("@")
    if mark and not _KEY.fullmatch(name):
        raise not_found("ruleset", name, "it looks like our-rules@3")
    what = Target(RULESET, bare)
    found = in_force(connection, {what: int(number) if mark else None, **dict.fromkeys(_TABLES)})
    version = found.pop(what, None)
    if version is None and (mark or bare not in shipped()):
        raise not_found("ruleset", name, hint(name, known(connection)))
    return _Chosen(bare, version, found)


def _identity(connection: Connection, chosen: _Chosen) -> Hashable:
    """What tells a compiled ruleset from others: another database may have another text under the same name and number."""
    own = chosen.version.digest if chosen.version else ""
    tables = sorted((what.kind, version.version, version.digest) for what, version in chosen.tables.items())
    return str(connection.engine.url), chosen.key, own, *tables


def _bundle_of(connection: Connection, chosen: _Chosen) -> Bundle:
    tables = _texts(connection, chosen.tables)
    if chosen.version is None:
        return Bundle(chosen.key, {}, {}, tables)
    return _bundle(connection, chosen.key, content(connection, chosen.version.digest), tables)


def _bundle(connection: Connection, key: str, text: str, tables: Texts) -> Bundle:
    """The text, and every published one that it may mean. They are found without reading them as YAML, which costs."""
    texts = {key: text}
    asked = list(_named(text))
    while asked and len(texts) <= MOST_NAMED:
        found = _stored(connection, [pair for pair in asked if key_of(*pair) not in texts][:MOST_NAMED])
        texts |= found
        asked = [pair for other in found.values() for pair in _named(other)]
    return Bundle(key, texts, published(connection, RULESET), tables)


def _texts(connection: Connection, tables: Mapping[Target, Version]) -> Texts:
    return {
        key_of(what.kind, version.version): _kept_texts.get(
            version.digest, partial(content, connection, version.digest)
        )
        for what, version in tables.items()
    }


def _named(text: str) -> Iterator[tuple[str, int]]:
    yield from dict.fromkeys((found[1], int(found[2])) for found in _KEY.finditer(text))


def _stored(connection: Connection, pairs: list[tuple[str, int]]) -> dict[str, str]:
    columns = text_versions.c.name, text_versions.c.version
    asked = select(*columns, text_versions.c.digest).where(text_versions.c.kind == RULESET, tuple_(*columns).in_(pairs))
    rows = connection.execute(asked).all()
    contents = {key_of(row.name, row.version): get(connection, row.digest) for row in rows}
    return {key: content.decode() for key, content in contents.items() if content is not None}
