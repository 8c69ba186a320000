"""Every test of the use cases runs on both databases."""

from __future__ import annotations

from tests.databases import address, database, empty_address, kind, module_database, shared_database

__all__ = ["address", "database", "empty_address", "kind", "module_database", "shared_database"]
