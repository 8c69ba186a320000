"""What a process that serves does besides: what was kept long enough goes on time, even where nobody asks for anything."""

from __future__ import annotations

import datetime
import threading
import time

from flask import Flask
from sqlalchemy import Engine

from validator.api import logs
from validator.api.services import KEY, Services
from validator.service.retention import Limits, apply_when_due, limits_of

ACTOR = "retention"
PERIOD = 3_600.0
"""Seconds until it is looked again whether the limits are to be applied."""


def start(app: Flask) -> None:
    """Apply retention each day for as long as this process lives; of several that share a store one does it."""
    services: Services = app.extensions[KEY]
    limits = limits_of(services.settings.retention_days, services.settings.retention_mb)
    if services.store is not None and limits != Limits():
        threading.Thread(target=_keep, args=(services.store, limits), name=ACTOR, daemon=True).start()


def _keep(store: Engine, limits: Limits) -> None:
    while True:
        look(store, limits, datetime.datetime.now(datetime.UTC))
        time.sleep(PERIOD)


def look(store: Engine, limits: Limits, now: datetime.datetime) -> None:
    """Apply the limits if nobody has for a day. What fails is written down, and tried again the next time."""
    try:
        removed = apply_when_due(store, now, ACTOR, limits)
    except Exception as error:  # noqa: BLE001 - the thread must outlive it: nobody else would apply them tomorrow
        logs.failed(error)
        return
    if removed is not None:
        logs.kept(**removed._asdict())
