"""Fits how far a feeling carries over to what is said next, on dialogues: see `ContextWeights`."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.cascade.calibration import ContextWeights
from services.emotion_tag.adapters.cascade.context import is_echo, lifted
from services.emotion_tag.training.corpora import Example
from services.emotion_tag.training.scales import allowed, balance

Floats = NDArray[np.float64]
Row = list[float]

_SHARES = [round(step / 20, 2) for step in range(20)]
_ECHO = 0.8  # by rule, as dialogues of plays hardly have any: "+1" says nothing of its own
LATEST = 8
"""Turns of a talk that make its mood."""
_LEAST = 0.01


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

    nothing = ContextWeights(usual=usual, reply=0.0, echo=_ECHO, prior=0.0)
    moods = {i: np.mean(before[i][-LATEST:], axis=0).tolist() for i in rows}

    def loss(share: float, beside: Mapping[int, Row]) -> float:
        shares = [right[i] @ np.array(lifted(nothing, own[i], beside[i], share)) for i in rows]
        return -float(weight[rows] @ np.log(np.maximum(shares, 1e-9)))

    answered = {i: before[i][-1] for i in rows}
    return ContextWeights(
        usual=usual,
        reply=min(_SHARES, key=lambda share: loss(share, answered)),
        echo=_ECHO,
        prior=min(_SHARES, key=lambda share: loss(share, moods)),
    )


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
