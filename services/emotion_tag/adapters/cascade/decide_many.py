"""What `decide` makes of one text, of many at once: the same to the last bit; a test holds it.

Exponentials, logarithms and powers are the C library's here too, number by number: those of numpy
differ from them, and from one processor to the next. Sums go emotion by emotion in their order.
"""

from collections.abc import Callable, Sequence
from functools import reduce
from math import exp, log
from operator import add
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.cascade.calibration import Scale
from services.emotion_tag.adapters.cascade.decide import AGAINST, FAMILIES, FOR, LARGE, LEAST
from services.emotion_tag.domain.taxonomy import EMOTIONS

Floats = NDArray[np.float64]

_SIZE = len(EMOTIONS)
_IN_FAMILY = np.zeros((len(FAMILIES), _SIZE), np.bool_)
for _family, _members in enumerate(FAMILIES):
    _IN_FAMILY[_family, _members] = True


class Decided(NamedTuple):
    """What is decided about several texts, each list in their order."""

    probabilities: list[list[float]]
    odds: list[float]
    """Log-odds of positive."""
    confidence: list[float]


def decided(scale: Scale, wide: Floats, sharpening: float) -> Decided:
    """What texts of one scale feel like by the scores of the wide model alone, a row for each."""
    scores = scale.wide * wide.T[:_SIZE] + np.array(scale.bias)[:, None]
    odds = _each(exp, scores - scores.max(axis=0))
    by_wide, by_encoder, by_emotions, added = scale.positive
    leaning = _each(
        log, np.maximum(_sum(odds, FOR), LEAST) / np.maximum(_sum(odds, AGAINST), LEAST)
    )
    positive = by_wide * wide.T[_SIZE] + by_encoder * 0.0 + by_emotions * leaning + added
    shares = odds / _sum(odds, range(_SIZE))
    _sharpen(shares, sharpening)
    return Decided(shares.T.tolist(), positive.tolist(), _confidence(scale, _clearness(shares)))


def _sharpen(shares: Floats, power: float) -> None:
    """As `decide.probabilities` does it."""
    families = np.array([_sum(shares, members) for members in FAMILIES])
    for members, family in zip(FAMILIES, families, strict=True):
        if members in LARGE:
            sharp = _each(lambda share: share**power, shares[members])
            total = _sum(sharp, range(len(members)))
            some = total > 0
            shares[members] = np.where(
                some, sharp * family / np.where(some, total, 1.0), shares[members]
            )
    top = families.argmax(axis=0)
    for text in (~_IN_FAMILY[top, shares.argmax(axis=0)]).nonzero()[0].tolist():
        members = FAMILIES[top[text]]
        strongest = members[int(shares[members, text].argmax())]
        shares[members, text] = 0.0
        shares[strongest, text] = families[top[text], text]


def _clearness(shares: Floats) -> Floats:
    """As `decide.clearness`."""
    families = np.array([_sum(shares, members) for members in FAMILIES])
    of_top = _IN_FAMILY.argmax(axis=0)[shares.argmax(axis=0)]
    clear: Floats = families[of_top, np.arange(shares.shape[1])]
    return clear


def _confidence(scale: Scale, clear: Floats) -> list[float]:
    """As `decide.confidence`: the ends are knots here."""
    knots = scale.confidence_knots
    known, right = np.array([(0.0, 0.0), *knots, (np.inf, knots[-1][1])]).T
    behind = known.searchsorted(clear, side="right")
    c1, c2, r1, r2 = known[behind - 1], known[behind], right[behind - 1], right[behind]
    sure: list[float] = (r1 + (r2 - r1) * (clear - c1) / (c2 - c1)).tolist()
    return sure


def _each(function: Callable[[float], float], values: Floats) -> Floats:
    return np.array(list(map(function, values.ravel().tolist()))).reshape(values.shape)


def _sum(rows: Floats, places: Sequence[int]) -> Floats:
    total: Floats = reduce(add, (rows[place] for place in places))
    return total
