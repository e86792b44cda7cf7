"""The n-grams of folded texts, hashed, with the symbols each covers.

Characters: 1 to 3 of them; those made of Latin letters only from 3 on, as single letters say
little. Words of Latin script: 1 and 2. What stands in a scope counts once more as that: behind one
negation or behind two ("不是不好用"), in a clause that asks ("这也叫好评？"), behind a contrast
("好看，但是…"), in quotation marks ("真是“好”质量"). Weights for them are learned: there is no rule
that overrules the rest. `short_text.py` makes the same of one short text, faster.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.wide import gram_keys as keys
from services.emotion_tag.adapters.wide.folding import CODE_POINTS, SPACE, Symbols
from services.emotion_tag.adapters.wide.symbol_kinds import (
    BREAK,
    CLOSED,
    CONTRAST,
    CONTRASTING_PAIRS,
    CONTRASTING_WORDS,
    LETTER,
    NEGATING_WORDS,
    NEGATOR,
    QUESTION,
    QUOTE,
    REACH_SYMBOLS,
    REACH_WORDS,
    kinds_table,
)

Hashes = NDArray[np.uint32]
Places = NDArray[np.int64]
Mask = NDArray[np.bool_]
_Wide = NDArray[np.uint64]

_HALF = np.uint64(32)
_FIRST, _SECOND, _THIRD = (np.uint64(number) for number in keys.PLACES)
_WORD, _NEXT_WORD = (np.uint64(number) for number in keys.WORDS)
_LETTERS = np.array(keys.LETTERS, np.uint64)
_NOT = tuple(np.uint64(ord(c)) for c in "t'n")  # backwards


@dataclass(frozen=True, slots=True)
class Grams:
    """Hashed n-grams of several texts, in no particular order."""

    hashes: Hashes
    first: Places
    """Index of the first symbol covered."""
    last: Places
    """Index of the last symbol covered."""


class _Parts:
    """Collects grams of one kind after the other."""

    def __init__(self) -> None:
        self._hashes: list[Hashes] = []
        self._first: list[Places] = []
        self._last: list[Places] = []

    def add(self, sums: _Wide, kind: int, first: Places, last: Places) -> None:
        self._hashes.append(((sums + np.uint64(kind)) >> _HALF).astype(np.uint32))
        self._first.append(first)
        self._last.append(last)

    def grams(self) -> Grams:
        return Grams(
            np.concatenate(self._hashes), np.concatenate(self._first), np.concatenate(self._last)
        )


@dataclass(frozen=True, slots=True)
class _Laid:
    """Symbols with what the grams are made from."""

    symbols: Symbols
    codes: _Wide
    kinds: NDArray[np.uint8]
    letter: Mask
    closed: Mask
    clause: Places
    """How many clauses and texts have ended up to each symbol, itself included."""
    text: Places
    """The text that each symbol stands in."""


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of Latin script."""

    hashes: _Wide
    first: Places
    last: Places


class GramMaker:
    """Makes the n-grams; keeps the tables it needs for that."""

    def __init__(self) -> None:
        self._kinds = kinds_table()
        self._negating = keys.word_hashes(NEGATING_WORDS)
        self._contrasting = keys.word_hashes(CONTRASTING_WORDS)

    def in_words(self, symbols: Symbols) -> Mask:
        """Which symbols belong to words of Latin script or to numbers."""
        letters: Mask = self._kinds_of(symbols) == LETTER
        return letters

    def says_something(self, symbols: Symbols) -> Mask:
        """Which symbols are more than a break, a space or the end."""
        kinds = self._kinds_of(symbols)
        says: Mask = (kinds != BREAK) & (kinds != CLOSED) & (symbols.codes != SPACE)
        return says

    def breaks(self, symbols: Symbols) -> Mask:
        """Which symbols end a clause."""
        kinds: Mask = self._kinds_of(symbols) == BREAK
        return kinds

    def _kinds_of(self, symbols: Symbols) -> NDArray[np.uint8]:
        return self._kinds[np.minimum(symbols.codes, CODE_POINTS)]

    def make(self, symbols: Symbols) -> Grams:
        laid = _laid(symbols, self._kinds_of(symbols))
        words = _words(laid) if laid.letter.any() else None
        scopes = self._scopes(laid, words)
        parts = _Parts()
        _add_characters(parts, laid, scopes)
        if words is not None:
            self._add_words(parts, laid, words, scopes)
        return parts.grams()

    def _scopes(self, laid: _Laid, words: _Words | None) -> list[tuple[int, Mask]]:
        """The scopes that occur, with the symbols in each; those of negated words are apart."""
        codes = laid.symbols.codes
        scopes: list[tuple[int, Mask]] = []
        negates = laid.kinds == NEGATOR
        if negates.any():
            count = _count_behind(negates, laid.clause, REACH_SYMBOLS)
            scopes += [(keys.NOT, count == 1), (keys.NOT_NOT, count > 1)]
        asks = (codes == QUESTION).nonzero()[0]
        if len(asks):
            asked = np.zeros(laid.clause[-1] + 1, np.bool_)
            asked[laid.clause[asks] - 1] = True
            scopes.append((keys.ASKED, asked[laid.clause] & (laid.kinds != BREAK)))
        contrasts = laid.kinds == CONTRAST
        for first, second in CONTRASTING_PAIRS:
            contrasts[:-1] |= (codes[:-1] == first) & (codes[1:] == second)
        if words is not None:
            contrasts[words.first[_are_among(words.hashes, self._contrasting)]] = True
        if contrasts.any():
            scopes.append((keys.CONTRASTED, _count_before(contrasts, laid) > 0))
        quotes = laid.kinds == QUOTE
        if quotes.any():
            scopes.append((keys.QUOTED, (_count_before(quotes, laid) % 2 == 1) & ~quotes))
        return scopes

    def _add_words(
        self, parts: _Parts, laid: _Laid, words: _Words, scopes: list[tuple[int, Mask]]
    ) -> None:
        sums = words.hashes * _WORD
        text = laid.text[words.first]
        together = text[1:] == text[:-1]
        parts.add(sums, keys.WORD, words.first, words.last)
        pairs = (sums[:-1] + words.hashes[1:] * _NEXT_WORD)[together]
        parts.add(pairs, keys.WORD_PAIR, words.first[:-1][together], words.last[1:][together])
        negates = _are_among(words.hashes, self._negating) | _end_in_nt(laid.codes, words)
        inside = [(scope, at[words.first]) for scope, at in scopes if scope > keys.NOT_NOT]
        if negates.any():
            count = _count_behind(negates, laid.clause[words.first], REACH_WORDS)
            inside += [(keys.NOT, count == 1), (keys.NOT_NOT, count > 1)]
        for scope, at in inside:
            parts.add(sums[at], keys.WORD_IN[scope], words.first[at], words.last[at])


