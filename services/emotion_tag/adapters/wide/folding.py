"""Folds text into symbols that look the same however it was typed, keeping where each came from.

Folding is a table from code point to code point: NFKC, traditional to simplified Chinese, lower
case, accents and variation selectors dropped. The table is part of the model's artefact, so that
an answer does not change with the Unicode version of the interpreter or with a new dictionary.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

CODE_POINTS = 0x110000

# Noncharacters of Unicode stand for what is folded whole; real ones are dropped by the table.
DROPPED = 0xFFFE
END = 0xFFFF
LINK = 0x1FFFE
MENTION = 0x1FFFF
SPACE = 0x20

_EMOTE = 0xFFFC
EMOTE_BASE = CODE_POINTS
"""A bracket emote such as [doge] becomes one symbol: this plus 20 bits of its checksum."""

EXPANSION_BASE = 0x400000
"""A code point that NFKC writes as several becomes this plus its row in the expansions."""

LONGEST_RUN = 3  # "哈哈哈哈哈哈" and "哈哈哈" say the same; "哈" does not

_FOLDED_WHOLE = re.compile(
    r"(?P<link>(?:https?://|www\.)[!-~]+)"
    r"|(?P<mention>(?://)?@[^\s@:：,，。!！?？\[\]/]{1,30}[:：]?)"
    r"|(?P<emote>\[[^\[\]\s]{1,10}\])"
)
MAY_FOLD_WHOLE = re.compile(r"[@\[]|https?:|www\.")


@dataclass(frozen=True, slots=True)
class Symbols:
    """The folded symbols of several texts, one after the other, each text closed by `END`."""

    codes: NDArray[np.uint32]
    origin: NDArray[np.int64]
    """Offset of each symbol in the texts joined by one separator, in code points; not falling."""
    ends: NDArray[np.int64]
    """Index of the `END` symbol of each text."""
    offsets: NDArray[np.int64]
    """Offset at which each text begins in the joined texts."""

    def written(self) -> str:
        """As one text, in which a character stands for every emote."""
        codes = np.where(self.codes >= CODE_POINTS, np.uint32(_EMOTE), self.codes)
        return codes.tobytes().decode("utf-32-le", "surrogatepass")


class Folding:
    """The table, ready to use."""

    def __init__(
        self, source: NDArray[np.uint32], target: NDArray[np.uint32], expansions: Sequence[str]
    ) -> None:
        """`source[i]` folds to `target[i]`; every code point not named stays as it is."""
        table = np.arange(CODE_POINTS, dtype=np.uint32)
        table[source] = target
        self._table = table
        self._expansions = [np.array([ord(c) for c in text], np.uint32) for text in expansions]

    def fold(self, texts: Sequence[str]) -> Symbols:
        """Fold texts of any content, lone surrogates included; an empty text has only its `END`."""
        joined = "\n".join(texts) + "\n"
        raw = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        codes = self._table[raw]
        lengths = np.array([len(text) + 1 for text in texts], np.int64)
        offsets = lengths.cumsum() - lengths
        codes[offsets + lengths - 1] = END
        if MAY_FOLD_WHOLE.search(joined):
            self._fold_whole(joined, codes)
        origin = (codes != DROPPED).nonzero()[0]
        codes = codes[origin]
        if codes.max() >= EXPANSION_BASE:
            codes, origin = self._expand(codes, origin)
        codes, origin = _squeeze(codes, origin)
        return Symbols(codes, origin, (codes == END).nonzero()[0], offsets)

    def _fold_whole(self, joined: str, codes: NDArray[np.uint32]) -> None:
        for match in _FOLDED_WHOLE.finditer(joined):
            start, end = match.span()
            if match.lastgroup == "emote":
                code = EMOTE_BASE + (crc32(codes[start:end].tobytes()) & 0xFFFFF)
            else:
                code = LINK if match.lastgroup == "link" else MENTION
            codes[start:end] = DROPPED
            codes[start] = code

    def _expand(
        self, codes: NDArray[np.uint32], origin: NDArray[np.int64]
    ) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        parts: list[NDArray[np.uint32]] = []
        lengths = np.ones(len(codes), np.int64)
        last = 0
        for at in np.flatnonzero(codes >= EXPANSION_BASE):
            expansion = self._expansions[int(codes[at]) - EXPANSION_BASE]
            parts += [codes[last:at], expansion]
            lengths[at] = len(expansion)
            last = int(at) + 1
        parts.append(codes[last:])
        return np.concatenate(parts), np.repeat(origin, lengths)


def _squeeze(
    codes: NDArray[np.uint32], origin: NDArray[np.int64]
) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Shorten runs of one symbol to `LONGEST_RUN`, runs of spaces to one; never an `END`."""
    repeats = codes[1:] == codes[:-1]
    if not repeats.any():
        return codes, origin
    keep = np.ones(len(codes), np.bool_)
    keep[3:] = ~(repeats[2:] & repeats[1:-1] & repeats[:-2])
    keep[1:] &= ~(repeats & (codes[1:] == SPACE))
    keep |= codes == END
    if keep.all():
        return codes, origin
    return codes[keep], origin[keep]
