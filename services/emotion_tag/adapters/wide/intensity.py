"""How strong a feeling is: a weighted sum of what shows it, fitted to people's ratings."""

import re
from collections.abc import Sequence
from math import exp
from operator import mul

from services.emotion_tag.adapters.wide.lines import Lines

_DEGREE = re.compile(
    "[很太超真好极巨贼绝爆狂]|非常|特别|特別|十分|极其|極|死了|死我|简直|簡直|实在|實在|根本|完全|最"
    r"|\b(?:so|very|really|extremely|super|totally|absolutely|incredibly|too|most|worst|best)\b",
    re.IGNORECASE,
)
_SHOUTED = re.compile(r"[!！]")
_STRETCHED = re.compile(r"(.)\1\1")
_CAPITALS = re.compile(r"\b[A-Z]{3,}\b")
_PATTERNS = (_DEGREE, _SHOUTED, _STRETCHED, _CAPITALS)
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


def _signs_of(degree: int, shouted: int, stretched: int, capitals: int) -> tuple[float, ...]:
    loud = _SHARE[min(degree, _MANY)], _SHARE[min(shouted, _MANY)]
    return (*loud, float(stretched > 0), float(capitals > 0))


def intensity(coefficients: Sequence[float], shown: Sequence[float]) -> float:
    """0 to 1."""
    total = sum(map(mul, coefficients, shown))
    return 1 / (1 + exp(-max(-30.0, min(30.0, total))))
