"""Looks for patterns in many texts in one pass."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

_BETWEEN = "\n"


class Lines:
    """Texts in a row, for patterns that match no line break and so nothing across two texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._all = _BETWEEN.join(texts)
        lengths = [len(text) + len(_BETWEEN) for text in texts[:-1]]
        self._begins = list(accumulate(lengths, initial=0))

    def count(self, pattern: re.Pattern[str]) -> list[int]:
        """How many matches each text has."""
        counts = [0] * len(self._begins)
        for match in pattern.finditer(self._all):
            counts[bisect_right(self._begins, match.start()) - 1] += 1
        return counts
