"""Folds one short text and makes its n-grams in plain Python: for that few arrays do not pay.

The same symbols and grams as `folding.py` and `grams.py` make; a test holds them to that.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.wide import gram_keys as keys
from services.emotion_tag.adapters.wide.folding import (
    DROPPED,
    END,
    EXPANSION_BASE,
    LONGEST_RUN,
    MAY_FOLD_WHOLE,
    SPACE,
    Symbols,
)
from services.emotion_tag.adapters.wide.grams import Grams
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

LONGEST = 64  # characters; from there on arrays are faster

_MASK, _HALF = keys.MASK, 32
_FIRST, _SECOND, _THIRD = keys.PLACES
_WORD, _NEXT_WORD = keys.WORDS
_PAIRS = frozenset(CONTRASTING_PAIRS)
_NOT = [ord(c) for c in "n't"]

_Gram = tuple[int, int, int]
"""A key with the first and the last symbol that it covers."""
_Scopes = list[list[int]]


class _Word(NamedTuple):
    """A word of Latin script, or a number."""

    hashed: int
    first: int
    last: int
    negates: bool


class ShortTexts:
    """Needs the folding table, as `Folding` does."""

    def __init__(
        self, source: NDArray[np.uint32], target: NDArray[np.uint32], expansions: Sequence[str]
    ) -> None:
        self._table = {
            code: _codes_of(folded, expansions)
            for code, folded in zip(source.tolist(), target.tolist(), strict=True)
        }
        kinds = kinds_table()
        self._kinds = {int(code): int(kinds[code]) for code in kinds.nonzero()[0]}
        self._negating = set(keys.word_hashes(NEGATING_WORDS).tolist())
        self._contrasting = set(keys.word_hashes(CONTRASTING_WORDS).tolist())

    def takes(self, text: str) -> bool:
        return len(text) <= LONGEST and not MAY_FOLD_WHOLE.search(text)

    def read(self, text: str) -> tuple[Symbols, Grams]:
        """The symbols and grams of a text that it takes."""
        codes, origin = self._fold(text)
        kinds = list(map(self._kinds.get, codes, [0] * len(codes)))
        words = self._words(codes, kinds) if LETTER in kinds else []
        scopes = self._scopes(codes, kinds, words)
        grams = _of_characters(codes, kinds, scopes)
        if words:
            grams += _of_words(words, kinds, scopes)
        hashes, first, last = zip(*grams, strict=True) if grams else ((), (), ())
        symbols = Symbols(
            np.array(codes, np.uint32),
            np.array(origin, np.int64),
            np.array([len(codes) - 1]),
            np.zeros(1, np.int64),
        )
        made = Grams(
            np.array(hashes, np.uint32), np.array(first, np.int64), np.array(last, np.int64)
        )
        return symbols, made

    def _fold(self, text: str) -> tuple[list[int], list[int]]:
        codes: list[int] = []
        origin: list[int] = []
        before, run = -1, 0
        for place, raw in enumerate(map(ord, text)):
            for code in self._table.get(raw, (raw,)):
                run = run + 1 if code == before else 1
                before = code
                if run <= LONGEST_RUN and (code != SPACE or run == 1):
                    codes.append(code)
                    origin.append(place)
        codes.append(END)
        origin.append(len(text))
        return codes, origin

    def _words(self, codes: list[int], kinds: list[int]) -> list[_Word]:
        words: list[_Word] = []
        place, size = 0, len(codes)
        while place < size:
            if kinds[place] != LETTER:
                place += 1
                continue
            first = place
            while kinds[place] == LETTER:
                place += 1
            hashed = keys.word_hash(codes[first:place])
            is_not = place - first > len(_NOT) and codes[place - len(_NOT) : place] == _NOT
            words.append(_Word(hashed, first, place - 1, is_not or hashed in self._negating))
        return words

    def _scopes(self, codes: list[int], kinds: list[int], words: list[_Word]) -> _Scopes | None:
        """The scopes that each symbol is in; None if there is no scope at all."""
        ruling = {NEGATOR, CONTRAST, QUOTE}.intersection(kinds)
        contrasts = {at for at, pair in enumerate(pairwise(codes)) if pair in _PAIRS}
        contrasts.update(word.first for word in words if word.hashed in self._contrasting)
        asks = QUESTION in codes
        if not (ruling or contrasts or asks):
            return None
        scopes: _Scopes = [[] for _ in codes]
        if NEGATOR in ruling:
            _negate(kinds, scopes)
        if asks:
            _ask(codes, kinds, scopes)
        if CONTRAST in ruling or contrasts:
            contrasts.update(at for at, kind in enumerate(kinds) if kind == CONTRAST)
            for at in range(min(contrasts), len(codes)):
                scopes[at].append(keys.CONTRASTED)
        if QUOTE in ruling:
            inside = False
            for at, kind in enumerate(kinds):
                if kind == QUOTE:
                    inside = not inside
                elif inside:
                    scopes[at].append(keys.QUOTED)
        return scopes


def _negate(kinds: list[int], scopes: _Scopes) -> None:
    for at, kind in enumerate(kinds):
        if kind != NEGATOR:
            continue
        for reached in range(at + 1, min(at + 1 + REACH_SYMBOLS, len(kinds))):
            if kinds[reached] in (BREAK, CLOSED):
                break
            scopes[reached].append(keys.NOT)
    for inside in scopes:
        if len(inside) > 1:
            inside[:] = [keys.NOT_NOT]


def _ask(codes: list[int], kinds: list[int], scopes: _Scopes) -> None:
    asked = False
    for at in range(len(codes) - 1, -1, -1):
        if kinds[at] == BREAK:
            asked = codes[at] == QUESTION
        elif asked:
            scopes[at].append(keys.ASKED)


def _of_characters(codes: list[int], kinds: list[int], scopes: _Scopes | None) -> list[_Gram]:
    grams: list[_Gram] = []
    size = len(codes) - 1
    for at in range(size):
        one, kind = codes[at] * _FIRST, kinds[at]
        is_single = kind != LETTER and codes[at] != SPACE
        if is_single:
            grams.append(((one + keys.SINGLE & _MASK) >> _HALF, at, at))
            if scopes and scopes[at]:
                grams += _single_in(one, at, scopes[at])
        behind = at + 1
        if behind == size:
            break
        two = one + codes[behind] * _SECOND
        if kind != LETTER or kinds[behind] != LETTER:
            grams.append(((two + keys.DOUBLE & _MASK) >> _HALF, at, behind))
            if scopes and scopes[at]:
                grams += _double_in(two, at, scopes[at], scopes[behind])
        if behind + 1 < size:
            three = two + codes[behind + 1] * _THIRD + keys.TRIPLE
            grams.append(((three & _MASK) >> _HALF, at, behind + 1))
    return grams


def _single_in(one: int, at: int, inside: list[int]) -> list[_Gram]:
    kinds = [keys.SINGLE_IN[scope] for scope in inside if scope in keys.SINGLE_IN]
    return [((one + kind & _MASK) >> _HALF, at, at) for kind in kinds]


def _double_in(two: int, at: int, inside: list[int], behind: list[int]) -> list[_Gram]:
    kinds = [keys.DOUBLE_IN[scope] for scope in inside if scope in behind]
    return [((two + kind & _MASK) >> _HALF, at, at + 1) for kind in kinds]


def _of_words(words: list[_Word], kinds: list[int], scopes: _Scopes | None) -> list[_Gram]:
    grams: list[_Gram] = []
    for at, word in enumerate(words):
        alone, first, last = word.hashed * _WORD, word.first, word.last
        grams.append(((alone + keys.WORD & _MASK) >> _HALF, first, last))
        if at:
            before = words[at - 1]
            pair = before.hashed * _WORD + word.hashed * _NEXT_WORD + keys.WORD_PAIR
            grams.append(((pair & _MASK) >> _HALF, before.first, last))
        inside = [scope for scope in scopes[first] if scope > keys.NOT_NOT] if scopes else []
        near = words[max(0, at - REACH_WORDS) : at]
        nots = sum(one.negates and BREAK not in kinds[one.first : first] for one in near)
        if nots:
            inside.append(keys.NOT if nots == 1 else keys.NOT_NOT)
        grams += [((alone + keys.WORD_IN[scope] & _MASK) >> _HALF, first, last) for scope in inside]
    return grams


def _codes_of(folded: int, expansions: Sequence[str]) -> tuple[int, ...]:
    if folded == DROPPED:
        return ()
    if folded >= EXPANSION_BASE:
        return tuple(map(ord, expansions[folded - EXPANSION_BASE]))
    return (folded,)
