"""What a candidate made of live content beside the active model: counts, never texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

import numpy as np

from services.emotion_tag.domain.drift import jensen_shannon
from services.emotion_tag.domain.metrics import wilson
from services.emotion_tag.domain.tag import EmotionTag
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion

PER_MILLE = 1_000


@dataclass(frozen=True, kw_only=True)
class ShadowCount:
    """How often two models answered a pair of emotions, and how that went."""

    active_emotion: Emotion
    candidate_emotion: Emotion
    count: int
    same_polarity: int
    active_unsure: int
    candidate_unsure: int
    active_confidence: float
    """Summed over the texts, as the next one."""
    candidate_confidence: float


@dataclass(frozen=True, kw_only=True)
class ShadowTimes:
    """How long both took for the same texts, in the same process."""

    texts: int
    active_seconds: float
    candidate_seconds: float


@dataclass(frozen=True, kw_only=True)
class ShadowFigures:
    """What follows from the counts; shares 0 to 1."""

    count: int
    agreement: float
    agreement_low: float
    agreement_high: float
    polarity_agreement: float
    divergence: float
    confidence: float
    active_confidence: float
    unsure_share: float
    active_unsure_share: float
    speed_ratio: float
    """Above 1 if the candidate is faster; 0 if nothing was timed."""
    milliseconds: float
    cells: tuple[ShadowCount, ...]
    """Most often first."""


def is_sampled(content_id: UUID, per_mille: int) -> bool:
    """Whether a candidate reads this content; the same on every replica."""
    digest = blake2b(content_id.bytes, digest_size=8, key=b"shadow").digest()
    return int.from_bytes(digest) % PER_MILLE < per_mille


def count_pairs(active: Sequence[EmotionTag], candidate: Sequence[EmotionTag]) -> list[ShadowCount]:
    """Count what two models answered to the same texts, in the order of the emotions."""
    pairs: dict[tuple[int, int], list[tuple[EmotionTag, EmotionTag]]] = {}
    for one, other in zip(active, candidate, strict=True):
        at = EMOTIONS.index(one.emotion), EMOTIONS.index(other.emotion)
        pairs.setdefault(at, []).append((one, other))
    return [
        ShadowCount(
            active_emotion=EMOTIONS[first],
            candidate_emotion=EMOTIONS[second],
            count=len(tags),
            same_polarity=sum(one.polarity is other.polarity for one, other in tags),
            active_unsure=sum(one.unsure for one, _ in tags),
            candidate_unsure=sum(other.unsure for _, other in tags),
            active_confidence=sum(one.confidence for one, _ in tags),
            candidate_confidence=sum(other.confidence for _, other in tags),
        )
        for (first, second), tags in sorted(pairs.items())
    ]


def shadow_figures(counts: Sequence[ShadowCount], times: ShadowTimes) -> ShadowFigures:
    """Work out the figures; all are 0 if nothing was read."""
    total = sum(one.count for one in counts)
    same = sum(one.count for one in counts if one.active_emotion is one.candidate_emotion)
    low, high = wilson(same, total)

    def share(name: str) -> float:
        return float(sum(getattr(one, name) for one in counts)) / total if total else 0.0

    def spread(name: str) -> list[int]:
        return [sum(c.count for c in counts if getattr(c, name) is e) for e in EMOTIONS]

    spreads = [np.array(spread(name)) for name in ("active_emotion", "candidate_emotion")]
    timed = times.candidate_seconds > 0
    return ShadowFigures(
        count=total,
        agreement=same / total if total else 0.0,
        agreement_low=low if total else 0.0,
        agreement_high=high if total else 0.0,
        polarity_agreement=share("same_polarity"),
        divergence=jensen_shannon(*spreads),
        confidence=share("candidate_confidence"),
        active_confidence=share("active_confidence"),
        unsure_share=share("candidate_unsure"),
        active_unsure_share=share("active_unsure"),
        speed_ratio=times.active_seconds / times.candidate_seconds if timed else 0.0,
        milliseconds=1_000 * times.candidate_seconds / times.texts if times.texts else 0.0,
        cells=tuple(sorted(counts, key=lambda one: -one.count)),
    )
