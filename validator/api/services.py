"""What the views need: made once with the application, and handed out to the request being served."""

from __future__ import annotations

from typing import NamedTuple, cast

from flask import current_app
from sqlalchemy import Engine

from validator.api.gate import Gate
from validator.detection.semantic.encoder import Encoder
from validator.settings import Settings

KEY = "okr-validator"


class Services(NamedTuple):
    """The parts that a process has one of."""

    settings: Settings
    gate: Gate
    store: Engine | None
    """What is remembered; None: this service judges and remembers nothing."""
    encoder: Encoder | None
    """Gives likeness of meaning; None: key results are compared by words."""


def services() -> Services:
    """The parts of the application that serves this request."""
    return cast("Services", current_app.extensions[KEY])
