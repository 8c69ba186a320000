"""The forward pass of a BERT encoder: from the tokens of a batch of texts to one unit vector for each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from validator.detection.semantic.encoder import Ids, Vectors
from validator.detection.semantic.weights import Layer, Linear, Norm, Weights

_FAR = np.float32(-1e9)
"""Added to the score of a token that only pads."""
_ROWS = 64
"""Rows whose GELU is computed at a time: they stay in the processor's cache."""
_ERF = tuple(map(np.float32, (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)))
_ERF_STEP = np.float32(0.3275911 / 2**0.5)
"""Abramowitz and Stegun 7.1.26: erf with an error below 2e-7, without a library for it."""


def vectors(tokens: Sequence[Ids], weights: Weights) -> Vectors:
    """Unit vectors of texts by their tokens; none is empty, and short ones are padded to the longest."""
    lengths = np.array([len(ids) for ids in tokens])
    longest = int(lengths.max())
    present = np.arange(longest) < lengths[:, None]
    padded = np.zeros((len(tokens), longest), np.int32)
    padded[present] = np.concatenate(tokens)
    states = weights.words[padded]
    states += weights.positions[:longest]
    states = _normed(states, weights.norm, weights.epsilon)
    mask = None if present.all() else np.where(present, np.float32(0), _FAR)[:, None, None, :]
    for layer in weights.layers:
        attended = _linear(_attention(states, layer, weights.heads, mask), layer.attended)
        attended += states
        attended = _normed(attended, layer.attended_norm, weights.epsilon)
        wide = _linear(attended, layer.wide)
        _gelu(wide.reshape(-1, wide.shape[-1]))
        states = _linear(wide, layer.narrow)
        states += attended
        states = _normed(states, layer.norm, weights.epsilon)
    return _unit(np.einsum("tli,tl->ti", states, present.astype(np.float32)))


def _linear(states: Vectors, linear: Linear) -> Vectors:
    texts, length, size = states.shape
    out = states.reshape(-1, size) @ linear.matrix
    out += linear.shift
    return out.reshape(texts, length, -1)


def _attention(states: Vectors, layer: Layer, heads: int, mask: Vectors | None) -> Vectors:
    """What each token takes over from the others, by head."""
    texts, length, size = states.shape
    joint = _linear(states, layer.attention).reshape(texts, length, 3, heads, size // heads)
    query, key, value = joint.transpose(2, 0, 3, 1, 4)
    scores = query @ key.swapaxes(-1, -2)
    if mask is not None:
        scores += mask
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
    taken: Vectors = (scores @ value).swapaxes(1, 2).reshape(texts, length, size)
    return taken


def _normed(states: Vectors, norm: Norm, epsilon: float) -> Vectors:
    """The layer norm, in place."""
    states -= states.mean(axis=-1, keepdims=True)
    variance = np.einsum("tli,tli->tl", states, states) / np.float32(states.shape[-1])
    states /= np.sqrt(variance + np.float32(epsilon))[:, :, None]
    states *= norm.scale
    states += norm.shift
    return states


def _gelu(states: Vectors) -> None:
    """GELU in place: max(x, 0) - |x| * tail(|x|), where tail is what the normal distribution leaves beyond |x|."""
    for start in range(0, len(states), _ROWS):
        part = states[start : start + _ROWS]
        size = np.abs(part)
        step = size * _ERF_STEP
        step += 1
        np.reciprocal(step, out=step)
        tail = step * _ERF[0]
        for factor in _ERF[1:]:
            tail += factor
            tail *= step
        np.multiply(size, size, out=step)
        step *= np.float32(-0.5)
        tail *= np.exp(step, out=step)
        tail *= size
        tail *= np.float32(0.5)
        np.maximum(part, 0, out=part)
        part -= tail


def _unit(sums: Vectors) -> Vectors:
    lengths = np.sqrt(np.einsum("ti,ti->t", sums, sums))
    sums /= np.maximum(lengths, np.float32(1e-12))[:, None]
    return sums
