"""Whether a process lives, whether it can judge, and what it has counted."""

from __future__ import annotations

from functools import cache

from flask import Response

from validator.api import library, metrics
from validator.api.data import as_json
from validator.api.openapi import Answer, Blueprint, resource
from validator.api.problems import Problem
from validator.api.schemas import HealthSchema
from validator.api.services import services
from validator.errors import BadRuleset
from validator.pipeline import judge

blueprint = Blueprint("health", __name__, description="For those who run the service.")


@resource(blueprint, "/livez", Answer(HealthSchema, "The process lives."))
def livez() -> Response:
    """Tell whether the process lives."""
    return as_json({"status": "ok"})


@resource(blueprint, "/readyz", Answer(HealthSchema, "The process can judge."), refusals=(503,))
def readyz() -> Response:
    """Tell whether the process can judge: the default ruleset compiles and judges a set."""
    try:
        _tried(services().settings.ruleset)
    except BadRuleset as error:
        raise Problem(503, "bad-ruleset", "The default ruleset cannot be used.", faults=error.faults) from None
    except Problem as error:
        raise Problem(503, error.kind, "The default ruleset does not exist.", faults=error.faults) from None
    return as_json({"status": "ok"})


@cache
def _tried(ruleset: str) -> None:
    judge({"objectives": [{"id": "1", "title": "Be ready"}]}, library.find(ruleset))


@resource(blueprint, "/metrics", Answer({"type": "string"}, "Counts in the text format of Prometheus.", "text/plain"))
def counts() -> Response:
    """Count requests, verdicts, findings and items, of all processes together."""
    shared = services().settings.metrics_dir is not None
    return Response(metrics.page(shared=shared), content_type=metrics.CONTENT_TYPE_LATEST)
