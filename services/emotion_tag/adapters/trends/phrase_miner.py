"""Finds phrases in a stream of texts without keeping any: hashed counters only.

A string of words is a phrase if its words come together more often than chance (pointwise mutual
information over its worst split) and what stands before and after it varies (branching entropy),
as in Luo and Sun (2003). Both are had from counters by hash: a count-min sketch (Cormode and
Muthukrishnan 2005) of how many authors used a string, and for its neighbours a histogram of eight
bins each. A Bloom filter keeps an author from counting twice for a string. Counters fade. Nothing
can be read out of them; a string is seen again only when the next text brings it along, and it is
given out only once at least `LEAST_AUTHORS` people used it.

Strings that are topics already are found by name, so that a restart forgets none.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.domain.trend_words import BREAK, LONGEST_HAN, joined, may_be_topic

LEAST_AUTHORS = 5
LEAST_INFORMATION = 3.0
"""Nats of mutual information over the worst split: words come together 20 times as often as
independent ones would."""
LEAST_ENTROPY = 0.7
"""Nats of what stands before, and of what stands after: about two ways to go on."""
MOST_PHRASES = 8  # of one text
PART_OF = 0.6
"""A string that comes in a longer one this often, or more, is only a part of it."""

HALF_LIFE_HOURS = 12.0

_BITS, _ROWS, _BINS = 19, 2, 8
_SLOTS = 1 << _BITS
_SEEN_BITS = 23
_U64 = np.uint64
_ODD = (_U64(0x9E3779B97F4A7C15), _U64(0xC2B2AE3D27D4EB4F), _U64(0x165667B19E3779F9))

Hashes = NDArray[np.uint64]
Floats = NDArray[np.float64]


class PhraseMiner:
    """About 20 MB, whatever is said."""

    def __init__(self) -> None:
        self._counts = np.zeros((_ROWS, _SLOTS), np.float32)
        self._before = np.zeros((_SLOTS, _BINS), np.float32)
        self._after = np.zeros((_SLOTS, _BINS), np.float32)
        self._seen = np.zeros(1 << _SEEN_BITS, np.bool_)
        self._words = 1.0
        self._word_hashes: dict[str, int] = {}

    def mine(
        self, words: Sequence[str], author: bytes, known: AbstractSet[str] = frozenset()
    ) -> list[str]:
        """Count the strings of a text of an author; the phrases in it, longest first.

        `known` are found whatever the counters say.
        """
        if not words:
            return []
        grams = self._grams(words)
        who = _U64(int.from_bytes(blake2b(author, digest_size=8).digest()))
        for hashes in grams:
            self._count(hashes, who)
        self._neighbours(grams, who)
        self._words += sum(word != BREAK for word in words)
        return self._phrases(words, grams, known)

    def authors_of(self, word: str, author: bytes) -> float:
        """Count one word, such as a hashtag, for an author; how many used it, about."""
        hashes = np.array([self._hash(word)], _U64)
        self._count(hashes, _U64(int.from_bytes(blake2b(author, digest_size=8).digest())))
        return float(self._authors(hashes)[0])

    def fade(self, hours: float) -> None:
        """Let so much time pass; who counted may count again after about a day."""
        left = np.float32(0.5 ** (hours / HALF_LIFE_HOURS))
        for counters in (self._counts, self._before, self._after):
            np.multiply(counters, left, out=counters)
        self._words = max(1.0, self._words * float(left))
        self._seen[np.random.default_rng().random(len(self._seen)) < hours / 24] = False

    def _grams(self, words: Sequence[str]) -> list[Hashes]:
        """Hashes of all strings of one word, of two, and so on, by their first word."""
        single = np.array([self._hash(word) for word in words], _U64)
        grams = [single]
        for length in range(2, min(LONGEST_HAN, len(words)) + 1):
            longer = (grams[-1][:-1] ^ (grams[-1][:-1] >> _U64(29))) * _ODD[0]
            grams.append(longer + single[length - 1 :] * _ODD[1])
        return grams

    def _hash(self, word: str) -> int:
        known = self._word_hashes.get(word)
        if known is None:
            if len(self._word_hashes) > 50_000:  # noqa: PLR2004 - words, about 5 MB
                self._word_hashes.clear()
            digest = blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
            known = self._word_hashes[word] = int.from_bytes(digest)
        return known

    def _count(self, hashes: Hashes, who: np.uint64) -> None:
        one_each = np.unique(hashes)
        marks = ((one_each ^ who) * _ODD[2]) >> _U64(64 - _SEEN_BITS)
        new = one_each[~self._seen[marks]]
        self._seen[marks] = True
        for row in range(_ROWS):
            slots = np.unique(_slots(new, row))
            self._counts[row, slots] += 1

    def _neighbours(self, grams: list[Hashes], who: np.uint64) -> None:
        """Note what stands before and after each string; an edge is as good as any neighbour."""
        single = grams[0]
        edge = int(who >> _U64(40)) % _BINS
        bins = ((single * _ODD[2]) >> _U64(61)).astype(np.int64)
        for length, hashes in enumerate(grams[1:], start=2):
            slots = _slots(hashes, 0)
            before = np.concatenate([[edge], bins[: len(single) - length]])
            after = np.concatenate([bins[length:], [edge]])
            self._before[slots, before] += 1
            self._after[slots, after] += 1

    def _authors(self, hashes: Hashes) -> Floats:
        rows = [self._counts[row, _slots(hashes, row)] for row in range(_ROWS)]
        least: Floats = np.minimum(*rows).astype(np.float64)
        return least

    def _phrases(
        self, words: Sequence[str], grams: list[Hashes], known: AbstractSet[str]
    ) -> list[str]:
        authors = [self._authors(hashes) for hashes in grams]
        found: list[tuple[int, int, float]] = []  # first word, length, authors
        texts: dict[str, None] = {}
        for length in range(len(grams), 0, -1):
            enough = authors[length - 1] >= LEAST_AUTHORS
            if length > 1:
                enough &= self._information(authors, length) >= LEAST_INFORMATION
                enough &= self._is_free(grams[length - 1])
            for first in range(len(words) - length + 1):
                if not enough[first] and not known:
                    continue
                string = words[first : first + length]
                if not may_be_topic(string):
                    continue
                text, count = joined(string), float(authors[length - 1][first])
                if text not in known:
                    if not enough[first] or _is_part(first, length, count, found):
                        continue
                elif _is_part(first, length, count, found):
                    continue
                found.append((first, length, count))
                texts[text] = None
        return list(texts)[:MOST_PHRASES]

    def _information(self, authors: list[Floats], length: int) -> Floats:
        """Of each string of so many words, over its worst split."""
        whole = authors[length - 1]
        least = np.full(len(whole), np.inf)
        for cut in range(1, length):
            left = authors[cut - 1][: len(whole)]
            right = authors[length - cut - 1][cut : cut + len(whole)]
            with np.errstate(divide="ignore", invalid="ignore"):
                least = np.minimum(least, np.log(whole * self._words / (left * right)))
        return least

    def _is_free(self, hashes: Hashes) -> NDArray[np.bool_]:
        """Whether what stands around a string varies."""
        slots = _slots(hashes, 0)
        return (_entropy(self._before[slots]) >= LEAST_ENTROPY) & (
            _entropy(self._after[slots]) >= LEAST_ENTROPY
        )


def _slots(hashes: Hashes, row: int) -> NDArray[np.int64]:
    return ((hashes * _ODD[row]) >> _U64(64 - _BITS)).astype(np.int64)


def _entropy(histograms: NDArray[np.float32]) -> Floats:
    total = histograms.sum(axis=1, keepdims=True)
    shares = np.where(total > 0, histograms / np.maximum(total, 1e-9), 0.0).astype(np.float64)
    entropy: Floats = -(shares * np.log(np.maximum(shares, 1e-12))).sum(axis=1)
    return entropy


def _is_part(first: int, length: int, count: float, found: list[tuple[int, int, float]]) -> bool:
    """Whether it only comes in a longer one that was found in the same place."""
    return any(
        start <= first and first + length <= start + longer and many >= PART_OF * count
        for start, longer, many in found
    )
