"""Which language and script a text is written in, from its characters alone."""

import re
from collections.abc import Iterable

_HAN = re.compile("[㐀-鿿豈-﫿\U00020000-\U0003ffff]")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_NAMES = re.compile(r"https?://[!-~]+|www\.[!-~]+|@\S+|\[[^\[\]\s]{1,10}\]")
_MAY_HOLD_NAMES = re.compile(r"[@\[]|https?:|www\.")  # which are in no language
_LATIN_FOR_ONE_HAN = 6  # letters of English words against one Chinese character


class ScriptDetector:
    """Needs the characters that only one of the two Chinese scripts has."""

    def __init__(self, simplified_only: Iterable[int], traditional_only: Iterable[int]) -> None:
        self._simplified = re.compile(f"[{''.join(map(chr, simplified_only))}]")
        self._traditional = re.compile(f"[{''.join(map(chr, traditional_only))}]")

    def language_of(self, text: str) -> str:
        """`zh-Hans`, `zh-Hant`, `en`, or `und` where there is neither Han nor Latin.

        Chinese that looks the same in both scripts is `zh-Hans`.
        """
        if _MAY_HOLD_NAMES.search(text):
            text = _NAMES.sub(" ", text)
        if text.isascii():
            return "en" if _LATIN.search(text) else "und"
        latin = len(_LATIN.findall(text))
        if latin and len(_HAN.findall(text)) * _LATIN_FOR_ONE_HAN < latin:
            return "en"
        if not _HAN.search(text):
            return "und"
        traditional = len(self._traditional.findall(text))
        if traditional and traditional > len(self._simplified.findall(text)):
            return "zh-Hant"
        return "zh-Hans"
