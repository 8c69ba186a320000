"""The types of columns, which read and write the same on SQLite and on PostgreSQL, and the metadata of all tables.

No column holds PostgreSQL's own JSON: nothing is searched inside it, and JSONB refuses the NUL that a title may hold.
"""

from __future__ import annotations

import datetime
import zlib
from typing import Any

import orjson
from sqlalchemy import BigInteger, DateTime, Dialect, Integer, LargeBinary, MetaData, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


class Words(TypeDecorator[str]):
    """Text for people. PostgreSQL holds neither NUL nor half a surrogate pair: both become marks of replacement."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return (
            None
            if value is None
            else value.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
        )


class Name(Words):
    """An id or a word of ours, in the order of its characters whatever the language of the database."""

    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Text(collation="C") if dialect.name == "postgresql" else Text()


class Json(TypeDecorator[Any]):
    """Plain data as JSON text; None is NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else orjson.loads(value)


_COMPRESSED = b"x"
"""The first byte of what zlib compresses."""
_FIRST, _LAST = (edge.replace(tzinfo=datetime.UTC) for edge in (datetime.datetime.min, datetime.datetime.max))


class Moment(TypeDecorator[datetime.datetime]):
    """A moment, in UTC; raises ValueError for one that does not say its offset.

    One that UTC puts before the first year, or after the last that there is, becomes the first or last moment.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime.datetime | None, dialect: Dialect) -> datetime.datetime | None:
        if value is not None and value.utcoffset() is None:
            raise ValueError("a moment without its offset from UTC cannot be stored")
        try:
            return None if value is None else value.astimezone(datetime.UTC)
        except OverflowError:
            return _FIRST if value is not None and value.year == 1 else _LAST

    def process_result_value(self, value: datetime.datetime | None, dialect: Dialect) -> datetime.datetime | None:
        if value is None or value.utcoffset() is not None:
            return value and value.astimezone(datetime.UTC)
        return value.replace(tzinfo=datetime.UTC)


class Deflated(TypeDecorator[bytes]):
    """Text as bytes, compressed. What an earlier release stored as it was is JSON, and never begins as compressed bytes do."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else zlib.compress(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return zlib.decompress(value) if value is not None and value.startswith(_COMPRESSED) else value


class Serial(TypeDecorator[int]):
    """A number that the database gives out, rising and never twice."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Integer() if dialect.name == "sqlite" else BigInteger()


WRITTEN: dict[type[TypeDecorator[Any]], str] = {
    Words: "sa.Text()",
    Name: 'sa.Text().with_variant(sa.Text(collation="C"), "postgresql")',
    Json: "sa.Text()",
    Moment: "sa.DateTime(timezone=True)",
    Deflated: "sa.LargeBinary()",
    Serial: 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")',
}
"""How a migration writes each type: for itself, so that an old one stays true when these classes change."""
