"""Texts as topics are compared: one width, lower case, simplified characters.

`traditional.txt` has pairs of a traditional character and its simplified one, made from the
dictionaries of OpenCC (Apache-2.0) by asking it for every single character of the basic block.
"""

import re
import unicodedata
from pathlib import Path

_PAIRS = Path(__file__).with_name("traditional.txt")
_CUT = re.compile(r"(?:https?://|www\.)[!-~]+|@[^\s@:,.!?]{1,30}|\[[^\[\]\s]{1,10}\]")

_WHOLE = r"(?:(?<![a-z0-9])|(?![a-z0-9])){0}(?:(?![a-z0-9])|(?<![a-z0-9]))"  # words of letters
_CJK_GAP = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")

LONGEST_TOPIC, LONGEST_TEXT = 64, 2_400
"""Characters; longer topics are shown folded, and forms are looked for in the beginning only."""


class FoldedText:
    """Links, mentions and bracket emotes become a break."""

    def __init__(self) -> None:
        pairs = _PAIRS.read_text(encoding="utf-8").split()
        self._simplified = str.maketrans({pair[0]: pair[1] for pair in pairs})

    def __call__(self, text: str) -> str:
        return _CUT.sub("\n", self._folded(text)).strip()

    def form_of(self, topic: str, text: str) -> str | None:
        """How a text writes a folded topic; None if it is not in there as a whole."""
        letters = topic.replace(" ", "")
        if not letters or len(topic) > LONGEST_TOPIC:
            return None
        pieces = [self._folded(one) for one in text[:LONGEST_TEXT]]
        places = [at for at, piece in enumerate(pieces) for _ in piece]
        pattern = _WHOLE.format(r"\s*".join(map(re.escape, letters)))
        found = re.search(pattern, "".join(pieces))
        if found is None:
            return None
        form = text[places[found.start()] : places[found.end() - 1] + 1]
        return _CJK_GAP.sub("", " ".join(form.split()))

    def _folded(self, text: str) -> str:
        return unicodedata.normalize("NFKC", text).casefold().translate(self._simplified)
