"""The HTTP API as a WSGI application."""

from __future__ import annotations

import os

from validator.api import (
    audit,
    authentication,
    baselines,
    connections,
    decisions,
    deliveries,
    documentation,
    exchange,
    findings,
    health,
    keys,
    logs,
    openapi,
    privacy,
    reference,
    retention,
    rulesets,
    runs,
    syncs,
    texts,
    validations,
    waivers,
    webhooks,
)
from validator.api.buckets import Rate
from validator.api.gate import Gate
from validator.api.problems import Service
from validator.api.refused import not_served
from validator.api.services import KEY, Services
from validator.api.stored import open_store
from validator.detection.semantic.minilm import load_encoder
from validator.service.pepper import Pepper
from validator.settings import Settings, waiting_room
from validator.store.faults import StoreUnavailable

_RESOURCES = (
    validations,
    connections,
    syncs,
    runs,
    findings,
    waivers,
    baselines,
    decisions,
    rulesets,
    reference,
    webhooks,
    deliveries,
    keys,
    audit,
    privacy,
    retention,
    health,
)
_BLUEPRINTS = (*(part.blueprint for part in _RESOURCES), *texts.blueprints)
_FORM_PARTS = 200


def create_app(settings: Settings) -> Service:
    """The application, set up as asked. Raises BadModel where the folder of the encoder holds none."""
    logs.configure(settings.log_level)
    app = Service("okr-validator", static_folder=None, template_folder=None)
    app.config.update(MAX_FORM_PARTS=_FORM_PARTS)
    app.url_map.strict_slashes, app.url_map.merge_slashes = True, False
    encoder = load_encoder(settings.model_dir)
    store = open_store(settings.database_url)
    app.extensions[KEY] = Services(settings, Gate(settings.judgements, waiting_room(settings)), store, encoder)
    exchange.install(app, settings.max_body)
    pepper = Pepper(settings.pepper, settings.database_url, os.environ)
    per_key = Rate(settings.rate, settings.burst) if settings.rate else None
    authentication.install(app, store, pepper, per_key=per_key, allow_remote=settings.allow_remote)
    app.register_error_handler(StoreUnavailable, not_served)
    api = openapi.describe(app)
    for blueprint in _BLUEPRINTS:
        api.register_blueprint(blueprint)
    app.register_blueprint(documentation.pages(api))
    return app
