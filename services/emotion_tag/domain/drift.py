"""Whether what people say, and what the model makes of it, is still what it used to be."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.domain.evaluation import length_of
from services.emotion_tag.domain.tag import EmotionTag, TextKind
from services.emotion_tag.domain.taxonomy import Localized

Numbers = NDArray[np.int64]

LEAST_COUNT = 500
"""Contents in each window below which nothing is said. With B values and N contents in each window
the index is about 2 (B - 1) / N by chance alone (Yurdakul 2018, Statistical Properties of the
Population Stability Index): .044 for the twelve emotions, less than half of the first cut-off."""

MODERATE_PSI, LARGE_PSI = 0.1, 0.25
"""Cut-offs of the index. Source: Siddiqi (2006), Credit Risk Scorecards; Lewis (1994)."""

MODERATE_DIVERGENCE, LARGE_DIVERGENCE = 0.018, 0.045
"""Cut-offs of the divergence in bits. The index is Jeffreys' divergence J; for small changes the
Jensen-Shannon divergence is J / 8 nats: these are the index's, divided by 8 ln 2. It is bounded, so
that a single new value does not decide alone."""

_SMOOTHING = 0.5  # added to every value's count: no logarithm of 0 (Jeffreys' prior)

EMOJI_FIRST = 0x1F000
_TENTHS = 10


class DriftState(StrEnum):
    """What the figures of a feature mean."""

    TOO_LITTLE = "too_little"
    STABLE = "stable"
    MODERATE = "moderate"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that is counted of every content."""

    key: str
    name: Localized
    is_input: bool


FEATURES = (
    Feature(
        "language", Localized("语言与字形", "語言與字形", "language and script"), is_input=True
    ),
    Feature("kind", Localized("文本类型", "文本類型", "kind of text"), is_input=True),
    Feature("length", Localized("长度", "長度", "length"), is_input=True),
    Feature("emoji", Localized("表情符号", "表情符號", "emoji"), is_input=True),
    Feature(
        "unknown",
        Localized("未知片段占比", "未知片段佔比", "share of unknown n-grams"),
        is_input=True,
    ),
    Feature(
        "tier",
        Localized("由哪一层回答", "由哪一層回答", "part of the model that answered"),
        is_input=True,
    ),
    Feature("emotion", Localized("情绪", "情緒", "emotion"), is_input=False),
    Feature("polarity", Localized("倾向", "傾向", "polarity"), is_input=False),
    Feature("confidence", Localized("置信度", "信心度", "confidence"), is_input=False),
)


@dataclass(frozen=True, slots=True)
class Traits:
    """What a model can say of how it read a text; None where it cannot."""

    unknown_share: float | None = None
    """Of the n-grams of the text, how many it had never seen, 0 to 1."""
    tier: str | None = None
    """The part of it that answered, such as `wide` or `encoder`."""


@dataclass(frozen=True, kw_only=True)
class FeatureDrift:
    """How one feature has moved."""

    feature: Feature
    psi: float
    divergence: float
    state: DriftState
    reference: Mapping[str, int]
    current: Mapping[str, int]


def features_of(text: str, kind: TextKind, tag: EmotionTag, traits: Traits) -> dict[str, str]:
    """What is counted of one content: a value for each feature that is known."""
    found = {
        "language": tag.language,
        "kind": str(kind),
        "length": length_of(text),
        "emoji": "with" if any(ord(sign) >= EMOJI_FIRST for sign in text) else "without",
        "emotion": str(tag.emotion),
        "polarity": str(tag.polarity),
        "confidence": _tenth(tag.confidence),
    }
    if traits.unknown_share is not None:
        found["unknown"] = _tenth(traits.unknown_share)
    if traits.tier is not None:
        found["tier"] = traits.tier
    return found


def drift_of(
    feature: Feature, reference: Mapping[str, int], current: Mapping[str, int]
) -> FeatureDrift:
    """Hold the counts of now against those of the reference window."""
    values = sorted(reference.keys() | current.keys())
    before = np.array([reference.get(value, 0) for value in values], np.int64)
    now = np.array([current.get(value, 0) for value in values], np.int64)
    psi, divergence = population_stability(before, now), jensen_shannon(before, now)
    return FeatureDrift(
        feature=feature,
        psi=psi,
        divergence=divergence,
        state=_state(psi, divergence, min(int(before.sum()), int(now.sum()))),
        reference=reference,
        current=current,
    )


def worst(states: list[DriftState]) -> DriftState:
    """The state of all of them together."""
    return max(states, key=list(DriftState).index, default=DriftState.TOO_LITTLE)


def population_stability(before: Numbers, now: Numbers) -> float:
    """Sum over values of (now - before) ln(now / before), of smoothed shares; 0 is no change."""
    if not len(before):
        return 0.0
    first, second = _smoothed(before), _smoothed(now)
    return float(((second - first) * np.log(second / first)).sum())


def jensen_shannon(before: Numbers, now: Numbers) -> float:
    """Jensen-Shannon divergence in bits, 0 to 1; 0 if one of them is empty. Source: Lin (1991)."""
    if not before.sum() or not now.sum():
        return 0.0
    first, second = before / before.sum(), now / now.sum()
    middle = (first + second) / 2

    def distance(shares: NDArray[np.float64]) -> float:
        there = shares > 0
        return float((shares[there] * np.log2(shares[there] / middle[there])).sum())

    return max(0.0, (distance(first) + distance(second)) / 2)


def _state(psi: float, divergence: float, count: int) -> DriftState:
    if count < LEAST_COUNT:
        return DriftState.TOO_LITTLE
    if psi > LARGE_PSI or divergence > LARGE_DIVERGENCE:
        return DriftState.LARGE
    if psi > MODERATE_PSI or divergence > MODERATE_DIVERGENCE:
        return DriftState.MODERATE
    return DriftState.STABLE


def _smoothed(counts: Numbers) -> NDArray[np.float64]:
    raised = counts + _SMOOTHING
    shares: NDArray[np.float64] = raised / raised.sum()
    return shares


def _tenth(share: float) -> str:
    """The tenth that a share lies in: `0.3` is from 0.3 to below 0.4, `0.9` up to 1."""
    return f"0.{min(int(share * _TENTHS), _TENTHS - 1)}"
