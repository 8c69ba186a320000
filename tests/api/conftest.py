"""Servers to test against."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.api.api_keys import client, empty_store, engine, make, refused, url
from tests.api.api_server import Server, serving

__all__ = ["client", "empty_store", "engine", "make", "refused", "server", "start", "url"]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server that most tests share: two processes, a small limit on bodies."""
    with serving(tmp_path_factory.mktemp("server"), max_body=1_000_000) as running:
        yield running


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., AbstractContextManager[Server]]:
    """Start a server of one's own with other settings."""

    def begin(**settings: object) -> AbstractContextManager[Server]:
        return serving(tmp_path, **settings)

    return begin


@pytest.fixture(scope="session")
def openapi(server: Server) -> dict[str, Any]:
    document: dict[str, Any] = server.get("/openapi.json").json()
    return document
