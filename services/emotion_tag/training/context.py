"""Fits how much counts what a text answers, on dialogues: see `ContextWeights`."""

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

_LENGTHS = [4, 10]  # characters: "真的吗", "你怎么这么晚才来"
_POWERS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.25, 1.5)
_ECHO = 0.8  # by rule, as dialogues of plays hardly have any: "+1" says nothing of its own
LATEST = 8
"""Turns of a talk that make its mood."""
_LEAST = 0.01
Change = Callable[[ContextWeights, int], Row]


def fitted_context(turns: Sequence[Example], probabilities: Floats) -> ContextWeights:
    """Powers that make the labels of turns likeliest, every label counting about the same.

    `turns` stand in the order of their dialogues; `probabilities` are those of the turns by
    themselves. The turn before is what a turn answers, those before make the prior.
    """
    own: list[Row] = probabilities.tolist()
    usual = [round(max(float(mean), _LEAST), 4) for mean in probabilities.mean(axis=0)]
    before = _before(turns, own)
    right, weight = allowed(turns), balance(turns)

    def replied(weights: ContextWeights, i: int) -> Row:
        if not before[i]:
            return own[i]
        return with_reply(weights, turns[i].text, own[i], before[i][-1])

    def primed(weights: ContextWeights, i: int) -> Row:
        if not before[i]:
            return own[i]
        mood = tuple(np.mean(before[i][-LATEST:], axis=0).tolist())
        return with_prior(weights, turns[i].text, replied(weights, i), mood)

    def loss(rows: Sequence[int], weights: ContextWeights, change: Change) -> float:
        shares = [right[i] @ np.array(change(weights, i)) for i in rows]
        return -float(weight[list(rows)] @ np.log(np.maximum(shares, 1e-9)))

    made = ContextWeights(
        lengths=_LENGTHS, usual=usual, reply=[0.0] * 3, echo=_ECHO, prior=[0.0] * 3
    )
    for number in range(len(_LENGTHS) + 1):
        rows = [
            i
            for i, turn in enumerate(turns)
            if _range_of(turn.text) == number and not is_echo(turn.text)
        ]
        for name, change in (("reply", replied), ("prior", primed)):
            tried = [_with(made, name, number, power) for power in _POWERS]
            losses = [loss(rows, weights, change) for weights in tried]
            made = tried[losses.index(min(losses))]
    return made


def _with(made: ContextWeights, name: str, number: int, power: float) -> ContextWeights:
    old = made.reply if name == "reply" else made.prior
    powers = [power if at == number else one for at, one in enumerate(old)]
    return replace(made, reply=powers) if name == "reply" else replace(made, prior=powers)


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


def _range_of(text: str) -> int:
    return sum(len(text.strip()) > length for length in _LENGTHS)
