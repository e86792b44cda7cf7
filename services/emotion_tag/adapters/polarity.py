"""Which way a text leans: for, against, neither or both."""

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.artefact import Artefact
from services.emotion_tag.adapters.folding import END
from services.emotion_tag.adapters.linear_model import Scored
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion, Polarity

_NEUTRAL = EMOTIONS.index(Emotion.NEUTRAL)
_BREAKS = np.array(sorted({ord(c) for c in ",.!?;，。！？；但"} | {END}), np.uint32)
_BUT = [np.uint32(ord(c)) for c in " but "]
_LEAST_GRAMS = 4  # a clause with fewer known n-grams does not lean

Floats = NDArray[np.float64]


def clause_leanings(scored: Scored, artefact: Artefact, bias: Floats) -> tuple[Floats, Floats]:
    """The log-odds of the most positive and the most negative clause of each text, read alone."""
    clause = np.cumsum(_begins(scored.symbols.codes))[scored.first]
    positive = artefact.weights[:, -1][scored.known].astype(np.float64)
    squares = artefact.squares[scored.known].astype(np.float64)
    sums = np.bincount(clause, positive)
    lengths = np.sqrt(np.maximum(np.bincount(clause, squares), 1))
    owner = np.zeros(len(sums), np.int64)
    owner[clause] = scored.text
    enough = np.flatnonzero(np.bincount(clause) >= _LEAST_GRAMS)
    odds = sums[enough] * artefact.scale[-1] / lengths[enough] + bias[owner[enough]]
    best = np.full(len(bias), -np.inf)
    worst = np.full(len(bias), np.inf)
    np.maximum.at(best, owner[enough], odds)
    np.minimum.at(worst, owner[enough], odds)
    return best, worst


def _begins(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    begins: NDArray[np.bool_] = np.isin(codes, _BREAKS)
    places = len(codes) - len(_BUT) + 1
    if places > 0:
        but = codes[:places] == _BUT[0]
        if but.any():
            for ahead, code in enumerate(_BUT):
                but &= codes[ahead : ahead + places] == code
            begins[:places] |= but
    return begins


def lean(
    odds: Floats, neutral: Floats, best: Floats, worst: Floats, artefact: Artefact
) -> list[Polarity]:
    """Mixed where a clause is clearly for and another clearly against; neutral where it says so.

    `odds` are the log-odds that the whole text is for it, `neutral` its probability of neutral.
    """
    calibration = artefact.calibration
    mixed = (best >= calibration.mixed_above) & (worst <= -calibration.mixed_above)
    neither = neutral >= calibration.neutral_above
    return [
        Polarity.MIXED
        if mixed[i]
        else Polarity.NEUTRAL
        if neither[i]
        else Polarity.POSITIVE
        if odds[i] > 0
        else Polarity.NEGATIVE
        for i in range(len(odds))
    ]
