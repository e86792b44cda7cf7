"""Which way a text leans: for, against, neither or both."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.wide.artefact import Artefact
from services.emotion_tag.adapters.wide.folding import CODE_POINTS, END
from services.emotion_tag.adapters.wide.linear_model import Scored
from services.emotion_tag.domain.taxonomy import Polarity

_BREAKS = ",.!?;，。！？；但"
_BUT = [np.uint32(ord(c)) for c in " but "]
_TWO_SIDED = 9
"""Of two clauses that disagree each is half of what is said, of ten one is an exception: the fewer
they are, the further the whole may lean and still be mixed."""
_LEAST_GRAMS = 4  # a clause with fewer known n-grams does not lean

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Leanings:
    """How the clauses of each text lean, each read alone; infinite where none says enough."""

    best: Floats
    """Log-odds of the most positive clause."""
    worst: Floats
    """Log-odds of the most negative clause."""
    clauses: NDArray[np.int64]
    """How many say enough, and one."""


class Clauses:
    """Reads the clauses of a text one by one."""

    def __init__(self, artefact: Artefact) -> None:
        self._is_break = np.zeros(CODE_POINTS + 1, np.bool_)
        self._is_break[[ord(c) for c in _BREAKS]] = True
        self._rows = np.stack(
            (artefact.weights[:, -1].astype(np.float64), artefact.squares.astype(np.float64))
        )
        self._scale = float(artefact.scale[-1])

    def read(self, scored: Scored, bias: Floats) -> Leanings:
        leanings = Leanings(
            best=np.full(len(bias), -np.inf),
            worst=np.full(len(bias), np.inf),
            clauses=np.ones(len(bias), np.int64),
        )
        begins = self._begins(scored.symbols.codes)
        if not begins.any():
            return leanings
        begins |= scored.symbols.codes == END
        clause = begins.cumsum()[scored.first]
        positive, squares = self._rows[:, scored.known]
        sums = np.bincount(clause, positive)
        lengths = np.sqrt(np.maximum(np.bincount(clause, squares), 1))
        owner = np.zeros(len(sums), np.int64)
        owner[clause] = scored.text
        enough = (np.bincount(clause) >= _LEAST_GRAMS).nonzero()[0]
        owner = owner[enough]
        odds = sums[enough] * self._scale / lengths[enough] + bias[owner]
        np.maximum.at(leanings.best, owner, odds)
        np.minimum.at(leanings.worst, owner, odds)
        np.add.at(leanings.clauses, owner, 1)
        return leanings

    def _begins(self, codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
        begins = self._is_break[np.minimum(codes, CODE_POINTS)]
        places = len(codes) - len(_BUT) + 1
        if places > 0:
            but = codes[:places] == _BUT[0]
            if but.any():
                for ahead, code in enumerate(_BUT):
                    but &= codes[ahead : ahead + places] == code
                begins[:places] |= but
        return begins


def lean(odds: Floats, neutral: Floats, leanings: Leanings, artefact: Artefact) -> list[Polarity]:
    """Mixed where the clauses disagree and the whole is torn; neutral where that is likelier than a
    side.

    `odds` are the log-odds that the whole text is for it, `neutral` its probability of neutral.
    """
    calibration = artefact.calibration
    sided = np.abs(odds)
    mixed = leanings.best >= calibration.mixed_above
    mixed &= leanings.worst <= -calibration.mixed_above
    mixed &= sided < calibration.sided_above * np.maximum(1, _TWO_SIDED / leanings.clauses)
    neither = _log_odds(neutral) + calibration.neutral_lead >= sided
    sides = zip((odds > 0).tolist(), mixed.tolist(), neither.tolist(), strict=True)
    return [_polarity(is_for, is_mixed, is_neither) for is_for, is_mixed, is_neither in sides]


def _log_odds(probability: Floats) -> Floats:
    kept = np.clip(probability, 1e-9, 1 - 1e-9)
    log_odds: Floats = np.log(kept / (1 - kept))
    return log_odds


def _polarity(is_for: bool, is_mixed: bool, is_neither: bool) -> Polarity:  # noqa: FBT001
    if is_mixed:
        return Polarity.MIXED
    if is_neither:
        return Polarity.NEUTRAL
    return Polarity.POSITIVE if is_for else Polarity.NEGATIVE
