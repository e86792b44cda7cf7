"""The house's folding as text, for a model that reads pieces of words instead of symbols."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.wide.folding import DROPPED, EXPANSION_BASE, LONGEST_RUN

# Words that the pretrained model knows, in place of what nobody learns from.
_LINK = " http "
_MENTION = " @ "
_ELLIPSIS = ("…", "...")  # the one character that the folding keeps and the model has not

_FOLDED_WHOLE = re.compile(
    r"(?P<link>(?:https?://|www\.)[!-~]+)"
    r"|(?P<mention>(?://)?@[^\s@:：,，。!！?？\[\]/]{1,30}[:：]?)"
)
_MAY_FOLD_WHOLE = re.compile(r"@|https?:|www\.")
_RUN = re.compile(rf"(.)\1{{{LONGEST_RUN},}}")
_SPACES = re.compile("  +")


class PlainFolding:
    """NFKC, simplified Chinese, lower case, links and mentions as one word, no long runs."""

    def __init__(
        self, source: NDArray[np.uint32], target: NDArray[np.uint32], expansions: Sequence[str]
    ) -> None:
        """The table of `wide.folding.Folding`."""
        self._table: Mapping[int, str] = {
            int(code): _written(int(folded), expansions)
            for code, folded in zip(source, target, strict=True)
        } | {ord(_ELLIPSIS[0]): _ELLIPSIS[1]}

    def fold(self, text: str) -> str:
        """Fold text of any content; lone surrogates and control characters are dropped."""
        if _MAY_FOLD_WHOLE.search(text):
            text = _FOLDED_WHOLE.sub(_whole, text)
        text = _RUN.sub(_shortened, text.translate(self._table))
        return _SPACES.sub(" ", text).strip()


def _written(folded: int, expansions: Sequence[str]) -> str:
    if folded == DROPPED:
        return ""
    return expansions[folded - EXPANSION_BASE] if folded >= EXPANSION_BASE else chr(folded)


def _whole(match: re.Match[str]) -> str:
    return _LINK if match.lastgroup == "link" else _MENTION


def _shortened(run: re.Match[str]) -> str:
    return run[1] * LONGEST_RUN
