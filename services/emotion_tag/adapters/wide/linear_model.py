"""The wide model: a linear softmax over hashed n-grams, in whole numbers up to the last step.

Sums of int8 weights are exact in any order, so a text gets the same answer alone and in a batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.wide.artefact import Artefact
from services.emotion_tag.adapters.wide.folding import Folding, Symbols
from services.emotion_tag.adapters.wide.grams import GramMaker
from services.emotion_tag.adapters.wide.short_text import ShortTexts

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
_Whole = NDArray[np.signedinteger[Any]]

_MOST_IN_32 = 2**31
_FEW = 256


@dataclass(frozen=True, slots=True)
class Scored:
    """The scores of several texts, and what they were made of."""

    logits: Floats
    """One row for each text: the emotions, then positive; before any bias."""
    symbols: Symbols
    known: Places
    """Row of each n-gram that the model knows."""
    text: Places
    """The text it stands in."""
    first: Places
    last: Places
    """The symbols it covers, both included."""
    length: Floats
    """The length that each text's sums were divided by; 1 if nothing is known of it."""
    blank: NDArray[np.bool_]
    """Texts without a single n-gram that the model knows."""


class LinearModel:
    """Scores texts; knows nothing of probabilities."""

    def __init__(self, artefact: Artefact) -> None:
        table = (artefact.fold_source, artefact.fold_target, artefact.expansions)
        self._folding = Folding(*table)
        self._short = ShortTexts(*table)
        self.grams = GramMaker()
        self._rows = RowFinder(artefact.keys)
        self._scale = artefact.scale
        self.weights, self._squares = artefact.weights, artefact.squares

    def score(self, texts: Sequence[str]) -> Scored:
        if len(texts) == 1 and self._short.takes(texts[0]):
            symbols, grams = self._short.read(texts[0])
        else:
            symbols = self._folding.fold(texts)
            grams = self.grams.make(symbols)
        at, known = self._rows.find(grams.hashes)
        first, last = grams.first.take(at), grams.last.take(at)
        if len(texts) == 1:
            text = np.zeros(len(known), np.int64)
            sums, squares = self._sum(known)
        else:
            text = symbols.ends.searchsorted(first)
            sums, squares = self._sums(known, text, len(texts))
        length = np.sqrt(np.maximum(squares, 1))
        logits = sums * self._scale / length[:, None]
        return Scored(logits, symbols, known, text, first, last, length, squares == 0)

    def unknown_shares(self, texts: Sequence[str]) -> list[float]:
        """Of the n-grams of each text the share that has no row; 0 of a text without any."""
        symbols = self._folding.fold(texts)
        grams = self.grams.make(symbols)
        at, _ = self._rows.find(grams.hashes)
        text = symbols.ends.searchsorted(grams.first)
        all_grams, known = (np.bincount(some, minlength=len(texts)) for some in (text, text[at]))
        shares: list[float] = ((all_grams - known) / np.maximum(all_grams, 1)).tolist()
        return shares

    def _sum(self, known: Places) -> tuple[Places, Places]:
        """Sums of the weights and of the squares of one text's different n-grams."""
        rows = list(set(known.tolist()))
        weights, squares = self.weights.take(rows, axis=0), self._squares.take(rows)
        return weights.sum(axis=0, dtype=np.int64, keepdims=True), squares.sum(keepdims=True)

    def _sums(self, known: Places, text: Places, texts: int) -> tuple[Places, Places]:
        """The same for several texts."""
        sums = np.zeros((texts, self.weights.shape[1]), np.int64)
        squares = np.zeros(texts, np.int64)
        if len(known):
            pairs: _Whole = text * len(self.weights) + known
            if texts * len(self.weights) < _MOST_IN_32:
                pairs = pairs.astype(np.int32)  # is sorted in half the time
            pairs.sort()
            pairs = pairs[_differs(pairs)]
            owner = pairs // len(self.weights)
            starts = _differs(owner).nonzero()[0]
            rows, owner = pairs - owner * len(self.weights), owner[starts]
            weights, lengths = self.weights.take(rows, axis=0), self._squares.take(rows)
            sums[owner] = np.add.reduceat(weights, starts, axis=0, dtype=np.int32)
            squares[owner] = np.add.reduceat(lengths, starts, dtype=np.int32)
        return sums, squares


class RowFinder:
    """Finds the rows of hashes among sorted keys.

    Hashes are spread evenly: the upper bits of one lead next to its key. For few hashes halving
    the keys again and again is faster.
    """

    def __init__(self, keys: NDArray[np.uint32]) -> None:
        self._keys = keys
        bits = max(1, len(keys) - 1).bit_length()
        self._shift = np.uint32(32 - bits)
        beginnings = np.arange(1 << bits, dtype=np.uint32) << self._shift
        self._begin = keys.searchsorted(beginnings).astype(np.int32)
        self._fullest = int(np.diff(self._begin, append=np.int32(len(keys))).max())

    def find(self, hashes: NDArray[np.uint32]) -> tuple[Places, Places]:
        """Which hashes are keys, and the row of each of these."""
        if len(hashes) < _FEW:
            place: _Whole = self._keys.searchsorted(hashes)
        else:
            place = self._begin.take(hashes >> self._shift)
            for _ in range(self._fullest):
                place += self._keys.take(place, mode="clip") < hashes
        at = (self._keys.take(place, mode="clip") == hashes).nonzero()[0]
        return at, place.take(at).astype(np.int64)


def _differs(sorted_values: _Whole) -> NDArray[np.bool_]:
    """Which values are the first of their kind."""
    differs = np.ones(len(sorted_values), np.bool_)
    np.not_equal(sorted_values[1:], sorted_values[:-1], out=differs[1:])
    return differs
