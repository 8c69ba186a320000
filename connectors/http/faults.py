"""What goes wrong when a tool is asked."""

from __future__ import annotations

from typing import Literal

from connectors.contract import Fault, Missing, SourceError

Kind = Literal[
    "credential", "permission", "not_found", "request", "rate", "server", "network", "timeout", "format", "too_large", "refused"
]  # fmt: skip


class HttpFault(SourceError):
    """A question that a tool did not answer, or not as it should. Its words never hold a credential."""

    def __init__(self, kind: Kind, message: str, hint: str = "", *, status: int | None = None) -> None:
        super().__init__(Fault("", message, hint))
        self.kind: Kind = kind
        """credential: 401; permission: 402, 403; not_found: 404, 410; request: another 4xx; rate: 429; server: 5xx;
        refused: an address or host that may not be asked."""
        self.status = status
        """HTTP status, where there was an answer."""

    def __reduce__(self) -> tuple[type[HttpFault], tuple[str, str, str], dict[str, object]]:
        fault = self.faults[0]
        return type(self), (self.kind, fault.message, fault.hint), {"status": self.status}

    def missing(self, scope: str, ids: tuple[str, ...] | None = None) -> Missing:
        """What is missing because of it: "key results of goal 1204"."""
        return Missing(scope, self.faults[0].message, ids)
