"""Finds the words of the lexicons in folded texts, many texts at once.

A bitmap of first symbols and a table of first pairs leave few places to look at; only there words
are compared, the longest first. Costs about a microsecond for a text without any of them.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.aspects.lexicon import Entry, Role
from services.emotion_tag.adapters.wide.folding import CODE_POINTS, END, Folding, Symbols
from services.emotion_tag.domain.aspect import Aspect

_PAIR = np.int64(21)  # bits of a code point
_ALONE = (1 << 21) - 1  # second symbol of a word that has one only
_APOSTROPHE, _RIGHT_QUOTE = ord("'"), 0x2019
_STRANGE = 0xFFFC  # what is no code point: emotes
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789'_"


@dataclass(frozen=True, slots=True)
class Sense:
    """What a word means in one lexicon."""

    role: Role
    aspect: Aspect | None
    side: int
    lexicon: int
    """A bit that tells the lexicons apart."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is looked for."""

    text: str
    is_latin: bool
    is_open: bool
    senses: tuple[Sense, ...]
    names: tuple[Sense, ...]
    """Those of its senses that name an aspect."""
    roles: int
    """A bit for each role that it has."""
    lexicons: int
    """The lexicons that have it."""

    @classmethod
    def made(cls, text: str, senses: tuple[Sense, ...], *, is_latin: bool, is_open: bool) -> "Word":
        return cls(
            text,
            is_latin,
            is_open,
            senses,
            tuple(sense for sense in senses if sense.role is Role.NAMES),
            reduce(or_, (1 << sense.role for sense in senses), 0),
            reduce(or_, (sense.lexicon for sense in senses), 0),
        )

    def within(self, lexicons: int) -> "Word":
        """The word with what it means in some lexicons, given as bits."""
        if self.lexicons & ~lexicons == 0:
            return self
        senses = tuple(sense for sense in self.senses if sense.lexicon & lexicons)
        return Word.made(self.text, senses, is_latin=self.is_latin, is_open=self.is_open)


@dataclass(frozen=True, slots=True)
class Found:
    """A word in a text, in places of the folded symbols, end exclusive."""

    start: int
    end: int
    word: Word


class TermFinder:
    """Immutable; the words are folded as texts are, so that either script will do."""

    def __init__(self, lexicons: Iterable[list[Entry]], folding: Folding) -> None:
        senses: dict[tuple[str, bool], list[Sense]] = defaultdict(list)
        for number, entries in enumerate(lexicons):
            folded = _folded([entry.term for entry in entries], folding)
            for entry, text in zip(entries, folded, strict=True):
                sense = Sense(entry.role, entry.aspect, entry.side, 1 << number)
                senses[text, entry.is_open].append(sense)
        beginnings = [text for text, is_open in senses if is_open]
        for (text, is_open), meanings in senses.items():
            for beginning in beginnings:  # `slow*` is `slow` too
                if not is_open and text.startswith(beginning) and " " not in text[len(beginning) :]:
                    meanings.extend(senses[beginning, True])
        self._words: dict[str, list[Word]] = defaultdict(list)  # by their first two symbols
        self._kinds = np.zeros(CODE_POINTS + 1, np.uint8)  # 1 begins a word, 2 is a letter
        self._kinds[[ord(c) for c in _LETTERS]] = 2
        self._kinds[0xDF:0x250] = 2
        for (text, is_open), meanings in senses.items():
            is_latin = bool(self._kinds[ord(text[0])] & 2)
            word = Word.made(text, tuple(meanings), is_latin=is_latin, is_open=is_open)
            self._words[text[:2]].append(word)
        for words in self._words.values():
            words.sort(key=lambda word: (-len(word.text), word.is_open))
        self._keys = np.sort(np.array([_key(text) for text in self._words], np.int64))
        self._kinds[list({ord(text[0]) for text in self._words})] |= 1

    def find(self, symbols: Symbols) -> tuple[str, dict[int, list[Found]]]:
        """The folded texts as one, and the words in each text that has any, from left to right."""
        codes = np.where(symbols.codes >= CODE_POINTS, np.uint32(_STRANGE), symbols.codes)
        codes[codes == _RIGHT_QUOTE] = _APOSTROPHE
        folded = codes.tobytes().decode("utf-32-le", "surrogatepass")
        kinds = self._kinds[codes]
        begins = (kinds & 1) > 0
        begins[1:] &= ~((kinds[1:] & kinds[:-1] & 2) > 0)  # not within a word of Latin script
        at = begins.nonzero()[0]
        first = codes[at].astype(np.int64) << _PAIR
        pairs = first | codes[np.minimum(at + 1, len(codes) - 1)]
        places = [at[self._known(keys)] for keys in (pairs, first | _ALONE)]
        hits = np.union1d(*places)
        texts = np.searchsorted(symbols.ends, hits)
        found: dict[int, list[Found]] = defaultdict(list)
        behind = 0
        for place, text in zip(hits.tolist(), texts.tolist(), strict=True):
            if place >= behind and (one := self._at(folded, place)) is not None:
                found[text].append(one)
                behind = one.end
        return folded, found

    def _known(self, keys: NDArray[np.int64]) -> NDArray[np.bool_]:
        known: NDArray[np.bool_] = (
            self._keys.take(np.searchsorted(self._keys, keys), mode="clip") == keys
        )
        return known

    def _at(self, folded: str, place: int) -> Found | None:
        """The longest word that begins at a place."""
        for key in (folded[place : place + 2], folded[place]):
            for word in self._words.get(key, ()):
                if not folded.startswith(word.text, place):
                    continue
                end = place + len(word.text)
                if word.is_latin:
                    if word.is_open:
                        while self._is_letter(folded, end):
                            end += 1
                    elif self._is_letter(folded, end):
                        continue
                return Found(place, end, word)
        return None

    def _is_letter(self, folded: str, place: int) -> bool:
        return bool(self._kinds[ord(folded[place])] & 2)


def _key(text: str) -> int:
    second = ord(text[1]) if len(text) > 1 else _ALONE
    return ord(text[0]) << 21 | second


def _folded(terms: list[str], folding: Folding) -> list[str]:
    symbols = folding.fold(terms)
    codes = np.where(symbols.codes >= CODE_POINTS, np.uint32(_STRANGE), symbols.codes)
    folded = codes.tobytes().decode("utf-32-le", "surrogatepass").split(chr(END))
    return [text.strip() for text in folded[:-1]]
