"""Makes the folding table that the model carries, from Unicode and the OpenCC dictionaries."""

import sys
import unicodedata

import numpy as np
from numpy.typing import NDArray
from opencc_pyo3 import OpenCC

from services.emotion_tag.adapters.wide.folding import (
    CODE_POINTS,
    DROPPED,
    END,
    EXPANSION_BASE,
    LINK,
    MENTION,
    SPACE,
)

_SKIN_TONES = range(0x1F3FB, 0x1F400)
_LONGEST_EXPANSION = 4  # ㎏ and ﬁ are worth expanding, ﷺ is not
_KEPT = {ord("…")}


def folding_table() -> tuple[NDArray[np.uint32], NDArray[np.uint32], list[str]]:
    """The code points that change, what they change to, and the expansions of those to several."""
    simplify = _simplified_characters()
    source: list[int] = []
    target: list[int] = []
    expansions: list[str] = []
    for code in range(CODE_POINTS):
        folded = _fold(code, simplify)
        if len(folded) == 1 and ord(folded) == code:
            continue
        source.append(code)
        if not folded:
            target.append(DROPPED)
        elif len(folded) == 1:
            target.append(ord(folded))
        else:
            target.append(EXPANSION_BASE + len(expansions))
            expansions.append(folded)
    return np.array(source, np.uint32), np.array(target, np.uint32), expansions


def _fold(code: int, simplify: dict[str, str]) -> str:
    if code in (DROPPED, END, LINK, MENTION) or code in _SKIN_TONES:
        return ""
    character = chr(code)
    category = unicodedata.category(character)
    if character.isspace():
        return chr(SPACE)
    if category in ("Cc", "Cf", "Cs", "Mn", "Me", "Cn"):
        return "" if category != "Cn" else character
    if category == "Co" or code in _KEPT:
        return character
    decomposed = unicodedata.normalize("NFKD", character).lower()
    base = "".join(c for c in decomposed if unicodedata.category(c) not in ("Mn", "Me", "Cf"))
    composed = unicodedata.normalize("NFC", base).replace("⁄", "/")
    simplified = "".join(simplify.get(c, c) for c in composed).strip()
    if not simplified:
        return chr(SPACE) if composed else ""
    return simplified if len(simplified) <= _LONGEST_EXPANSION else simplified[:1]


def _simplified_characters() -> dict[str, str]:
    """One character at a time: phrases would make the fold depend on the neighbours."""
    characters = [
        chr(code)
        for code in range(0x2E80, min(0x32000, sys.maxunicode))
        if unicodedata.category(chr(code)) == "Lo"
    ]
    converted = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {a: b for a, b in zip(characters, converted, strict=True) if a != b and len(b) == 1}
