"""The wide model: a linear softmax over hashed n-grams, in whole numbers up to the last step.

Sums of int8 weights are exact in any order, so a text gets the same answer alone and in a batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.wide.artefact import Artefact
from services.emotion_tag.adapters.wide.folding import Folding, Symbols
from services.emotion_tag.adapters.wide.grams import GramMaker
from services.emotion_tag.adapters.wide.short_text import ShortText, ShortTexts

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
    blank: list[bool]
    """Texts without a single n-gram that the model knows."""

    @property
    def arrays(self) -> "Scored":
        return self

    @property
    def folded(self) -> str:
        """The symbols of all texts."""
        return self.symbols.written()

    @property
    def origin(self) -> Places:
        return self.symbols.origin

    @property
    def ends(self) -> list[int]:
        ends: list[int] = self.symbols.ends.tolist()
        return ends

    @property
    def offsets(self) -> list[int]:
        offsets: list[int] = self.symbols.offsets.tolist()
        return offsets


class ShortScored(NamedTuple):
    """The same of one short text, in lists."""

    logits: Floats
    text: ShortText
    at: list[int]
    """Place of each n-gram that the model knows among those of the text."""
    known: list[int]
    length: float
    blank: list[bool]
    rows: list[int]
    """The different ones of `known`."""
    weights: NDArray[np.int8]
    """Of these rows."""

    @property
    def arrays(self) -> Scored:
        first, last = (np.array(places, np.int64) for places in self.text.grams.covered())
        return Scored(
            self.logits,
            self.text.symbols(),
            np.array(self.known, np.int64),
            np.zeros(len(self.known), np.int64),
            first.take(self.at),
            last.take(self.at),
            np.array([self.length]),
            self.blank,
        )

    @property
    def folded(self) -> str:
        return self.text.folded

    @property
    def origin(self) -> Sequence[int]:
        return self.text.origin

    @property
    def ends(self) -> list[int]:
        return [len(self.text.codes) - 1]

    @property
    def offsets(self) -> list[int]:
        return [0]


AnyScored = Scored | ShortScored


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
        self._each_square = self._squares.data

    def score(self, texts: Sequence[str]) -> AnyScored:
        if len(texts) == 1 and self._short.takes(texts[0]):
            return self._score_short(self._short.read(texts[0]))
        symbols = self._folding.fold(texts)
        grams = self.grams.make(symbols)
        at, known = self._rows.find(grams.hashes)
        first, last = grams.first.take(at), grams.last.take(at)
        text = symbols.ends.searchsorted(first)
        sums, squares = self._sums(known, text, len(texts))
        length = np.sqrt(np.maximum(squares, 1))
        logits = sums * self._scale / length[:, None]
        return Scored(logits, symbols, known, text, first, last, length, (squares == 0).tolist())

    def _score_short(self, text: ShortText) -> ShortScored:
        at, known = self._rows.find_each(text.grams.hashes)
        rows = list(set(known))
        weights = self.weights.take(rows, axis=0)
        squares = sum([self._each_square[row] for row in rows])
        length = sqrt(max(squares, 1))
        return ShortScored(
            logits=np.add.reduce(weights, dtype=np.int64, keepdims=True) * self._scale / length,
            text=text,
            at=at,
            known=known,
            length=length,
            blank=[not squares],
            rows=rows,
            weights=weights,
        )

    def unknown_shares(self, texts: Sequence[str]) -> list[float]:
        """Of the n-grams of each text the share that has no row; 0 of a text without any."""
        symbols = self._folding.fold(texts)
        grams = self.grams.make(symbols)
        at, _ = self._rows.find(grams.hashes)
        text = symbols.ends.searchsorted(grams.first)
        all_grams, known = (np.bincount(some, minlength=len(texts)) for some in (text, text[at]))
        shares: list[float] = ((all_grams - known) / np.maximum(all_grams, 1)).tolist()
        return shares

    def _sums(self, known: Places, text: Places, texts: int) -> tuple[Places, Places]:
        """Sums of the weights and of the squares of each text's different n-grams."""
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
        self._each_shift = 32 - bits
        self._shift = np.uint32(self._each_shift)
        beginnings = np.arange(1 << bits, dtype=np.uint32) << self._shift
        self._begin = keys.searchsorted(beginnings).astype(np.int32)
        self._fullest = int(np.diff(self._begin, append=np.int32(len(keys))).max())
        self._each_begin, self._each_key = self._begin.data, self._keys.data

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

    def find_each(self, hashes: list[int]) -> tuple[list[int], list[int]]:
        """The same of few hashes, for which arrays do not pay."""
        begin, key, shift, size = (
            self._each_begin,
            self._each_key,
            self._each_shift,
            len(self._keys),
        )
        known: list[int] = []
        rows: list[int] = []
        for at, one in enumerate(hashes):
            row = begin[one >> shift]
            while row < size and key[row] < one:
                row += 1
            if row < size and key[row] == one:
                known.append(at)
                rows.append(row)
        return known, rows


def _differs(sorted_values: _Whole) -> NDArray[np.bool_]:
    """Which values are the first of their kind."""
    differs = np.ones(len(sorted_values), np.bool_)
    np.not_equal(sorted_values[1:], sorted_values[:-1], out=differs[1:])
    return differs
