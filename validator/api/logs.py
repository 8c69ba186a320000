"""What the service writes down of requests: routes are templates; paths, query values and bodies are left out."""

from __future__ import annotations

import structlog

from validator.logs import LibraryLog, configure, failed, log

__all__ = ["LibraryLog", "begin", "configure", "exposed", "failed", "kept", "refused", "served"]


def begin(request_id: str) -> None:
    """From here on every event of this thread carries the request's id."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)


def served(**facts: str | float | None) -> None:
    """A request was answered."""
    log.info("request", **{key: value for key, value in facts.items() if value is not None})


def refused(status: int, error: BaseException) -> None:
    """Something that is not HTTP was sent."""
    log.warning("refused", status=status, exception=type(error).__qualname__)


def kept(**counts: int) -> None:
    """What was kept long enough was removed."""
    log.info("retention", **counts)


def exposed(host: str) -> None:
    """The service listens to other machines."""
    log.warning(
        "exposed",
        host=host,
        meaning="other machines reach this address: without a database nobody is asked who they are, with one a key is needed",
    )
