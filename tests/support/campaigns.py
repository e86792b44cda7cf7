"""Campaigns and people for tests, with sensible values for all that does not matter."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.campaign.domain.campaign import Campaign, Title, Tone
from services.campaign.domain.coupon import AmountOff, Coupon
from services.campaign.domain.person import Mood, Need, Person, Portrait
from services.chassis.kernel.ids import new_id
from services.chassis.kernel.money import Money

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ALL_PURPOSES = frozenset({"marketing", "personalization", "emotion_inference"})


def a_campaign(
    *,
    tone: Tone = Tone.PLAIN,
    audience: str = "",
    stock: int = 10,
    limit_per_person: int = 1,
    off_minor: int = 500,
    budget_minor: int = 100_000,
    priority: int = 0,
    starts_at: datetime = NOW - timedelta(days=1),
    ends_at: datetime = NOW + timedelta(days=1),
) -> Campaign:
    """A draft that takes `off_minor` fen off orders of at least 10 yuan."""
    return Campaign(
        id=new_id(),
        title=Title(zh="夏日特惠", en="Summer deal"),
        tone=tone,
        audience=audience,
        budget=Money(budget_minor, "CNY"),
        starts_at=starts_at,
        ends_at=ends_at,
        coupon=Coupon(
            id=new_id(),
            discount=AmountOff(Money(off_minor, "CNY")),
            minimum_spend=Money(1_000, "CNY"),
            stock=stock,
            limit_per_person=limit_per_person,
            redeem_within=timedelta(hours=1),
        ),
        priority=priority,
        created_at=NOW,
    )


def a_mood(*, valence: float, confidence: float = 0.9, emotion: str = "SADNESS") -> Mood:
    """A mood felt now."""
    return Mood(emotion=emotion, valence=valence, confidence=confidence, felt_at=NOW, version=1)


def a_person(
    *,
    user_id: UUID | None = None,
    granted: frozenset[str] = ALL_PURPOSES,
    mood: Mood | None = None,
    portrait: Portrait | None = None,
    need: Need | None = None,
) -> Person:
    return Person(id=user_id or new_id(), granted=granted, mood=mood, portrait=portrait, need=need)
