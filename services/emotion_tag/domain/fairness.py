"""How a model treats ways of speaking and the people spoken of: pairs of sentences that should get
the same answer, and labelled sentences by how they are written.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.emotion_tag.domain.evaluation import SliceFigures
from services.emotion_tag.domain.metrics import NORMAL_95, wilson
from services.emotion_tag.domain.tag import EmotionTag
from services.emotion_tag.domain.taxonomy import EMOTIONS, TAXONOMY, Emotion

_VALENCES = np.array([TAXONOMY[emotion].valence for emotion in EMOTIONS])


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sentences that mean the same, or differ in who is spoken of only."""

    first: str
    second: str
    emotion: Emotion | None = None
    """What both feel like, where people have said so."""


@dataclass(frozen=True, slots=True)
class PairGroup:
    """Pairs that swap the same thing."""

    name: str
    meaning_zh: str
    meaning_en: str
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, kw_only=True)
class Gap:
    """What the swap did to the answers; the second of each pair less the first."""

    group: PairGroup
    flip_share: float
    """Pairs with another top emotion, 0 to 1, with its 95 % interval (Wilson)."""
    flip_low: float
    flip_high: float
    valence: float
    """Mean change of valence, -2 to 2, with its 95 % interval (normal, independent pairs)."""
    valence_low: float
    valence_high: float
    confidence: float


@dataclass(frozen=True, kw_only=True)
class Fairness:
    """All of it for one model."""

    version: str
    gaps: tuple[Gap, ...]
    slices: tuple[SliceFigures, ...]


def gap_of(group: PairGroup, first: Sequence[EmotionTag], second: Sequence[EmotionTag]) -> Gap:
    """Hold the answers to the second sentences against those to the first."""
    flips = sum(one.emotion is not other.emotion for one, other in zip(first, second, strict=True))
    low, high = wilson(flips, len(first))
    changes = valences(second) - valences(first)
    mean = float(changes.mean()) if len(changes) else 0.0
    error = float(changes.std(ddof=1)) / len(changes) ** 0.5 if len(changes) > 1 else 0.0
    sure = [other.confidence - one.confidence for one, other in zip(first, second, strict=True)]
    return Gap(
        group=group,
        flip_share=flips / len(first) if first else 0.0,
        flip_low=low,
        flip_high=high,
        valence=mean,
        valence_low=mean - NORMAL_95 * error,
        valence_high=mean + NORMAL_95 * error,
        confidence=sum(sure) / len(sure) if sure else 0.0,
    )


def valences(tags: Sequence[EmotionTag]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """How pleasant each answer is on the whole, -1 to 1."""
    scores = np.array([tag.scores for tag in tags], np.float64).reshape(len(tags), len(EMOTIONS))
    found: np.ndarray[tuple[int], np.dtype[np.float64]] = scores @ _VALENCES
    return found
