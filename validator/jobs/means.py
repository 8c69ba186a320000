"""What a process that runs syncs has at its disposal, by the settings of the service."""

from __future__ import annotations

import datetime
import os

from sqlalchemy import Engine

from connectors.contract import Reach
from validator.detection.semantic.minilm import load_encoder
from validator.service.draining import Sender
from validator.service.endpoint_wishes import Bounds
from validator.service.mailing import Post
from validator.service.pepper import Pepper
from validator.service.sync import Means
from validator.settings import Settings


def means_of(settings: Settings, engine: Engine, executor: str) -> Means:
    """What a process has whose lock has that name. Raises BadModel where the folder of the encoder holds none."""
    return Means(
        engine=engine,
        executor=executor,
        reach=Reach(settings.allowed_networks, secrets=settings.secrets, folders=settings.allowed_folders),
        clock=lambda: datetime.datetime.now(datetime.UTC),
        encoder=load_encoder(settings.model_dir),
        approval=settings.waiver_approval,
    )


def sender_of(settings: Settings, means: Means) -> Sender:
    """What the same process has for sending messages."""
    pepper = Pepper(settings.pepper, settings.database_url, os.environ)
    return Sender(
        engine=means.engine,
        clock=means.clock,
        pepper=pepper.read,
        bounds=Bounds(settings.secrets, settings.allowed_networks, settings.webhook_proxy),
        public_url=settings.public_url,
        smtp=_post(settings),
    )


def _post(settings: Settings) -> Post | None:
    smtp = settings.smtp
    if smtp is None:
        return None
    return Post(
        smtp.host, smtp.port, smtp.security, smtp.sender, smtp.user, settings.smtp_password, settings.allowed_networks
    )
