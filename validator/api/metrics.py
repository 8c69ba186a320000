"""Counts for Prometheus, right across processes; labels are route templates and fixed words, never what was sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

__all__ = ["CONTENT_TYPE_LATEST", "judged", "page", "served", "standing"]

_LABELS = ("route", "method", "status")
_REQUESTS = Counter("okr_validator_http_requests", "Requests answered.", _LABELS)
_SECONDS = Histogram(
    "okr_validator_http_request_duration_seconds", "Time from the head of a request to its answer.", _LABELS,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)  # fmt: skip
_VALIDATIONS = Counter("okr_validator_validations", "OKR sets judged.", ("ruleset", "verdict"))
_FINDINGS = Counter("okr_validator_findings", "Findings reported.", ("severity",))
_STANDING = {
    "silent_sources": "Sources that were not heard by their schedule and grace.",
    "syncs_queued": "Syncs that wait for a worker.",
    "syncs_running": "Syncs that run.",
    "webhooks_disabled": "Endpoints of webhooks that are disabled: nothing is sent to them.",
    "webhooks_failing": "Endpoints of webhooks at which nothing arrives.",
    "webhook_messages_waiting": "Messages to endpoints of webhooks that have neither arrived nor been given up.",
    "webhook_messages_given_up": "Messages of the last seven days that were given up and not sent again.",
}
_ITEMS = Counter("okr_validator_items_judged", "Objectives, key results and initiatives judged.", ("kind",))


def served(route: str | None, method: str, status: int, seconds: float) -> None:
    """Count an answered request; a route of None matched nothing."""
    labels = (route or "none", method, str(status))
    _REQUESTS.labels(*labels).inc()
    _SECONDS.labels(*labels).observe(seconds)


def judged(report: Mapping[str, Any]) -> None:
    """Count a judged OKR set by its report."""
    summary = report["summary"]
    _VALIDATIONS.labels(report["ruleset"]["name"], report["status"]).inc()
    for severity in ("error", "warning", "info"):
        _FINDINGS.labels(severity).inc(summary[severity])
    for kind, count in summary["items"].items():
        _ITEMS.labels(kind).inc(count)


def standing(counts: Mapping[str, int]) -> bytes:
    """How it stands with sources and webhooks at this moment, as text."""
    registry = CollectorRegistry()
    registry.register(_Standing(counts))
    return generate_latest(registry)


class _Standing(Collector):
    """Counts of this moment; a Gauge would also write them into the folder that processes share, and tell them twice."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, about in _STANDING.items():
            yield GaugeMetricFamily(f"okr_validator_{name}", about, value=self._counts[name])


def page(*, shared: bool) -> bytes:
    """All counts as text: of every process where they share a folder, else of this one."""
    if not shared:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
