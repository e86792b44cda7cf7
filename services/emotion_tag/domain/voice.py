"""What one text adds to the picture of what it is about, as a vector of sums.

All numbers are multiples of 2^-10 and the weights are powers of 1/2, so sums of them are exact in
double precision: whatever the order, and taking out what was put in leaves what was there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.domain.aspect import ASPECTS, Aspect, AspectSentiment
from services.emotion_tag.domain.tag import EmotionTag
from services.emotion_tag.domain.taxonomy import EMOTIONS, TAXONOMY, Emotion, Polarity

Sums = NDArray[np.float64]

GRAIN = 1024
"""Parts of 1 that scores and intensities are counted in."""

POLARITIES = tuple(Polarity)
COMPLAINTS = tuple(e for e in EMOTIONS if TAXONOMY[e].polarity is Polarity.NEGATIVE)
"""Emotions that may be felt about an aspect that is complained of."""

# Where things stand in a vector of sums.
EMOTION = slice(0, len(EMOTIONS))
POLARITY = slice(EMOTION.stop, EMOTION.stop + len(POLARITIES))
INTENSITY = POLARITY.stop
VOLUME = INTENSITY + 1  # texts, each as far as it counts
TEXTS = VOLUME + 1  # texts, each whole
AUTHORS = TEXTS + 1  # authors, each once a day
ASPECT = slice(AUTHORS + 1, AUTHORS + 1 + 3 * len(ASPECTS))  # positive, negative, neither; of each
COMPLAINT = slice(ASPECT.stop, ASPECT.stop + len(COMPLAINTS) * len(ASPECTS))
SIZE = COMPLAINT.stop

_LEANS = {
    Polarity.POSITIVE: (1.0, 0.0, 0.0),
    Polarity.NEGATIVE: (0.0, 1.0, 0.0),
    Polarity.NEUTRAL: (0.0, 0.0, 1.0),
    Polarity.MIXED: (0.5, 0.5, 0.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A tagged text as far as it counts for what it is about."""

    content_id: UUID
    author_key: bytes
    """Says which texts of a day are of one author; one that has none stands for itself."""
    said_at: datetime
    scores: tuple[int, ...]
    """Of each emotion in the order of `EMOTIONS`, in parts of `GRAIN`."""
    polarity: Polarity
    intensity: int
    aspects: tuple[tuple[Aspect, Polarity], ...]

    def sums(self) -> Sums:
        """What it adds if it counts whole, but for `TEXTS` and `AUTHORS`."""
        sums = np.zeros(SIZE)
        sums[EMOTION] = self.scores
        sums[EMOTION] /= GRAIN
        sums[POLARITY.start + POLARITIES.index(self.polarity)] = 1.0
        sums[INTENSITY] = self.intensity / GRAIN
        sums[VOLUME] = 1.0
        leans, complaints = of_aspects(sums), of_complaints(sums)
        for aspect, polarity in self.aspects:
            at = ASPECTS.index(aspect)
            leans[at] = _LEANS[polarity]
            if polarity in (Polarity.NEGATIVE, Polarity.MIXED):
                complaints[at] = [sums[EMOTIONS.index(emotion)] for emotion in COMPLAINTS]
        return sums


def voice_of(content_id: UUID, author_key: bytes, said_at: datetime, tag: EmotionTag) -> Voice:
    """Read a tag; an unsure one counts too: its scores say how unsure it is.

    Summing calibrated scores estimates the mix better than counting top labels. Source: Bella et
    al. (2010), Quantification via probability estimators.
    """
    return Voice(
        content_id=content_id,
        author_key=author_key or content_id.bytes,
        said_at=said_at,
        scores=tuple(round(score * GRAIN) for score in tag.scores),
        polarity=tag.polarity,
        intensity=round(tag.intensity * GRAIN),
        aspects=_aspects_once(tag.aspects),
    )


def of_aspects(sums: Sums) -> Sums:
    """The part that counts aspects: a row for each, positive, negative, neither. A view."""
    return sums[ASPECT].reshape(len(ASPECTS), 3)


def of_complaints(sums: Sums) -> Sums:
    """The part with what is felt where an aspect is complained of: aspects × `COMPLAINTS`."""
    return sums[COMPLAINT].reshape(len(ASPECTS), len(COMPLAINTS))


def emotion_share(sums: Sums, emotion: Emotion) -> float:
    """The share of an emotion in all that was felt, 0 to 1; 0 if nothing was."""
    total = float(sums[EMOTION].sum())
    return float(sums[EMOTIONS.index(emotion)]) / total if total > 0 else 0.0


def _aspects_once(found: Sequence[AspectSentiment]) -> tuple[tuple[Aspect, Polarity], ...]:
    return tuple({one.aspect: one.polarity for one in found}.items())
