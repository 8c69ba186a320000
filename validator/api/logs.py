"""What the service writes down: one JSON line an event on standard error, and never a word of what it was sent.

Routes are written as templates; paths, query values, bodies and the messages of exceptions are left out, because any of
them may hold the text of somebody's OKRs.
"""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any

import orjson
import structlog

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_log: Any = structlog.get_logger()


def configure(level: str) -> None:
    """Write events of this level and above."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=lambda event, **_: orjson.dumps(event, default=str)),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        # One write a line: threads and processes share the stream.
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
    )


def begin(request_id: str) -> None:
    """From here on every event of this thread carries the request's id."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)


def served(**facts: str | float | None) -> None:
    """A request was answered."""
    _log.info("request", **{key: value for key, value in facts.items() if value is not None})


def failed(error: BaseException) -> None:
    """The service itself failed: where, but not in whose words."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    _log.error("failure", exception=type(error).__qualname__, stack=places[-30:])


def refused(status: int, error: BaseException) -> None:
    """Something that is not HTTP was sent."""
    _log.warning("refused", status=status, exception=type(error).__qualname__)


def exposed(host: str) -> None:
    """The service listens to other machines."""
    _log.warning(
        "exposed",
        host=host,
        meaning="other machines reach this address: without a database nobody is asked who they are, with one a key is needed",
    )


class ServerLog(logging.Handler):
    """Takes what gunicorn says of itself into the same stream."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record of gunicorn as an event."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            failed(error)
            return
        _log.log(record.levelno, "server", message=record.getMessage())
