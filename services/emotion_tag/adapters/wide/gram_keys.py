"""How n-grams are hashed, for one text in plain integers and for many in arrays.

A key is the upper half of a sum modulo 2^64: each symbol multiplied by a number of its place, plus
a number of the gram's kind (multilinear hashing; the numbers were drawn once).
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

MASK = (1 << 64) - 1
PLACES = (0x72F45C9966495EFF, 0x57E880759A908CE1, 0xB204CFA1F6FA9013)
"""For the first, second and third symbol of a gram of characters."""
WORDS = (0xD97DCBA4A4FEBC67, 0x468C81C0C707A655)
"""For the first and second word of a gram of words."""
LONGEST_WORD = 24  # symbols of a word that tell it from others
LETTERS = tuple(pow(0x1808211DC9622147, place, 1 << 64) for place in range(1, LONGEST_WORD + 1))

(
    SINGLE,
    DOUBLE,
    TRIPLE,
    WORD,
    WORD_PAIR,
    *_SCOPED,
) = ((0x8CA84A1A52EC25F7 * (2 * number + 1)) & MASK for number in range(20))

NOT, NOT_NOT, ASKED, CONTRASTED, QUOTED = range(5)
"""Scopes: behind one negation and behind more, in a question, behind a contrast, quoted."""
SINGLE_IN = dict(zip((NOT, NOT_NOT, QUOTED), _SCOPED[0:3], strict=True))
DOUBLE_IN = _SCOPED[3:8]
WORD_IN = _SCOPED[8:13]


def word_hash(codes: Iterable[int]) -> int:
    """Of a word's first symbols, by their place."""
    return sum(code * letter for code, letter in zip(codes, LETTERS, strict=False)) & MASK


def word_hashes(words: Iterable[str]) -> NDArray[np.uint64]:
    """Of several words, rising."""
    return np.array(sorted(word_hash(map(ord, word)) for word in words), np.uint64)
