"""Hard limits of a document: what is larger is refused with a clear error, never half-read."""

from __future__ import annotations

OBJECTIVES = 200_000
KEY_RESULTS_OF_ONE_OBJECTIVE = 1_000
LISTED = 100_000
"""Entries of any other list at the top of a document."""
NESTED = 1_000
"""Entries of a list inside an objective, a key result or a review."""
ID_LENGTH = 256
NAME_LENGTH = 1_000
TITLE_LENGTH = 10_000
TEXT_LENGTH = 100_000
AMOUNT = 1e15
"""Largest magnitude of a number: beyond it a float no longer holds whole numbers exactly."""
WHOLE = 2**63 - 1
"""Largest magnitude of a whole number that is an id or stands under `extra`."""
EXTRA_DEPTH = 8
EXTRA_NODES = 1_000
FAULTS = 1_000
"""Faults listed at once."""
