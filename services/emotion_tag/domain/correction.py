"""What people say a text feels like, and when that counts more than what the model says."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.emotion_tag.domain.aspect import Aspect, AspectSentiment
from services.emotion_tag.domain.tag import EmotionTag
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion, Polarity

PEOPLE = "people"
"""Model version of a tag that people decided."""

ADJUDICATED_CONFIDENCE = 0.95
"""How sure a tag is that people decided. Two raters who agree are right about as often as an expert
panel agrees with itself; the rest stays with what the model held possible, so that nothing that is
derived from scores ever divides by none."""

ENOUGH_RATERS = 2
"""Who decide, if they agree and outnumber the others."""

MAX_REASON = 500  # model_service.proto says the same


@dataclass(frozen=True, slots=True)
class AspectLabel:
    """What a rater says of one aspect."""

    aspect: Aspect
    polarity: Polarity


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What one person says of one text."""

    correction_id: UUID
    content_id: UUID
    rater_id: UUID
    is_author: bool
    emotion: Emotion
    polarity: Polarity
    aspects: tuple[AspectLabel, ...]
    reason: str
    model_emotion: Emotion
    model_version: str
    created_at: datetime
    superseded_at: datetime | None = None

    def says_the_same(self, other: "Correction") -> bool:
        """Whether nothing but the time differs."""
        return (self.emotion, self.polarity, self.aspects, self.reason) == (
            other.emotion,
            other.polarity,
            other.aspects,
            other.reason,
        )


@dataclass(frozen=True, kw_only=True)
class Adjudication:
    """What people have decided about one text."""

    content_id: UUID
    emotion: Emotion
    polarity: Polarity
    aspects: tuple[AspectLabel, ...]
    is_by_author: bool
    rater_count: int
    model_emotion: Emotion
    model_version: str
    decided_at: datetime

    def says_the_same(self, other: "Adjudication | None") -> bool:
        """Whether what is shown is the same."""
        return other is not None and (self.emotion, self.polarity, self.aspects) == (
            other.emotion,
            other.polarity,
            other.aspects,
        )


def adjudicate(current: Sequence[Correction], now: datetime) -> Adjudication | None:
    """Decide by what raters say now; None if that is not enough.

    The author alone decides: nobody knows better what they felt. Else at least two raters who give
    the same emotion and are more than half of all; their polarity and aspects are those that most
    of them give, the earliest said first where it is even.
    """
    if not current:
        return None
    ordered = sorted(current, key=lambda one: (one.created_at, one.correction_id))
    of_author = [one for one in ordered if one.is_author]
    agreeing = of_author or _majority(ordered)
    if not agreeing:
        return None
    first = agreeing[0]
    return Adjudication(
        content_id=first.content_id,
        emotion=first.emotion,
        polarity=Counter(one.polarity for one in agreeing).most_common(1)[0][0],
        aspects=Counter(one.aspects for one in agreeing).most_common(1)[0][0],
        is_by_author=bool(of_author),
        rater_count=len(agreeing),
        model_emotion=first.model_emotion,
        model_version=first.model_version,
        decided_at=now,
    )


def corrected(tag: EmotionTag, decided: Adjudication) -> EmotionTag:
    """The tag of the model as people have decided; the pieces of evidence stay if it was right."""
    place = EMOTIONS.index(decided.emotion)
    rest = sum(tag.scores) - tag.scores[place]
    left = 1 - ADJUDICATED_CONFIDENCE
    scores = tuple(
        ADJUDICATED_CONFIDENCE
        if at == place
        else (score / rest if rest else 1 / (len(EMOTIONS) - 1)) * left
        for at, score in enumerate(tag.scores)
    )
    return replace(
        tag,
        emotion=decided.emotion,
        scores=scores,
        polarity=decided.polarity,
        confidence=ADJUDICATED_CONFIDENCE,
        unsure=False,
        evidence=tag.evidence if decided.emotion is tag.emotion else (),
        aspects=_aspects(tag, decided.aspects) if decided.aspects else tag.aspects,
        model_version=PEOPLE,
    )


def _aspects(tag: EmotionTag, labels: Sequence[AspectLabel]) -> tuple[AspectSentiment, ...]:
    """What people say of aspects, with the words that the model had found for them, if any."""
    words = {one.aspect: (one.start, one.end) for one in tag.aspects}
    return tuple(
        AspectSentiment(
            one.aspect, one.polarity, *words.get(one.aspect, (0, 0)), ADJUDICATED_CONFIDENCE
        )
        for one in labels
    )


def _majority(ordered: Sequence[Correction]) -> list[Correction]:
    """Those who agree on the emotion that most give, if they are enough."""
    emotion, votes = Counter(one.emotion for one in ordered).most_common(1)[0]
    if votes < ENOUGH_RATERS or 2 * votes <= len(ordered):
        return []
    return [one for one in ordered if one.emotion is emotion]
