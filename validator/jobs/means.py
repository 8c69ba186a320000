"""What a process that runs syncs has at its disposal, by the settings of the service."""

from __future__ import annotations

import datetime

from sqlalchemy import Engine

from connectors.contract import Reach
from validator.detection.semantic.minilm import load_encoder
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
