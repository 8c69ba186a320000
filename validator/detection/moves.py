"""Which way a claim moves: its measure, the axes it is about, and the forces it pushes for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from validator.detection.claims import Claim
from validator.detection.text import ROOT
from validator.detection.words import words

Move = float
"""1 to raise, -1 to cut, nearer to 0 the less plainly it is said."""
_BY_AIM = 0.7
"""How plainly an objective says it."""
_BY_NAME = 0.4
"""How plainly it is said by naming an axis alone."""
_BY_RAISED, _BY_CUT = 0.5, -0.3
"""How plainly by naming, without a direction, what raising or cutting would push for."""


def way(claim: Claim, beside: Claim) -> int:
    """The way a claim moves; a bare target is read against the other's baseline."""
    own, theirs = claim.measure, beside.measure
    if own.direction or own.target is None or theirs.baseline is None or own.unit != theirs.unit:
        return own.direction
    return (own.target > theirs.baseline) - (own.target < theirs.baseline)


def improves(claim: Claim) -> int:
    """The way in which a claim would be an improvement: what is bad is to fall, all else to rise; 0 for a statement."""
    if claim.statement:
        return claim.aim.direction
    return claim.aim.direction or sense(claim)


def sense(claim: Claim) -> int:
    """-1 for a measure of something bad, else 1."""
    return -1 if claim.subject.roots & _bad_roots() else 1


@cache
def _bad_roots() -> frozenset[str]:
    return frozenset(word[:ROOT] for word in words().bad_words)


def axis_moves(claim: Claim, direction: int) -> Mapping[str, Move]:
    """The axes that a claim and its objective are about, with the way each moves."""
    aimed = {axis: sign * (claim.aim.direction or 1) * _BY_AIM for axis, sign in claim.aim.axes.items()}
    return aimed | {axis: sign * (direction or _BY_NAME) for axis, sign in claim.axes.items()}


def pushes(claim: Claim, direction: int) -> Mapping[str, Move]:
    """The forces that a claim and its objective push for, or against."""
    aim = claim.aim.direction
    aimed = {force: (sign * aim if aim else sign) * _BY_AIM for force, sign in claim.aim.forces.items()}
    named = {
        force: sign * direction if direction else (_BY_RAISED if sign > 0 else _BY_CUT)
        for force, sign in claim.forces.items()
    }
    return aimed | named
