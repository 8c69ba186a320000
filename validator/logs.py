"""What a process writes down: one JSON line an event on standard error, and never a word of what it was sent.

The messages of exceptions are left out, because any of them may hold the text of somebody's OKRs, or a secret.
"""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any

import orjson
import structlog

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
log: Any = structlog.get_logger()


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


def failed(error: BaseException, **facts: str) -> None:
    """The service itself failed: where, but not in whose words."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    log.error("failure", exception=type(error).__qualname__, stack=places[-30:], **facts)


class LibraryLog(logging.Handler):
    """Takes what a library says of itself into the same stream, as events of one name."""

    def __init__(self, event: str) -> None:
        super().__init__()
        self._event = event

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record as an event."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            failed(error)
            return
        log.log(record.levelno, self._event, message=record.getMessage())


def take_over(library: str, event: str) -> None:
    """Take what a library says into the same stream: warnings, and what is worse."""
    logger = logging.getLogger(library)
    logger.handlers, logger.propagate = [LibraryLog(event)], False
    logger.setLevel(logging.WARNING)
