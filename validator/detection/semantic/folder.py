"""The folder of a model: where its files lie, and the sizes that config.json states."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from validator.detection.semantic.encoder import bad_model

WEIGHTS, TOKENIZER, CONFIG = "model.safetensors", "tokenizer.json", "config.json"
POOLING = "1_Pooling/config.json"
LEVELS = ("", "*/", "*/*/")
"""Where the files may lie below the directory given: in a folder of an installed package, or of a download cache."""
KIND = {"model_type": "bert", "hidden_act": "gelu", "position_embedding_type": "absolute"}
"""What config.json must say if it says anything of these: the reader computes nothing else."""
_LEAST_EPSILON, _MOST_EPSILON = 0.0, 0.1


class Sizes(NamedTuple):
    """The sizes of a model, by their names in config.json."""

    vocab_size: int
    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    max_position_embeddings: int


class Folder(NamedTuple):
    """A folder with a model's files, and what its config.json says."""

    path: Path
    sizes: Sizes
    epsilon: float
    """Keeps a layer norm from dividing by zero."""


def find_folder(directory: Path) -> Folder:
    """The one model in a directory or in a folder up to two levels below. Raises BadModel."""
    if not directory.is_dir():
        raise bad_model(directory, "There is no such directory.")
    for level in LEVELS:
        paths = [path.parent for path in sorted(directory.glob(level + WEIGHTS))]
        if len(paths) > 1:
            raise bad_model(directory, f"Several folders hold a model: {', '.join(map(str, paths[:3]))}. Name one.")
        if paths:
            return _read(paths[0])
    raise bad_model(directory, f"No {WEIGHTS} lies there or up to two folders below.")


def _read(path: Path) -> Folder:
    for name in (TOKENIZER, CONFIG):
        if not (path / name).is_file():
            raise bad_model(path, f"There is no {name} beside {WEIGHTS}.")
    config = _json(path, CONFIG)
    for key, value in KIND.items():
        if config.get(key, value) != value:
            raise bad_model(path, f"{CONFIG} says “{config[key]}” for {key}; only “{value}” is understood.")
    if (path / POOLING).is_file() and _json(path, POOLING).get("pooling_mode_mean_tokens", True) is not True:
        raise bad_model(path, f"{POOLING} asks for another pooling than the mean of the tokens.")
    return Folder(path, _sizes(path, config), _epsilon(path, config))


def _json(path: Path, name: str) -> dict[str, Any]:
    try:
        data = json.loads((path / name).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise bad_model(path, f"{name} cannot be read: {error}.") from None
    if not isinstance(data, dict):
        raise bad_model(path, f"{name} is no JSON object.")
    return data


def _sizes(path: Path, config: dict[str, Any]) -> Sizes:
    for name in Sizes._fields:
        if type(config.get(name)) is not int or config[name] < 1:
            raise bad_model(path, f"{CONFIG} states no whole number from 1 for {name}.")
    sizes = Sizes(*(config[name] for name in Sizes._fields))
    if sizes.hidden_size % sizes.num_attention_heads:
        raise bad_model(path, f"{CONFIG} states a hidden_size that num_attention_heads does not divide.")
    return sizes


def _epsilon(path: Path, config: dict[str, Any]) -> float:
    epsilon = config.get("layer_norm_eps", 1e-12)
    if not isinstance(epsilon, float) or not _LEAST_EPSILON < epsilon < _MOST_EPSILON:
        raise bad_model(path, f"{CONFIG} states no small positive number for layer_norm_eps.")
    return epsilon
