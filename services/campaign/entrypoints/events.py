"""What campaign does when neighbours tell something."""

from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Any
from uuid import UUID

from resonance.emotion_tag.v1 import emotion_pb2
from resonance.emotion_tag.v1.emotion_tag_events_pb2 import DistressChanged, MoodChanged
from resonance.profile.v1 import consent_pb2, portrait_pb2
from resonance.profile.v1.profile_events_pb2 import ConsentChanged, PortraitChanged
from services.campaign.application.know_person import (
    heed_consents,
    know_moods,
    know_need,
    know_portraits,
)
from services.campaign.application.ports import Transactions
from services.campaign.domain.person import Mood, Need, Portrait
from services.chassis.messaging.reaction import Delivered, Reaction, each

_INTERESTS = {
    portrait_pb2.TRAIT_KIND_CATEGORY,
    portrait_pb2.TRAIT_KIND_BRAND,
    portrait_pb2.TRAIT_KIND_TAG,
}

PACE = timedelta(seconds=0.25)
PACE_OF_MOODS = timedelta(seconds=0.05)
"""In a busy room hundreds of texts move moods in a second; the guard should know them at once."""


def reactions(transactions: Transactions) -> Sequence[Reaction[Any]]:
    async def heed(told: Delivered[ConsentChanged]) -> None:
        event = told.event
        granted = frozenset(
            consent_pb2.Purpose.Name(purpose).removeprefix("PURPOSE_").lower()
            for purpose in event.granted
        )
        await heed_consents(UUID(event.user_id), granted, event.version, transactions)

    async def know(told: Sequence[Delivered[PortraitChanged]]) -> None:
        newest: dict[UUID, Portrait] = {}
        for portrait in sorted((one.event.portrait for one in told), key=lambda it: it.version):
            newest[UUID(portrait.user_id)] = _to_portrait(portrait)
        await know_portraits(newest, transactions)

    async def feel(told: Sequence[Delivered[MoodChanged]]) -> None:
        moods: dict[UUID, Mood] = {}
        cleared: dict[UUID, int] = {}
        for event in sorted((one.event for one in told), key=lambda it: it.mood.version):
            user_id = UUID(event.mood.user_id)
            if event.is_cleared:
                cleared[user_id] = event.mood.version
            else:
                moods[user_id] = _to_mood(event.mood)
        await know_moods(moods, cleared, transactions)

    async def spare(told: Delivered[DistressChanged]) -> None:
        event = told.event
        until = event.expire_time.ToDatetime(tzinfo=UTC) if event.level else None
        need = Need(until=until, version=event.version)
        await know_need(UUID(event.user_id), need, transactions)

    return (
        Reaction(reader="campaign_heed_consent", to=ConsentChanged, do=each(heed)),
        Reaction(reader="campaign_know_portrait", to=PortraitChanged, do=know, pace=PACE),
        Reaction(reader="campaign_feel_mood", to=MoodChanged, do=feel, pace=PACE_OF_MOODS),
        Reaction(reader="campaign_spare_in_need", to=DistressChanged, do=each(spare)),
    )


def _to_portrait(told: portrait_pb2.Portrait) -> Portrait:
    interests: dict[str, float] = {}
    for trait in told.traits:
        if trait.kind in _INTERESTS:
            interests[trait.value] = max(trait.weight, interests.get(trait.value, 0.0))
    active = told.last_active_time.ToDatetime(tzinfo=UTC)
    return Portrait(
        interests=interests,
        engagement=told.engagement,
        behavior_count=told.behavior_count,
        purchase_count=told.purchase_count,
        spent_minor=dict(told.spent_minor),
        last_active_at=active if told.HasField("last_active_time") else None,
        version=told.version,
    )


def _to_mood(told: emotion_pb2.Mood) -> Mood:
    return Mood(
        emotion=emotion_pb2.Emotion.Name(told.emotion).removeprefix("EMOTION_"),
        valence=told.valence,
        confidence=told.confidence,
        felt_at=told.update_time.ToDatetime(tzinfo=UTC),
        version=told.version,
    )
