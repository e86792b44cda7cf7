"""Folds one short text and makes its n-grams in plain Python: for that few arrays do not pay.

The same symbols and grams as `folding.py` and `grams.py` make; a test holds them to that.
"""

import re
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
    Symbols,
)
from services.emotion_tag.adapters.wide.short_grams import Scopes, ShortGrams, Word, short_grams
from services.emotion_tag.adapters.wide.symbol_kinds import (
    BREAK,
    CLOSED,
    CONTRAST,
    CONTRASTING_PAIRS,
    CONTRASTING_WORDS,
    CONTRASTS,
    LETTER,
    NEGATING_WORDS,
    NEGATOR,
    NEGATORS,
    OTHER,
    QUESTION,
    QUOTE,
    QUOTES,
    REACH_SYMBOLS,
    kinds_table,
)

LONGEST = 64  # characters; from there on arrays are faster

_PAIRS = frozenset(CONTRASTING_PAIRS)
_NOT = [ord(c) for c in "n't"]
_END, _NOTHING = chr(END), chr(DROPPED)
_SQUEEZED = re.compile(rf"(.)\1{{{LONGEST_RUN}}}|  ", re.DOTALL)
_MAKES_A_SCOPE = re.compile(
    f"[{NEGATORS}{CONTRASTS}{QUOTES}{chr(QUESTION)}]|"
    + "|".join(chr(first) + chr(second) for first, second in CONTRASTING_PAIRS)
)


class ShortText(NamedTuple):
    """The folded symbols of a text, `END` the last of them, and its grams."""

    folded: str
    codes: list[int]
    """The same as numbers."""
    origin: Sequence[int]
    """The code point that each symbol came from."""
    kinds: list[int]
    grams: ShortGrams

    def symbols(self) -> Symbols:
        """As arrays have them."""
        return Symbols(
            np.array(self.codes, np.uint32),
            np.array(self.origin, np.int64),
            np.array([len(self.codes) - 1]),
            np.zeros(1, np.int64),
        )


class ShortTexts:
    """Needs the folding table, as `Folding` does."""

    def __init__(
        self, source: NDArray[np.uint32], target: NDArray[np.uint32], expansions: Sequence[str]
    ) -> None:
        self._table = {
            code: _written(folded, expansions)
            for code, folded in zip(source.tolist(), target.tolist(), strict=True)
        }
        kinds = kinds_table()
        self._kinds = {int(code): int(kinds[code]) for code in kinds.nonzero()[0]}
        self._negating = set(keys.word_hashes(NEGATING_WORDS).tolist())
        self._contrasting = set(keys.word_hashes(CONTRASTING_WORDS).tolist())

    def takes(self, text: str) -> bool:
        return len(text) <= LONGEST and not MAY_FOLD_WHOLE.search(text)

    def read(self, text: str) -> ShortText:
        """The symbols and grams of a text that it takes."""
        folded, origin = self._fold(text)
        codes = list(map(ord, folded))
        of = self._kinds.get
        kinds = [of(code, OTHER) for code in codes]
        words = self._words(codes, kinds) if LETTER in kinds else []
        contrasting = [word.first for word in words if word.hashed in self._contrasting]
        scopes = None
        if contrasting or _MAKES_A_SCOPE.search(folded):
            scopes = _scopes(codes, kinds, contrasting)
        grams = short_grams(codes, kinds, words, scopes)
        return ShortText(folded, codes, origin, kinds, grams)

    def _fold(self, text: str) -> tuple[str, Sequence[int]]:
        folded = text.translate(self._table)
        is_one_to_one = len(folded) == len(text) and _NOTHING not in folded
        if is_one_to_one and not _SQUEEZED.search(folded):
            return folded + _END, range(len(text) + 1)
        symbols: list[str] = []
        origin: list[int] = []
        before, run = "", 0
        for place, raw in enumerate(text):
            for symbol in self._table.get(ord(raw), raw):
                if symbol == _NOTHING:
                    continue
                run = run + 1 if symbol == before else 1
                before = symbol
                if run <= LONGEST_RUN and (symbol != " " or run == 1):
                    symbols.append(symbol)
                    origin.append(place)
        return "".join(symbols) + _END, [*origin, len(text)]

    def _words(self, codes: list[int], kinds: list[int]) -> list[Word]:
        words: list[Word] = []
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
            words.append(Word(hashed, first, place - 1, is_not or hashed in self._negating))
        return words


def _scopes(codes: list[int], kinds: list[int], contrasting: list[int]) -> Scopes:
    """The scopes that each symbol is in; `contrasting` are the places of words that begin one."""
    scopes: Scopes = [[] for _ in codes]
    if NEGATOR in kinds:
        _negate(kinds, scopes)
    if QUESTION in codes:
        _ask(codes, kinds, scopes)
    pairs = [at for at, pair in enumerate(pairwise(codes)) if pair in _PAIRS]
    contrasts = contrasting + pairs + [at for at, kind in enumerate(kinds) if kind == CONTRAST]
    for at in range(min(contrasts, default=len(codes)), len(codes)):
        scopes[at].append(keys.CONTRASTED)
    if QUOTE in kinds:
        inside = False
        for at, kind in enumerate(kinds):
            if kind == QUOTE:
                inside = not inside
            elif inside:
                scopes[at].append(keys.QUOTED)
    return scopes


def _negate(kinds: list[int], scopes: Scopes) -> None:
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


def _ask(codes: list[int], kinds: list[int], scopes: Scopes) -> None:
    asked = False
    for at in range(len(codes) - 1, -1, -1):
        if kinds[at] == BREAK:
            asked = codes[at] == QUESTION
        elif asked:
            scopes[at].append(keys.ASKED)


def _written(folded: int, expansions: Sequence[str]) -> str:
    if folded == DROPPED:
        return _NOTHING
    return expansions[folded - EXPANSION_BASE] if folded >= EXPANSION_BASE else chr(folded)
