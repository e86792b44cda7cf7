"""Texts as topics are compared: one width, lower case, simplified characters.

`traditional.txt` has pairs of a traditional character and its simplified one, made from the
dictionaries of OpenCC (Apache-2.0) by asking it for every single character of the basic block.
"""

import re
import unicodedata
from pathlib import Path

_PAIRS = Path(__file__).with_name("traditional.txt")
_CUT = re.compile(r"(?:https?://|www\.)[!-~]+|@[^\s@:,.!?]{1,30}|\[[^\[\]\s]{1,10}\]")


class FoldedText:
    """Links, mentions and bracket emotes become a break."""

    def __init__(self) -> None:
        pairs = _PAIRS.read_text(encoding="utf-8").split()
        self._simplified = str.maketrans({pair[0]: pair[1] for pair in pairs})

    def __call__(self, text: str) -> str:
        folded = unicodedata.normalize("NFKC", text).casefold().translate(self._simplified)
        return _CUT.sub("\n", folded).strip()
