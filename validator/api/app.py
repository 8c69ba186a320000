"""The HTTP API as a WSGI application."""

from __future__ import annotations

from validator.api import documentation, exchange, health, logs, openapi, reference, rulesets, validations
from validator.api.gate import Gate
from validator.api.problems import Service
from validator.api.services import KEY, Services
from validator.detection.semantic.minilm import load_encoder
from validator.settings import Settings, waiting_room

_PARTS = 200


def create_app(settings: Settings) -> Service:
    """The application, set up as asked. Raises BadModel where the folder of the encoder holds none."""
    logs.configure(settings.log_level)
    app = Service("okr-validator", static_folder=None, template_folder=None)
    app.config.update(MAX_FORM_PARTS=_PARTS)
    app.url_map.strict_slashes, app.url_map.merge_slashes = True, False
    encoder = load_encoder(settings.model_dir) if settings.model_dir else None
    app.extensions[KEY] = Services(settings, Gate(settings.judgements, waiting_room(settings)), encoder)
    exchange.install(app, settings.max_body)
    api = openapi.describe(app)
    for part in (validations, rulesets, reference, health):
        api.register_blueprint(part.blueprint)
    app.register_blueprint(documentation.pages(api))
    return app
