"""How strong a feeling is: a weighted sum of what shows it, fitted to people's ratings."""

import re
from collections.abc import Sequence
from math import exp
from operator import mul

_DEGREE = re.compile(
    "[很太超真好极巨贼绝爆狂]|非常|特别|特別|十分|极其|極|死了|死我|简直|簡直|实在|實在|根本|完全|最"
    r"|\b(?:so|very|really|extremely|super|totally|absolutely|incredibly|too|most|worst|best)\b",
    re.IGNORECASE,
)
_SHOUTED = re.compile(r"[!！]")
_STRETCHED = re.compile(r"(.)\1\1")
_CAPITALS = re.compile(r"\b[A-Z]{3,}\b")
_MANY = 3  # more of the same shows nothing more


def signs(text: str, neutral: float, top: float) -> tuple[float, ...]:
    """What shows the strength; `neutral` and `top` are probabilities."""
    return (
        1.0,
        1.0 - neutral,
        top,
        min(len(_DEGREE.findall(text)), _MANY) / _MANY,
        min(len(_SHOUTED.findall(text)), _MANY) / _MANY,
        1.0 if _STRETCHED.search(text) else 0.0,
        1.0 if _CAPITALS.search(text) else 0.0,
    )


def intensity(coefficients: Sequence[float], shown: Sequence[float]) -> float:
    """0 to 1."""
    total = sum(map(mul, coefficients, shown))
    return 1 / (1 + exp(-max(-30.0, min(30.0, total))))
