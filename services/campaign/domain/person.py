"""A person as campaigns know them: what they allow, what they like, how they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

# A mood fades to neutral by half in this time; the same figure as in emotion_tag, whose events
# tell a mood as of its last change.
MOOD_HALF_LIFE = timedelta(hours=6)

# From here on a mood counts as distress. Unpleasant beyond the middle of the negative range and
# more likely than not: sadness has valence -0.8, disappointment -0.6 in the taxonomy.
DISTRESS_VALENCE = -0.3
DISTRESS_CONFIDENCE = 0.25


@dataclass(frozen=True, kw_only=True)
class Mood:
    """As of `felt_at`. `valence` is -1 to 1, `confidence` 0 to 1, `emotion` such as "SADNESS"."""

    emotion: str
    valence: float
    confidence: float
    felt_at: datetime
    version: int

    def now(self, moment: datetime) -> Mood:
        """The same mood, faded."""
        age = max(moment - self.felt_at, timedelta(0))
        left = 0.5 ** (age / MOOD_HALF_LIFE)
        return Mood(
            emotion=self.emotion,
            valence=self.valence * left,
            confidence=self.confidence * left,
            felt_at=self.felt_at,
            version=self.version,
        )

    @property
    def is_distress(self) -> bool:
        return self.valence <= DISTRESS_VALENCE and self.confidence >= DISTRESS_CONFIDENCE


@dataclass(frozen=True, kw_only=True)
class Need:
    """That emotion_tag saw a sign that a person needs care. Why, nobody here is told."""

    until: datetime | None
    """None once there is no sign any more."""
    version: int


@dataclass(frozen=True, kw_only=True)
class Portrait:
    """What the audience of a campaign may ask about. `interests` weigh 0 to 1."""

    interests: Mapping[str, float] = field(default_factory=dict)
    engagement: float = 0.0
    behavior_count: int = 0
    purchase_count: int = 0
    spent_minor: Mapping[str, int] = field(default_factory=dict)
    last_active_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Person:
    """`portrait`, `mood` and `need` are None where they are not allowed or nothing is known."""

    id: UUID
    granted: frozenset[str] = frozenset()
    portrait: Portrait | None = None
    mood: Mood | None = None
    need: Need | None = None

    @property
    def allows_marketing(self) -> bool:
        return "marketing" in self.granted

    def mood_now(self, moment: datetime) -> Mood | None:
        """The mood that may be used: needs `marketing` and `emotion_inference`."""
        if self.mood is None or not self.allows_marketing:
            return None
        if "emotion_inference" not in self.granted:
            return None
        return self.mood.now(moment)

    def is_in_need(self, moment: datetime) -> bool:
        """Whether offers are to be kept back, whatever the tone.

        Asks for no consent to marketing: it only ever keeps something back. It is no fact for
        audiences (`facts`), so that nobody can be found by it.
        """
        if self.need is None or self.need.until is None:
            return False
        return "emotion_inference" in self.granted and moment < self.need.until

    def facts(self, moment: datetime) -> dict[str, object]:
        """The variables of an audience, by the names that campaign.proto lists."""
        known = self.portrait if "personalization" in self.granted else None
        portrait = known or Portrait()
        mood = self.mood_now(moment)
        idle = moment - portrait.last_active_at if portrait.last_active_at else None
        return {
            "interests": dict(portrait.interests),
            "engagement": float(portrait.engagement),
            "behavior_count": portrait.behavior_count,
            "purchase_count": portrait.purchase_count,
            "spent_minor": dict(portrait.spent_minor),
            "days_since_active": idle / timedelta(days=1) if idle else float("inf"),
            "mood": mood.emotion if mood else "",
            "valence": mood.valence if mood else 0.0,
        }
