"""An encoder that reads all-MiniLM-L6-v2, or a model built like it, from a local directory and computes with numpy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from validator.detection.semantic.encoder import Encoder, Ids, Vectors, bad_model
from validator.detection.semantic.folder import TOKENIZER, Folder, find_folder

try:
    import numpy as np
    from tokenizers import Tokenizer

    from validator.detection.semantic.forward import vectors
    from validator.detection.semantic.weights import Weights, read_weights
except ImportError as error:
    _MISSING = str(error)
else:
    _MISSING = ""

MOST_TOKENS = 128
"""Tokens of a text that are read."""
MOST_CHARACTERS = 10_000
"""Characters of a text that are read: 128 tokens of prose take far fewer."""
BATCH = 512
"""Tokens of one batch, padding included: few enough to stay in the cache, many enough to keep numpy busy."""


class MiniLM:
    """A model in memory. It keeps nothing between calls, so threads may share it."""

    def __init__(self, tokenizer: Tokenizer, weights: Weights) -> None:
        self._tokenizer = tokenizer
        self._weights = weights

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of length 1 in the order of the texts; the same texts in another order get the very same vectors."""
        distinct = sorted(set(texts))
        tokens = [self._tokens(text) for text in distinct]
        found = np.empty((len(distinct), self._weights.words.shape[1]), np.float32)
        for batch in _batches([len(ids) for ids in tokens]):
            found[batch] = vectors([tokens[place] for place in batch], self._weights)
        places = {text: place for place, text in enumerate(distinct)}
        return found[np.array([places[text] for text in texts], np.intp)]

    def _tokens(self, text: str) -> Ids:
        # Half a character (a lone surrogate) has no UTF-8, which the tokenizer wants.
        whole = text[:MOST_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
        return np.array(self._tokenizer.encode(whole).ids, np.int32)


def load_encoder(directory: Path | None) -> Encoder | None:
    """The encoder of a model directory; None where no directory is given, and key results are compared by words.

    Raises BadModel where the directory holds none, or the extra is not installed.
    """
    if directory is None:
        return None
    folder = find_folder(directory)
    if _MISSING:
        raise bad_model(directory, f"The extra “semantic” is not installed: {_MISSING}.")
    return MiniLM(_tokenizer(folder), read_weights(folder))


def _tokenizer(folder: Folder) -> Tokenizer:
    try:
        tokenizer = Tokenizer.from_file(str(folder.path / TOKENIZER))
        tokenizer.no_padding()
        tokenizer.enable_truncation(min(MOST_TOKENS, folder.sizes.max_position_embeddings))
        frame = len(tokenizer.encode("").ids)
        largest = max(tokenizer.get_vocab().values(), default=0)
    except Exception as error:  # the library raises this very class
        raise bad_model(folder.path, f"{TOKENIZER} cannot be read: {error}.") from error
    if not 0 < frame <= folder.sizes.max_position_embeddings or largest >= folder.sizes.vocab_size:
        raise bad_model(folder.path, f"{TOKENIZER} belongs to another model.")
    return tokenizer


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of texts, those of like length together."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if (len(batch) + 1) * lengths[place] > BATCH and batch:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
