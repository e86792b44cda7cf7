"""How strong a feeling is: a weighted sum of what shows it (see `training/strength.py`)."""

import re
from collections.abc import Sequence
from math import exp
from operator import mul

from services.emotion_tag.adapters.wide.lines import Lines

_SOFTENED = re.compile(
    "有点|有點|有些|有一[点點]|一[点點][点點]|稍[微稍]|略|[还還]算|[还還]行|[还還]可以|比[较較]"
    "|不太|不怎[么麼]|不算|不是很|[没沒]那[么麼]"
    r"|\b(?:a (?:bit|little|tad|touch)|slightly|somewhat|kind of|kinda|sort of|sorta|fairly|mildly"
    r"|rather|not (?:so|very|that|really|too|particularly))\b",
    re.IGNORECASE,
)
_RAISED = re.compile(
    "(?<![不没沒是])[很太超真巨贼賊]|非常|特[别別]|十分|相[当當]"
    "|好(?=[喜爱愛想慌怕烦煩累气氣難难開开伤傷感失無无慢贵貴棒])"
    r"|(?<!\bnot )\b(?:so|very|really|super|totally|too)\b",
    re.IGNORECASE,
)
_EXTREME = re.compile(
    "[极極爆狂疯瘋炸]|(?<!拒)[绝絕]|死[了我人]|哭[了死]|到(?:不行|死|[飞飛]起)|透[顶頂了]|要[命死]|[离離][谱譜]"
    "|[简簡]直|[实實]在|根本|完全|最(?![近后後初终終])|[万萬]分"
    r"|\b(?:extremely|incredibly|absolutely|utterly|completely|insanely|beyond|most|best|worst|ever"
    r"|to (?:death|bits))\b",
    re.IGNORECASE,
)
_SHOUTED = re.compile(r"[!！]")
_STRETCHED = re.compile(r"(.)\1\1")
_CAPITALS = re.compile(r"\b[A-Z]{3,}\b")
_PATTERNS = (_SOFTENED, _RAISED, _EXTREME, _SHOUTED, _STRETCHED, _CAPITALS)
LESS = (3,)
"""Places, among the signs, of what weakens; nothing else does."""
_MANY = 3  # more of the same shows nothing more
_SHARE = [number / _MANY for number in range(_MANY + 1)]


def signs(text: str, neutral: float, top: float) -> tuple[float, ...]:
    """What shows the strength; `neutral` and `top` are probabilities."""
    return (1.0, 1.0 - neutral, top, *shown([text])[0])


def shown(texts: Sequence[str]) -> list[tuple[float, ...]]:
    """The signs in the words of each text."""
    if len(texts) == 1:
        return [_signs_of(*[len(pattern.findall(texts[0])) for pattern in _PATTERNS])]
    lines = Lines(texts)
    return list(map(_signs_of, *[lines.count(pattern) for pattern in _PATTERNS]))


def _signs_of(
    softened: int, raised: int, extreme: int, shouted: int, stretched: int, capitals: int
) -> tuple[float, ...]:
    share = _SHARE
    return (
        share[min(softened, _MANY)],
        share[min(raised, _MANY)],
        share[min(extreme, _MANY)],
        share[min(shouted, _MANY)],
        float(stretched > 0),
        float(capitals > 0),
    )


def intensity(coefficients: Sequence[float], shown: Sequence[float]) -> float:
    """0 to 1."""
    total = sum(map(mul, coefficients, shown))
    return 1 / (1 + exp(-max(-30.0, min(30.0, total))))
