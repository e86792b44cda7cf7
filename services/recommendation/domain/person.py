"""A person as far as recommending knows them: what they allow, did, and how they feel."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.recommendation.domain.behavior import Kind
from services.recommendation.domain.decay import share_left
from services.recommendation.domain.words import Emotion

MOOD_HALF_LIFE = timedelta(hours=6)
# Below this the mood is too faint or too unsure to act on (strength times distance from neutral).
FAINTEST_MOOD = 0.05

DEEDS_KEPT = 200
"""So many of the latest deeds are looked at when a list is made."""

# What was bought lately is not offered again, except where buying it again is a habit.
BOUGHT_LATELY = timedelta(days=30)
HABIT_PAUSE = timedelta(days=3)
HABIT_PURCHASES = 2
# What was sent back or called wrong stays away for long.
DISLIKED_LATELY = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Mood:
    """As emotion_tag told it: valence -1 to 1, arousal and confidence 0 to 1, at `updated_at`."""

    emotion: Emotion
    valence: float
    arousal: float
    confidence: float
    updated_at: datetime
    version: int

    def felt(self, now: datetime) -> "FeltMood | None":
        """Return what is left of it now; None if that is too faint to act on."""
        left = share_left(now - self.updated_at, MOOD_HALF_LIFE)
        felt = FeltMood(
            emotion=self.emotion,
            valence=max(-1.0, min(1.0, self.valence * left)),
            arousal=self.arousal * left,
            strength=max(0.0, min(1.0, self.confidence)),
        )
        return felt if felt.weight >= FAINTEST_MOOD else None


@dataclass(frozen=True, slots=True)
class FeltMood:
    """A mood as of this moment."""

    emotion: Emotion
    valence: float
    arousal: float
    strength: float

    @property
    def weight(self) -> float:
        """How much it may move a list, 0 to 1."""
        return self.strength * abs(self.valence)

    @property
    def needs_comfort(self) -> bool:
        return self.valence < 0


@dataclass(frozen=True, slots=True)
class Deed:
    """Something the person did with an item."""

    item_id: str
    kind: Kind
    weight: float
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """`deeds` are the latest ones, newest first; consents are off unless granted."""

    user_id: UUID
    allows_personalization: bool = False
    allows_mood: bool = False
    mood: Mood | None = None
    deeds: tuple[Deed, ...] = ()

    def felt_mood(self, now: datetime) -> FeltMood | None:
        """Return the mood to act on: allowed, known and not faded."""
        if not self.allows_mood or self.mood is None:
            return None
        return self.mood.felt(now)

    def left_out(self, now: datetime) -> set[str]:
        """Items that are not to be recommended: bought lately, sent back, or called wrong."""
        times = Counter(deed.item_id for deed in self.deeds if deed.kind is Kind.PURCHASE)
        out = set()
        for deed in self.deeds:
            age = now - deed.occurred_at
            if deed.kind in (Kind.RETURN, Kind.DISLIKE):
                is_out = age < DISLIKED_LATELY
            elif deed.kind is Kind.PURCHASE:
                is_habit = times[deed.item_id] >= HABIT_PURCHASES
                is_out = age < (HABIT_PAUSE if is_habit else BOUGHT_LATELY)
            else:
                continue
            if is_out:
                out.add(deed.item_id)
        return out
