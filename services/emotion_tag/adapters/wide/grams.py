"""The n-grams of folded texts, hashed, with the symbols each covers.

Characters: 1 to 3 of them; those made of Latin letters only from 3 on, as single letters say
little. Words of Latin script: 1 and 2. A character pair or a word that stands in the reach of an
odd number of negations is a gram of another kind as well ("不是很好用" is not a kind of "好用"),
one in the reach of two ("不是不好用") of a third. They are features that a model may weigh, never
rules that overrule it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.wide.folding import CODE_POINTS, END, SPACE, Symbols

Hashes = NDArray[np.uint32]
Places = NDArray[np.int64]

_OTHER, _LETTER, _BREAK, _END = 0, 1, 2, 4
_NEGATORS = "不没无未"
_NEGATING_WORDS = ("not", "no", "never", "nothing", "hardly", "without", "cannot", "isnt", "dont")
_BREAKS = ",.!?;:，。！？；：、~…\n"
_REACH_SYMBOLS = 4  # 不是很好用: the negation reaches the fourth symbol behind it
_REACH_WORDS = 3  # not a very good one

_NOT = tuple(np.uint64(ord(c)) for c in "t'n")  # backwards
_LONGEST_WORD = 24  # symbols of a word that tell it from others
_M1, _M2, _M3 = (np.uint64(m) for m in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))
_HIGH = np.uint64(32)
_SPREAD = np.uint64(29)


@dataclass(frozen=True, slots=True)
class Grams:
    """Hashed n-grams of several texts, in no particular order."""

    hashes: Hashes
    first: Places
    """Index of the first symbol covered."""
    last: Places
    """Index of the last symbol covered."""


class GramMaker:
    """Makes the n-grams; keeps the tables it needs for that."""

    def __init__(self) -> None:
        self._kinds = _kinds()
        self._powers = _M1 ** np.arange(1, _LONGEST_WORD + 1, dtype=np.uint64)
        self._negating_words = np.sort(_word_hashes_of(_NEGATING_WORDS, self._powers))

    def in_words(self, symbols: Symbols) -> NDArray[np.bool_]:
        """Which symbols belong to words of Latin script or to numbers."""
        letters: NDArray[np.bool_] = self._kinds_of(symbols) == _LETTER
        return letters

    def _kinds_of(self, symbols: Symbols) -> NDArray[np.uint8]:
        return self._kinds[np.minimum(symbols.codes, CODE_POINTS)]

    def make(self, symbols: Symbols) -> Grams:
        codes = symbols.codes.astype(np.uint64)
        kinds = self._kinds_of(symbols)
        letter = kinds == _LETTER
        parts = _character_grams(symbols.codes, codes, kinds, letter)
        if letter.any():
            parts += self._word_grams(codes, letter, kinds)
        hashes, first, last = zip(*parts, strict=True)
        return Grams(np.concatenate(hashes), np.concatenate(first), np.concatenate(last))

    def _word_grams(
        self, codes: NDArray[np.uint64], letter: NDArray[np.bool_], kinds: NDArray[np.uint8]
    ) -> list[tuple[Hashes, Places, Places]]:
        edges = (letter[1:] != letter[:-1]).nonzero()[0] + 1
        if letter[0]:
            edges = np.concatenate((np.zeros(1, np.int64), edges))
        starts, stops = edges[0::2], edges[1::2]
        words = _word_hashes(codes, starts, stops, self._powers)
        lasts = stops - 1
        # Number of texts closed and of clauses broken before each word.
        text = np.cumsum(kinds == _END)[starts]
        clause = np.cumsum((kinds == _BREAK) | (kinds == _END))[starts]
        together = text[1:] == text[:-1]
        pairs = (words[:-1] * _M2 ^ words[1:])[together]
        parts = [
            (_mix(words, 4), starts, lasts),
            (_mix(pairs, 5), starts[:-1][together], lasts[1:][together]),
        ]
        place = np.searchsorted(self._negating_words, words)
        place[place == len(self._negating_words)] = 0
        negates = self._negating_words[place] == words
        negates |= _ends_in_nt(codes, starts, lasts)
        if negates.any():
            count = _count_behind(negates, clause, _REACH_WORDS)
            parts += [
                (_mix(words[odd], 8 + twice), starts[odd], lasts[odd])
                for twice, odd in enumerate(((count == 1).nonzero()[0], (count > 1).nonzero()[0]))
            ]
        return parts


def _character_grams(
    symbols: NDArray[np.uint32],
    codes: NDArray[np.uint64],
    kinds: NDArray[np.uint8],
    letter: NDArray[np.bool_],
) -> list[tuple[Hashes, Places, Places]]:
    closed = kinds == _END
    single = (~(letter | closed | (symbols == SPACE))).nonzero()[0]
    open2 = ~(closed[1:] | closed[:-1])
    double = (open2 & ~(letter[1:] & letter[:-1])).nonzero()[0]
    triple = (open2[1:] & open2[:-1]).nonzero()[0]
    pairs = codes[:-1] * _M1 + codes[1:]
    parts = [
        (_mix(codes[single], 1), single, single),
        (_mix(pairs[double], 2), double, double + 1),
        (_mix(pairs[triple] * _M2 + codes[triple + 2], 3), triple, triple + 2),
    ]
    negates = (kinds & 8) > 0
    if negates.any():
        clause = np.cumsum((kinds == _BREAK) | closed)
        count = _count_behind(negates, clause, _REACH_SYMBOLS)
        for twice, at in enumerate((count == 1, count > 1)):
            ones = (at & ~closed & ~letter).nonzero()[0]
            twos = (at[:-1] & at[1:] & open2).nonzero()[0]
            parts += [
                (_mix(codes[ones], 10 + twice), ones, ones),
                (_mix(pairs[twos], 6 + twice), twos, twos + 1),
            ]
    return parts


def _count_behind(
    marked: NDArray[np.bool_], clause: NDArray[np.int64], reach: int
) -> NDArray[np.int64]:
    """How many of the `reach` places before each are marked and in the same clause."""
    count = np.zeros(len(marked), np.int64)
    for step in range(1, min(reach, len(marked) - 1) + 1):
        count[step:] += marked[:-step] & (clause[:-step] == clause[step:])
    return count


def _mix(values: NDArray[np.uint64], kind: int) -> Hashes:
    salted = (values + np.uint64(kind)) * _M1
    salted ^= salted >> _SPREAD
    return ((salted * _M3) >> _HIGH).astype(np.uint32)


def _word_hashes(
    codes: NDArray[np.uint64], starts: Places, stops: Places, powers: NDArray[np.uint64]
) -> NDArray[np.uint64]:
    lengths = np.minimum(stops - starts, len(powers))
    ends = np.cumsum(lengths)
    within = np.arange(ends[-1]) - np.repeat(ends - lengths, lengths)
    terms = codes[np.repeat(starts, lengths) + within] * powers[within]
    return np.add.reduceat(terms, ends - lengths)


def _word_hashes_of(words: Sequence[str], powers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    codes = np.array([ord(c) for word in words for c in word], np.uint64)
    stops = np.cumsum([len(word) for word in words])
    starts = stops - [len(word) for word in words]
    return _word_hashes(codes, starts, stops, powers)


def _ends_in_nt(codes: NDArray[np.uint64], starts: Places, lasts: Places) -> NDArray[np.bool_]:
    """don't, isn't, won't: the apostrophe is a letter."""
    ends: NDArray[np.bool_] = lasts - starts >= len(_NOT)
    for back, code in enumerate(_NOT):
        ends &= codes[np.maximum(lasts - back, 0)] == code
    return ends


def _kinds() -> NDArray[np.uint8]:
    kinds = np.zeros(CODE_POINTS + 1, np.uint8)
    for letters in (range(ord("a"), ord("z") + 1), range(ord("0"), ord("9") + 1)):
        kinds[list(letters)] = _LETTER
    kinds[0xDF:0x250] = _LETTER
    kinds[0x370:0x530] = _LETTER  # Greek and Cyrillic, folded to lower case before
    kinds[[ord("'"), ord("_"), 0x2019]] = _LETTER
    kinds[[ord(c) for c in _BREAKS]] = _BREAK
    kinds[[ord(c) for c in _NEGATORS]] = 8
    kinds[END] = _END
    return kinds