def _laid(symbols: Symbols, kinds: NDArray[np.uint8]) -> _Laid:
    closed = kinds == CLOSED
    ended = closed.cumsum()
    return _Laid(
        symbols=symbols,
        codes=symbols.codes.astype(np.uint64),
        kinds=kinds,
        letter=kinds == LETTER,
        closed=closed,
        clause=((kinds == BREAK) | closed).cumsum(),
        text=ended - closed,
    )


def _add_characters(parts: _Parts, laid: _Laid, scopes: list[tuple[int, Mask]]) -> None:
    codes, letter, closed = laid.codes, laid.letter, laid.closed
    ones = codes * _FIRST
    twos = ones[:-1] + codes[1:] * _SECOND
    open2 = ~(closed[1:] | closed[:-1])
    is_single = ~(letter | closed | (laid.symbols.codes == SPACE))
    is_double = open2 & ~(letter[1:] & letter[:-1])
    single, double = is_single.nonzero()[0], is_double.nonzero()[0]
    triple = (open2[1:] & open2[:-1]).nonzero()[0]
    parts.add(ones[single], keys.SINGLE, single, single)
    parts.add(twos[double], keys.DOUBLE, double, double + 1)
    parts.add(twos[triple] + codes[triple + 2] * _THIRD, keys.TRIPLE, triple, triple + 2)
    for scope, at in scopes:
        if scope in keys.SINGLE_IN:
            single = (at & is_single).nonzero()[0]
            parts.add(ones[single], keys.SINGLE_IN[scope], single, single)
        double = (at[:-1] & at[1:] & is_double).nonzero()[0]
        parts.add(twos[double], keys.DOUBLE_IN[scope], double, double + 1)


def _words(laid: _Laid) -> _Words:
    edges = np.diff(laid.letter, prepend=False, append=False).nonzero()[0]
    first, stops = edges[0::2], edges[1::2]
    lengths = np.minimum(stops - first, len(_LETTERS))
    ends = np.cumsum(lengths)
    within = np.arange(ends[-1]) - np.repeat(ends - lengths, lengths)
    terms = laid.codes[np.repeat(first, lengths) + within] * _LETTERS[within]
    return _Words(np.add.reduceat(terms, ends - lengths), first, stops - 1)


def _are_among(hashes: _Wide, few: _Wide) -> Mask:
    place = np.searchsorted(few, hashes)
    among: Mask = few.take(place, mode="clip") == hashes
    return among


def _end_in_nt(codes: _Wide, words: _Words) -> Mask:
    """don't, isn't, won't: the apostrophe is a letter."""
    ends: Mask = words.last - words.first >= len(_NOT)
    for back, code in enumerate(_NOT):
        ends &= codes[np.maximum(words.last - back, 0)] == code
    return ends


def _count_behind(marked: Mask, clause: Places, reach: int) -> Places:
    """How many of the `reach` places before each are marked and in the same clause."""
    count = np.zeros(len(marked), np.int64)
    for step in range(1, min(reach, len(marked) - 1) + 1):
        count[step:] += marked[:-step] & (clause[:-step] == clause[step:])
    return count


def _count_before(marked: Mask, laid: _Laid) -> Places:
    """How many are marked in a text up to each of its symbols, itself included."""
    count = marked.cumsum()
    before = np.concatenate((np.zeros(1, np.int64), count[laid.symbols.ends]))
    counted: Places = count - before[laid.text]
    return counted
