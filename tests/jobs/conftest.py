"""Databases to work on, and a worker of the real command that many tests share."""

from __future__ import annotations

from tests.databases import address, database, empty_address, kind

__all__ = ["address", "database", "empty_address", "kind"]
