"""The n-grams of one short text, hashed in plain Python: for that few arrays do not pay.

The same grams as `grams.py` makes; a test holds them to that.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from services.emotion_tag.adapters.wide import gram_keys as keys
from services.emotion_tag.adapters.wide.folding import SPACE
from services.emotion_tag.adapters.wide.symbol_kinds import BREAK, LETTER, REACH_WORDS

_HALF, _LOWER = 32, (1 << 32) - 1
_FIRST, _SECOND, _THIRD = keys.PLACES
_WORD, _NEXT_WORD = keys.WORDS

Scopes = list[list[int]]
"""The scopes that each symbol is in."""
_Gram = tuple[int, int, int]
"""A sum that becomes a key, with the first and the last symbol that the gram covers."""


class Word(NamedTuple):
    """A word of Latin script, or a number."""

    hashed: int
    first: int
    last: int
    negates: bool


class ShortGrams(NamedTuple):
    """The grams of one text: of one, two and three characters, then the others."""

    hashes: list[int]
    begins: tuple[Sequence[int], Sequence[int], Sequence[int]]
    """Where those of one, two and three characters begin."""
    others: list[_Gram]

    def covered(self) -> tuple[list[int], list[int]]:
        """The first and the last symbol of each gram."""
        singles, doubles, triples = self.begins
        first, last = [*singles, *doubles, *triples], [*singles]
        last += [at + 1 for at in doubles]
        last += [at + 2 for at in triples]
        return first + [one[1] for one in self.others], last + [one[2] for one in self.others]


def short_grams(
    codes: list[int], kinds: list[int], words: list[Word], scopes: Scopes | None
) -> ShortGrams:
    """The grams of a text; its symbols end with `END`."""
    singles, doubles, triples = _singles(codes, kinds), _doubles(kinds), range(len(codes) - 3)
    ones = [code * _FIRST for code in codes]
    twos = [one + code * _SECOND for one, code in zip(ones, codes[1:-1], strict=False)]
    threes = [two + code * _THIRD for two, code in zip(twos, codes[2:-1], strict=False)]
    hashes = [ones[at] + keys.SINGLE >> _HALF & _LOWER for at in singles]
    hashes += [twos[at] + keys.DOUBLE >> _HALF & _LOWER for at in doubles]
    hashes += [three + keys.TRIPLE >> _HALF & _LOWER for three in threes]
    others: list[_Gram] = []
    if scopes:
        others += _in_scopes(codes, singles, doubles, scopes)
    if words:
        others += _of_words(words, kinds, scopes)
    hashes += [one >> _HALF & _LOWER for one, _, _ in others]
    return ShortGrams(hashes, (singles, doubles, triples), others)


def _singles(codes: list[int], kinds: list[int]) -> Sequence[int]:
    """The places of symbols that say something by themselves."""
    size = len(codes) - 1
    if LETTER not in kinds and SPACE not in codes:
        return range(size)
    return [at for at in range(size) if kinds[at] != LETTER and codes[at] != SPACE]


def _doubles(kinds: list[int]) -> Sequence[int]:
    """The places of symbols that do so with the next one."""
    size = len(kinds) - 2
    if LETTER not in kinds:
        return range(size)
    return [at for at in range(size) if kinds[at] != LETTER or kinds[at + 1] != LETTER]


def _in_scopes(
    codes: list[int], singles: Iterable[int], doubles: Iterable[int], scopes: Scopes
) -> list[_Gram]:
    grams: list[_Gram] = []
    for at in singles:
        one = codes[at] * _FIRST
        kinds = [keys.SINGLE_IN[scope] for scope in scopes[at] if scope in keys.SINGLE_IN]
        grams += [(one + kind, at, at) for kind in kinds]
    for at in doubles:
        if scopes[at]:
            two = codes[at] * _FIRST + codes[at + 1] * _SECOND
            kinds = [keys.DOUBLE_IN[scope] for scope in scopes[at] if scope in scopes[at + 1]]
            grams += [(two + kind, at, at + 1) for kind in kinds]
    return grams


def _of_words(words: list[Word], kinds: list[int], scopes: Scopes | None) -> list[_Gram]:
    grams: list[_Gram] = []
    for at, word in enumerate(words):
        alone, first, last = word.hashed * _WORD, word.first, word.last
        grams.append((alone + keys.WORD, first, last))
        if at:
            before = words[at - 1]
            pair = before.hashed * _WORD + word.hashed * _NEXT_WORD + keys.WORD_PAIR
            grams.append((pair, before.first, last))
        inside = [scope for scope in scopes[first] if scope > keys.NOT_NOT] if scopes else []
        near = words[max(0, at - REACH_WORDS) : at]
        nots = sum(one.negates and BREAK not in kinds[one.first : first] for one in near)
        if nots:
            inside.append(keys.NOT if nots == 1 else keys.NOT_NOT)
        grams += [(alone + keys.WORD_IN[scope], first, last) for scope in inside]
    return grams
