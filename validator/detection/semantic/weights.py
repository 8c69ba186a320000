"""The weights of a model, read from model.safetensors once and laid out as the arithmetic wants them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from safetensors import SafetensorError, safe_open

from validator.detection.semantic.encoder import Vectors, bad_model
from validator.detection.semantic.folder import WEIGHTS, Folder

_FIRST = "embeddings.word_embeddings.weight"

Take = Callable[..., Vectors]
"""A tensor by its name and the shape that it must have."""


class Linear(NamedTuple):
    """A matrix (inputs by outputs) and what is added after it."""

    matrix: Vectors
    shift: Vectors


class Norm(NamedTuple):
    """A layer norm."""

    scale: Vectors
    shift: Vectors


class Layer(NamedTuple):
    """One layer: attention, then two matrices with GELU between; a norm after each."""

    attention: Linear
    """Queries (already divided by the root of their length), keys and values side by side."""
    attended: Linear
    attended_norm: Norm
    wide: Linear
    narrow: Linear
    norm: Norm


class Weights(NamedTuple):
    """A whole model."""

    words: Vectors
    positions: Vectors
    """With the embedding of the first, and here only, token type added."""
    norm: Norm
    layers: tuple[Layer, ...]
    heads: int
    epsilon: float


def read_weights(folder: Folder) -> Weights:
    """The weights in a folder; raises BadModel where they are not those that its config.json speaks of."""
    try:
        with safe_open(folder.path / WEIGHTS, framework="numpy") as file:
            return _weights(_taker(file, folder), folder)
    except (SafetensorError, OSError, TypeError, ValueError) as error:
        raise bad_model(folder.path, f"{WEIGHTS} cannot be read: {error}.") from None


def _taker(file: Any, folder: Folder) -> Take:
    names: list[str] = file.keys()
    prefix = next((name.removesuffix(_FIRST) for name in names if name.endswith(_FIRST)), "")

    def take(name: str, *shape: int) -> Vectors:
        tensor = file.get_tensor(prefix + name)
        if tensor.shape != shape or tensor.dtype.kind != "f":
            raise bad_model(folder.path, f"{WEIGHTS} holds {name} as {tensor.dtype} {tensor.shape}, not {shape}.")
        return np.ascontiguousarray(tensor, np.float32)

    return take


def _weights(take: Take, folder: Folder) -> Weights:
    sizes, hidden = folder.sizes, folder.sizes.hidden_size
    types = take("embeddings.token_type_embeddings.weight", 2, hidden)
    return Weights(
        words=take(_FIRST, sizes.vocab_size, hidden),
        positions=take("embeddings.position_embeddings.weight", sizes.max_position_embeddings, hidden) + types[0],
        norm=_norm(take, "embeddings.LayerNorm", hidden),
        layers=tuple(_layer(take, f"encoder.layer.{number}", folder) for number in range(sizes.num_hidden_layers)),
        heads=sizes.num_attention_heads,
        epsilon=folder.epsilon,
    )


def _layer(take: Take, name: str, folder: Folder) -> Layer:
    hidden, inner = folder.sizes.hidden_size, folder.sizes.intermediate_size
    query, key, value = (
        _linear(take, f"{name}.attention.self.{part}", hidden, hidden) for part in ("query", "key", "value")
    )
    shrink = np.float32(1 / math.sqrt(hidden // folder.sizes.num_attention_heads))
    return Layer(
        attention=Linear(
            np.concatenate((query.matrix * shrink, key.matrix, value.matrix), axis=1),
            np.concatenate((query.shift * shrink, key.shift, value.shift)),
        ),
        attended=_linear(take, f"{name}.attention.output.dense", hidden, hidden),
        attended_norm=_norm(take, f"{name}.attention.output.LayerNorm", hidden),
        wide=_linear(take, f"{name}.intermediate.dense", hidden, inner),
        narrow=_linear(take, f"{name}.output.dense", inner, hidden),
        norm=_norm(take, f"{name}.output.LayerNorm", hidden),
    )


def _linear(take: Take, name: str, inputs: int, outputs: int) -> Linear:
    return Linear(np.ascontiguousarray(take(f"{name}.weight", outputs, inputs).T), take(f"{name}.bias", outputs))


def _norm(take: Take, name: str, size: int) -> Norm:
    return Norm(take(f"{name}.weight", size), take(f"{name}.bias", size))
