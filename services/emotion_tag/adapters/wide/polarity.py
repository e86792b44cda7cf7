"""How the clauses of a text lean, each read alone: praise with a complaint is for and against."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.wide.artefact import Artefact
from services.emotion_tag.adapters.wide.folding import CODE_POINTS, END
from services.emotion_tag.adapters.wide.linear_model import AnyScored, ShortScored

_BREAKS = ",.!?;，。！？；但"
_BUT = [np.uint32(ord(c)) for c in " but "]
_BEGINS_CLAUSE = re.compile(f"[{_BREAKS}]| (?=but )")
_LEAST_GRAMS = 4  # a clause with fewer known n-grams does not lean

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Leaning:
    """How the clauses of one text lean; infinite where none says enough."""

    best: float
    """Log-odds of the most positive clause."""
    worst: float
    """Log-odds of the most negative clause."""
    clauses: int
    """How many say enough, and one."""


NO_LEANING = Leaning(-inf, inf, 1)
_CONTRAST = re.compile(
    "但|可惜|不过|不過|就是|只是|虽然|雖然|除了|却|卻|胜在|勝在"
    r"|\b(?:but|however|though|although|yet|still|except|shame|too bad)\b",
    re.IGNORECASE,
)


def contrasts(text: str) -> bool:
    """Whether the text has a word that sets one thing against another."""
    return _CONTRAST.search(text) is not None


class Clauses:
    """Reads the clauses of texts one by one."""

    def __init__(self, artefact: Artefact) -> None:
        self._is_break = np.zeros(CODE_POINTS + 1, np.bool_)
        self._is_break[[ord(c) for c in _BREAKS]] = True
        self._positive, self._squares = artefact.weights[:, -1], artefact.squares
        self._each_positive, self._each_square = self._positive.data, self._squares.data
        self._scale = float(artefact.scale[-1])

    def read(self, scored: AnyScored, bias: Floats) -> list[Leaning]:
        """The leaning of each text; `bias` is what its log-odds begin with."""
        if isinstance(scored, ShortScored):
            return [self._of_short(scored, float(bias[0]))]
        codes = scored.symbols.codes
        begins = self._begins(codes)
        if not begins[:-2].any():
            return [NO_LEANING] * len(bias)
        begins |= codes == END
        clause = begins.cumsum()[scored.first]
        sums = np.bincount(clause, self._positive[scored.known])
        lengths = np.sqrt(np.maximum(np.bincount(clause, self._squares[scored.known]), 1))
        owner = np.zeros(len(sums), np.int64)
        owner[clause] = scored.text
        enough = (np.bincount(clause) >= _LEAST_GRAMS).nonzero()[0]
        owner = owner[enough]
        odds = sums[enough] * self._scale / lengths[enough] + bias[owner]
        best, worst = np.full(len(bias), -inf), np.full(len(bias), inf)
        count = np.ones(len(bias), np.int64)
        np.maximum.at(best, owner, odds)
        np.minimum.at(worst, owner, odds)
        np.add.at(count, owner, 1)
        leanings = zip(best.tolist(), worst.tolist(), count.tolist(), strict=True)
        return [Leaning(*leaning) for leaning in leanings]

    def _of_short(self, scored: ShortScored, bias: float) -> Leaning:
        begins = [begin.start() for begin in _BEGINS_CLAUSE.finditer(scored.folded)]
        if not begins or begins[0] >= len(scored.folded) - 2:  # before the last symbol and `END`
            return NO_LEANING
        sums, squares, counts = ([0] * (len(begins) + 1) for _ in range(3))
        first, _ = scored.text.grams.covered()
        for row, gram in zip(scored.known, scored.at, strict=True):
            clause = bisect_right(begins, first[gram])
            sums[clause] += self._each_positive[row]
            squares[clause] += self._each_square[row]
            counts[clause] += 1
        odds = [
            total * self._scale / sqrt(max(square, 1)) + bias
            for total, square, count in zip(sums, squares, counts, strict=True)
            if count >= _LEAST_GRAMS
        ]
        return Leaning(max(odds, default=-inf), min(odds, default=inf), len(odds) + 1)

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
