"""Which texts people should look at first: where the model knows little and much hangs on it."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from uuid import UUID

from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.tag import EmotionTag, TextKind
from services.emotion_tag.domain.taxonomy import Emotion, Polarity

CLAIM_LASTS = timedelta(minutes=15)
"""A rater who went to lunch holds up nobody for longer."""

KEPT = 10_000
"""Reviews that wait; of more, those with the lowest score are dropped."""

LONGEST_WAIT = timedelta(days=30)
"""What was said so long ago teaches little about what is said now."""

LEAST_UNCERTAINTY = 0.35
"""About a third of what people write in comments; below it raters mostly agree with the model."""

SAMPLED_OF = 50
"""One text in so many is looked at whatever the model says: answers that are sure and wrong are
found in no other way, and agreement with the model can be measured without its own choice."""

DOUBLE_OF = 5
"""One text in so many is given to two raters, from which agreement is measured."""

SAME_GROUP_FACTOR = 0.8
"""What the score of a text counts for each of the same emotion, kind and language taken before."""

_KIND_WEIGHT = {TextKind.POST: 1.5, TextKind.REVIEW: 1.5, TextKind.CHAT: 1.2, TextKind.DANMAKU: 0.6}
"""A post or a review is read for months, a line over a live room for seconds; a comment is 1."""
_NEGATIVE_WEIGHT = 1.5  # a complaint may open an alert, and one that is none wastes people's time
_ITEM_WEIGHT, _MOST_ITEMS = 0.25, 4


class ReviewCause(StrEnum):
    """Why a text waits."""

    UNCERTAIN = "uncertain"
    SAMPLED = "sampled"


@dataclass(frozen=True, kw_only=True)
class Review:
    """A text that waits for a rater."""

    content_id: UUID
    kind: TextKind
    language: str
    emotion: Emotion
    confidence: float
    uncertainty: float
    """0 to 1."""
    weight: float
    """What hangs on it before anybody has reacted, 0.6 and more."""
    reach: int
    """Reactions and comments heard of."""
    cause: ReviewCause
    wanted_count: int
    rating_count: int
    created_at: datetime
    text: str = ""
    """Asked of its owner when it is shown; never stored."""
    claimed_until: datetime | None = None

    @property
    def influence(self) -> float:
        """How much hangs on it; doubles with one reaction, has doubled again with three."""
        return self.weight * (1 + math.log2(1 + self.reach))

    @property
    def score(self) -> float:
        """Highest first."""
        return self.uncertainty * self.influence


def uncertainty_of(tag: EmotionTag) -> float:
    """How little the model knows, 0 to 1.

    Half of it is what it lacks in confidence, which is calibrated; half is a small lead of the top
    emotion over the runner-up (margin sampling: Scheffer et al. 2001), which tells two that are
    mixed up from a text that is like nothing.
    """
    first, second = sorted(tag.scores, reverse=True)[:2]
    return 0.5 * (1 - tag.confidence) + 0.5 * (1 - (first - second))


def review_of(content: TaggedContent, now: datetime) -> Review | None:
    """The review that a newly tagged content waits for; None if nobody need look at it."""
    tag = content.tag
    uncertainty = uncertainty_of(tag)
    sampled = _one_in(content.content_id, SAMPLED_OF, b"sampled")
    if uncertainty < LEAST_UNCERTAINTY and not sampled:
        return None
    return Review(
        content_id=content.content_id,
        kind=content.kind,
        language=tag.language,
        emotion=tag.emotion,
        confidence=tag.confidence,
        uncertainty=uncertainty,
        weight=_weight(content),
        reach=0,
        cause=ReviewCause.SAMPLED if sampled else ReviewCause.UNCERTAIN,
        wanted_count=2 if _one_in(content.content_id, DOUBLE_OF, b"double") else 1,
        rating_count=0,
        created_at=now,
    )


def diverse(waiting: Sequence[Review], count: int) -> list[Review]:
    """Choose `count` of the reviews: high scores, spread over emotions, kinds and languages."""
    left = sorted(waiting, key=lambda one: (-one.score, one.content_id))
    taken: list[Review] = []
    of_group: Counter[tuple[Emotion, TextKind, str]] = Counter()
    while left and len(taken) < count:
        best = max(left, key=lambda one: one.score * SAME_GROUP_FACTOR ** of_group[_group(one)])
        left.remove(best)
        taken.append(best)
        of_group[_group(best)] += 1
    return taken


def _group(review: Review) -> tuple[Emotion, TextKind, str]:
    return review.emotion, review.kind, review.language


def _weight(content: TaggedContent) -> float:
    weight = _KIND_WEIGHT.get(content.kind, 1.0)
    weight *= 1 + _ITEM_WEIGHT * min(len(content.item_ids), _MOST_ITEMS)
    leans_against = content.tag.polarity in (Polarity.NEGATIVE, Polarity.MIXED)
    return weight * (_NEGATIVE_WEIGHT if leans_against else 1.0)


def _one_in(content_id: UUID, count: int, purpose: bytes) -> bool:
    """The same for the same content, on every replica; even over contents."""
    digest = blake2b(content_id.bytes, digest_size=8, key=purpose).digest()
    return int.from_bytes(digest) % count == 0
