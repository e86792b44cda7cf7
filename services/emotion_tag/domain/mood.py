"""How a person is, from what they said: evidence that fades by half every half-life.

Everything said leaves a mass on each emotion. Masses fade at one rate, so they can be kept as of
any moment, and the order in which things are learned does not matter. What is missing to a full
picture is neutral: a constant mass on it, which does not fade.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.emotion_tag.domain.tag import EmotionTag
from services.emotion_tag.domain.taxonomy import EMOTIONS, TAXONOMY, Emotion

HALF_LIFE = timedelta(hours=6)
"""A mood lasts from hours to a day, an emotion minutes: what was said this morning should still
show in the afternoon and be gone tomorrow. Source of the distinction: Beedie, Terry & Lane (2005),
Distinctions between emotion and mood."""

NEUTRAL_MASS = 0.35
"""One strong and certain text outweighs it, a lukewarm or doubtful one does not."""

UNSURE_SHARE = 0.25
"""What an answer counts that had better not be acted on: several of them say something together."""

VALENCE_SPREAD = 0.6
"""Standard deviation of the valence of what people say; of CPED's turns it is 0.61. It stands for
how somebody may be of whom nothing is known."""

MAX_CAUSES = 10  # emotion.proto says the same

FORGOTTEN_AFTER = 10
"""Half-lives after which nothing is left of an evidence: less than 0.1 %."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Something a person said."""

    content_id: UUID
    emotion: Emotion
    scores: tuple[float, ...]
    weight: float
    """0 to 1."""
    said_at: datetime


@dataclass(frozen=True, kw_only=True)
class Cause:
    """A piece of evidence that is remembered by name."""

    content_id: UUID
    emotion: Emotion
    weight: float
    said_at: datetime


@dataclass(frozen=True, kw_only=True)
class Mood:
    """The masses of one person as of a moment."""

    user_id: UUID
    version: int
    as_of: datetime
    """When something was last said."""
    masses: tuple[float, ...]
    """One for each emotion, in the order of `EMOTIONS`."""
    causes: tuple[Cause, ...]
    """Newest first, at most `MAX_CAUSES`."""


