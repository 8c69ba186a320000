"""Whether a process lives, whether it can judge, and what it has counted."""

from __future__ import annotations

from flask import Response

from validator.api import library, metrics
from validator.api.data import as_json
from validator.api.guard import guard_of_app
from validator.api.openapi import Answer, Blueprint, resource
from validator.api.problems import Problem
from validator.api.schemas import HealthSchema, ReadinessSchema
from validator.api.services import services
from validator.pipeline import judge
from validator.service.endpoint_rows import standing as webhooks
from validator.service.sync_status import standing
from validator.store.engine import reading
from validator.store.faults import StoreUnavailable

blueprint = Blueprint("health", __name__, description="For those who run the service.")


@resource(blueprint, "/livez", Answer(HealthSchema, "The process lives."))
def livez() -> Response:
    """Tell whether the process lives."""
    return as_json({"status": "ok"})


@resource(blueprint, "/readyz", Answer(ReadinessSchema, "The process can judge."), refusals=(503,))
def readyz() -> Response:
    """Tell whether the process can judge: the default ruleset compiles and judges a set."""
    try:
        loaded = library.find(services().settings.ruleset)
    except Problem as error:
        detail = "The default ruleset does not exist." if error.code == 404 else str(error.description)
        raise Problem(503, error.kind, detail, faults=error.faults, headers=error.headers) from None
    if loaded.ruleset.digest not in _tried:
        judge({"objectives": [{"id": "1", "title": "Be ready"}]}, loaded.ruleset, **loaded.tables._asdict())
        _tried.add(loaded.ruleset.digest)
    counted = _standing()
    attention = [text.format(counted[name]) for name, text in _ATTENTION.items() if counted.get(name)]
    return as_json({"status": "ok", "attention": attention})


_tried: set[str] = set()
"""Digests of the rulesets that have judged a set here."""
_ATTENTION = {
    "webhooks_disabled": "Webhooks that are disabled, so that nothing is sent to them: {}.",
    "webhooks_failing": "Webhooks at which nothing arrives: {}.",
    "webhook_messages_given_up": "Messages of the last seven days that were given up and can be sent again: {}.",
    "silent_sources": "Sources that have given nothing in their time: {}.",
}
"""What somebody should look after, by the name of its count; it keeps no process from judging."""


@resource(blueprint, "/metrics", Answer({"type": "string"}, "Counts in the text format of Prometheus.", "text/plain"))
def counts() -> Response:
    """Count requests, verdicts, findings and items, of all processes together, sources that are silent, and failing webhooks."""
    shared = services().settings.metrics_dir is not None
    counted = _standing()
    stored = metrics.standing(counted) if counted else b""
    return Response(metrics.page(shared=shared) + stored, content_type=metrics.CONTENT_TYPE_LATEST)


def _standing() -> dict[str, int]:
    """How it stands with sources and webhooks; nothing where the store does not say."""
    engine = services().store
    if engine is None:
        return {}
    now = guard_of_app().clock()
    try:
        with reading(engine) as connection:
            found, told = standing(connection, now), webhooks(connection, now)
    except StoreUnavailable:
        return {}
    counts = {"silent_sources": len(found["silent"])} | {f"syncs_{name}": found[name] for name in ("queued", "running")}
    counts |= {f"webhooks_{name}": told[name] for name in ("disabled", "failing")}
    return counts | {f"webhook_messages_{name}": told[name] for name in ("waiting", "given_up")}
