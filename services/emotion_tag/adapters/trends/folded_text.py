"""Texts as topics are found in them, and how they write what was found."""

import re
from collections.abc import Sequence
from functools import lru_cache

from services.emotion_tag.domain.folding import folded

_CUT = re.compile(r"(?:https?://|www\.)[!-~]+|@[^\s@:,.!?]{1,30}|\[[^\[\]\s]{1,10}\]")

_CJK_GAP = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")

LONGEST_TOPIC, LONGEST_TEXT = 64, 2_400
"""Characters; longer topics are shown folded, and forms are looked for in the beginning only."""

MOST_LETTERS = 20_000  # remembered


class FoldedText:
    """Links, mentions and bracket emotes become a break."""

    def __init__(self) -> None:
        self._letter = lru_cache(maxsize=MOST_LETTERS)(folded)

    def __call__(self, text: str) -> str:
        return _CUT.sub("\n", folded(text)).strip()

    def form_of(self, topic: str, text: str) -> str | None:
        """How a text writes a folded topic; None if it is not in there as a whole."""
        letters = topic.replace(" ", "")
        if not letters or len(topic) > LONGEST_TOPIC:
            return None
        pieces = [self._letter(one) for one in text[:LONGEST_TEXT]]
        places = [at for at, piece in enumerate(pieces) for one in piece if not one.isspace()]
        string = "".join("".join(pieces).split())
        start = string.find(letters)
        while start >= 0:
            first, last = places[start], places[start + len(letters) - 1]
            if not (_run_on(pieces, first - 1) or _run_on(pieces, last)):
                return _CJK_GAP.sub("", " ".join(text[first : last + 1].split()))
            start = string.find(letters, start + 1)
        return None


def _run_on(pieces: Sequence[str], at: int) -> bool:
    """Whether a word of letters goes on from one place to the next."""
    if not 0 <= at < len(pieces) - 1:
        return False
    return all(one.isascii() and one.isalnum() for one in pieces[at][-1:] + pieces[at + 1][:1])
