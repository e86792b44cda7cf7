"""Which language and script a text is written in, from its characters alone."""

import re
from collections.abc import Iterable

from services.emotion_tag.adapters.wide.letter_words import LETTER_WORDS
from services.emotion_tag.domain import scripts

_HAN = re.compile(f"[{scripts.HAN}]")
_LATIN = re.compile(f"[{scripts.LATIN}]")
_OTHER = re.compile(f"[{scripts.OTHER_LETTERS}]")
_WORD = re.compile(f"[0-9]*[{scripts.LATIN}][{scripts.LATIN}0-9]*")
_NAMES = re.compile(r"https?://[!-~]+|www\.[!-~]+|@\S+|\[[^\[\]\s]{1,10}\]")
_MAY_HOLD_NAMES = re.compile(r"[@\[]|https?:|www\.")  # which are in no language
_LATIN_FOR_ONE_HAN = 6  # letters of English words against one Chinese character
_LATIN_FOR_ONE_OTHER = 2  # a kana or Hangul is a syllable; one or two of them may be a face


class ScriptDetector:
    """Needs the characters that only one of the two Chinese scripts has."""

    def __init__(self, simplified_only: Iterable[int], traditional_only: Iterable[int]) -> None:
        self._simplified = re.compile(f"[{''.join(map(chr, simplified_only))}]")
        self._traditional = re.compile(f"[{''.join(map(chr, traditional_only))}]")

    def language_of(self, text: str) -> str:
        """`zh-Hans`, `zh-Hant`, `en`, or `und` where letters of other scripts lead or none is.

        Chinese that looks the same in both scripts is `zh-Hans`, and so are letter-words: a text
        of nothing but "yyds" is Chinese.
        """
        if _MAY_HOLD_NAMES.search(text):
            text = _NAMES.sub(" ", text)
        if text.isascii():
            if not _LATIN.search(text):
                return "und"
            return "zh-Hans" if _is_letter_words(text) else "en"
        if _OTHER.search(text) and _is_other(text):
            return "und"
        latin = len(_LATIN.findall(text))
        if latin and len(_HAN.findall(text)) * _LATIN_FOR_ONE_HAN < latin:
            return self._chinese(text) if _is_letter_words(text) else "en"
        return self._chinese(text) if latin or _HAN.search(text) else "und"

    def _chinese(self, text: str) -> str:
        traditional = len(self._traditional.findall(text))
        if traditional and traditional > len(self._simplified.findall(text)):
            return "zh-Hant"
        return "zh-Hans"


def _is_other(text: str) -> bool:
    """Whether letters that are neither Han nor Latin lead."""
    others = len(_OTHER.findall(text))
    latin = len(_LATIN.findall(text))
    return others > len(_HAN.findall(text)) and others * _LATIN_FOR_ONE_OTHER > latin


def _is_letter_words(text: str) -> bool:
    """Whether all its Latin words are Chinese."""
    return all(word[0].lower() in LETTER_WORDS for word in _WORD.finditer(text))