@dataclass(frozen=True, kw_only=True)
class MoodCause:
    """A cause with its share in the mood."""

    content_id: UUID
    emotion: Emotion
    said_at: datetime
    share: float


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What masses say of a moment."""

    emotion: Emotion
    scores: tuple[float, ...]
    """In the order of `EMOTIONS`; they add up to 1."""
    valence: float
    valence_deviation: float
    arousal: float
    confidence: float
    mass: float
    """All of it, the neutral mass of the unknown included."""

    def ranked(self) -> list[tuple[Emotion, float]]:
        """The emotions with their shares, strongest first."""
        return sorted(zip(EMOTIONS, self.scores, strict=True), key=lambda pair: -pair[1])


@dataclass(frozen=True, kw_only=True)
class MoodView:
    """A mood at a moment, ready to be shown."""

    user_id: UUID
    version: int
    emotion: Emotion
    scores: tuple[float, ...]
    """In the order of `EMOTIONS`; they add up to 1."""
    valence: float
    valence_deviation: float
    """Standard deviation of `valence`."""
    arousal: float
    confidence: float
    causes: tuple[MoodCause, ...]
    updated_at: datetime | None

    def ranked(self) -> list[tuple[Emotion, float]]:
        """The emotions with their shares, strongest first."""
        return sorted(zip(EMOTIONS, self.scores, strict=True), key=lambda pair: -pair[1])


def weight_of(tag: EmotionTag) -> float:
    """How much a text tells about its author: certain and strong ones more."""
    return told_weight(confidence=tag.confidence, intensity=tag.intensity, unsure=tag.unsure)


def told_weight(*, confidence: float, intensity: float, unsure: bool) -> float:
    """The same, of what is stored of a tag."""
    strength = 0.4 + 0.6 * intensity
    return confidence * strength * (UNSURE_SHARE if unsure else 1.0)


def evidence_of(content_id: UUID, tag: EmotionTag, said_at: datetime) -> Evidence:
    return Evidence(
        content_id=content_id,
        emotion=tag.emotion,
        scores=tag.scores,
        weight=weight_of(tag),
        said_at=said_at,
    )


def mood_from(
    user_id: UUID, evidence: Iterable[Evidence], *, version: int, half_life: timedelta
) -> Mood | None:
    """The mood that a set of evidence makes, in whatever order; None if there is none."""
    mood = None
    for piece in evidence:
        mood = moved(user_id, mood, piece, version=version, half_life=half_life)
    return mood


def moved(
    user_id: UUID, mood: Mood | None, piece: Evidence, *, version: int, half_life: timedelta
) -> Mood:
    """The mood after one more piece of evidence, which may be older than what is known."""
    as_of = max(mood.as_of, piece.said_at) if mood else piece.said_at
    known = mood.masses if mood else (0.0,) * len(EMOTIONS)
    fade = share_left(as_of - mood.as_of, half_life) if mood else 0.0
    added = piece.weight * share_left(as_of - piece.said_at, half_life)
    cause = Cause(
        content_id=piece.content_id,
        emotion=piece.emotion,
        weight=piece.weight,
        said_at=piece.said_at,
    )
    causes = sorted(
        (*(mood.causes if mood else ()), cause),
        key=lambda cause: (cause.said_at, cause.content_id),
        reverse=True,
    )
    return Mood(
        user_id=user_id,
        version=version,
        as_of=as_of,
        masses=tuple(
            mass * fade + score * added for mass, score in zip(known, piece.scores, strict=True)
        ),
        causes=tuple(causes[:MAX_CAUSES]),
    )


def seen_at(mood: Mood, now: datetime, half_life: timedelta) -> MoodView:
    """The mood as it is at `now`; a moment before `as_of` shows it as of then."""
    left = share_left(now - mood.as_of, half_life)
    picture = picture_of([mass * left for mass in mood.masses])
    total = picture.mass
    moment = max(now, mood.as_of)
    return MoodView(
        user_id=mood.user_id,
        version=mood.version,
        emotion=picture.emotion,
        scores=picture.scores,
        valence=picture.valence,
        valence_deviation=picture.valence_deviation,
        arousal=picture.arousal,
        confidence=picture.confidence,
        causes=tuple(
            MoodCause(
                content_id=cause.content_id,
                emotion=cause.emotion,
                said_at=cause.said_at,
                share=cause.weight * share_left(moment - cause.said_at, half_life) / total,
            )
            for cause in mood.causes
        ),
        updated_at=mood.as_of,
    )


def picture_of(masses: Sequence[float]) -> Picture:
    """What masses, faded to a moment, say of it.

    The valence's deviation is that of a mean over a Dirichlet distribution with these masses, where
    the neutral mass of the unknown may be any feeling (`VALENCE_SPREAD`).
    """
    told = sum(masses)
    total = told + NEUTRAL_MASS
    whole = list(masses)
    whole[EMOTIONS.index(Emotion.NEUTRAL)] += NEUTRAL_MASS
    scores = tuple(mass / total for mass in whole)
    valence = _mean((TAXONOMY[e].valence for e in EMOTIONS), scores)
    square = _mean((TAXONOMY[e].valence ** 2 for e in EMOTIONS), scores)
    square += VALENCE_SPREAD**2 * NEUTRAL_MASS / total
    return Picture(
        emotion=max(zip(scores, EMOTIONS, strict=True), key=lambda pair: pair[0])[1],
        scores=scores,
        valence=valence,
        valence_deviation=math.sqrt(max(0.0, square - valence**2) / (1 + total)),
        arousal=_mean((TAXONOMY[e].arousal for e in EMOTIONS), scores),
        confidence=told / total,
        mass=total,
    )


def no_mood(user_id: UUID, version: int) -> MoodView:
    """What is said of a person of whom nothing is known."""
    neutral = EMOTIONS.index(Emotion.NEUTRAL)
    return MoodView(
        user_id=user_id,
        version=version,
        emotion=Emotion.NEUTRAL,
        scores=tuple(1.0 if i == neutral else 0.0 for i in range(len(EMOTIONS))),
        valence=TAXONOMY[Emotion.NEUTRAL].valence,
        valence_deviation=picture_of([0.0] * len(EMOTIONS)).valence_deviation,
        arousal=TAXONOMY[Emotion.NEUTRAL].arousal,
        confidence=0.0,
        causes=(),
        updated_at=None,
    )


def share_left(age: timedelta, half_life: timedelta) -> float:
    """Share that is left after `age`; a negative age counts as none."""
    return math.pow(0.5, max(0.0, age / half_life))


def _mean(values: Iterable[float], shares: Iterable[float]) -> float:
    return sum(value * share for value, share in zip(values, shares, strict=True))
