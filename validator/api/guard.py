"""What stands at the door of a process."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import NamedTuple, cast

from flask import current_app
from sqlalchemy import Engine

from validator.api.buckets import Buckets
from validator.service.pepper import Pepper

EXTENSION = "okr-validator-guard"


class Guard(NamedTuple):
    """What the door needs to know who is there, and how often they come."""

    store: Engine | None
    notes: Engine | None
    """The same store for what is noted by the way, which waits for no other writer to speak of."""
    pepper: Pepper
    per_key: Buckets | None
    """Requests of each key; None: as many as it likes."""
    refusals: Buckets
    """Refusals of each address that the audit trail tells of."""
    clock: Callable[[], datetime.datetime]
    open_to_all: bool
    """Whether other machines are answered without a key: asked for at the start, and only where nothing is remembered."""


def guard_of_app() -> Guard:
    """What stands at the door of the application that serves this request."""
    return cast("Guard", current_app.extensions[EXTENSION])
