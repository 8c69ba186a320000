"""Every test of the use cases runs on both databases."""

from __future__ import annotations

from tests.databases import address, database, empty_address, kind

__all__ = ["address", "database", "empty_address", "kind"]
