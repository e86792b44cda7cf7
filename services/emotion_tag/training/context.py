"""Fits how far a feeling carries over to what is said next, on dialogues: see `ContextWeights`."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.cascade.calibration import ContextWeights
from services.emotion_tag.adapters.cascade.context import is_echo, with_prior, with_reply
from services.emotion_tag.training.corpora import Example
from services.emotion_tag.training.scales import allowed, balance

Floats = NDArray[np.float64]
Row = list[float]

_SHARES = [round(step / 20, 2) for step in range(20)]
_ECHO = 0.8  # by rule, as dialogues of plays hardly have any: "+1" says nothing of its own
LATEST = 8
"""Turns of a talk that make its mood."""
_LEAST = 0.01
Change = Callable[[ContextWeights, int], Row]


def fitted_context(turns: Sequence[Example], probabilities: Floats) -> ContextWeights:
    """Shares that make the labels of turns likeliest, every label counting about the same.

    `turns` stand in the order of their dialogues; `probabilities` are those of the turns by
    themselves. The turn before is what a turn answers, those before make the prior. Texts of all
    lengths share one: fitted apart, on some hundred turns each, they differed by chance alone.
    """
    own: list[Row] = probabilities.tolist()
    usual = [round(max(float(mean), _LEAST), 4) for mean in probabilities.mean(axis=0)]
    right, weight = allowed(turns), balance(turns)
    before = _before(turns, own)
    rows = [i for i, turn in enumerate(turns) if before[i] and not is_echo(turn.text)]

    def replied(weights: ContextWeights, i: int) -> Row:
        return with_reply(weights, turns[i].text, own[i], before[i][-1])

    def primed(weights: ContextWeights, i: int) -> Row:
        mood = np.mean(before[i][-LATEST:], axis=0).tolist()
        return with_prior(weights, turns[i].text, own[i], mood)

    def loss(weights: ContextWeights, change: Change) -> float:
        shares = [right[i] @ np.array(change(weights, i)) for i in rows]
        return -float(weight[rows] @ np.log(np.maximum(shares, 1e-9)))

    nothing = ContextWeights(lengths=[], usual=usual, reply=[0.0], echo=_ECHO, prior=[0.0])
    reply = min(_SHARES, key=lambda share: loss(replace(nothing, reply=[share]), replied))
    prior = min(_SHARES, key=lambda share: loss(replace(nothing, prior=[share]), primed))
    return replace(nothing, reply=[reply], prior=[prior])


def _before(turns: Sequence[Example], own: Sequence[Row]) -> list[list[Row]]:
    """For each turn the probabilities of the turns before it, in its dialogue."""
    found: list[list[Row]] = []
    dialogue, before = "", list[Row]()
    for turn, row in zip(turns, own, strict=True):
        if turn.group != dialogue:
            dialogue, before = turn.group, []
        found.append(list(before))
        before.append(row)
    return found
