"""What profile does when it or a neighbour tells something."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from resonance.emotion_tag.v1 import emotion_pb2
from resonance.emotion_tag.v1.emotion_tag_events_pb2 import (
    ContentCorrected,
    ContentTagged,
    MoodChanged,
)
from resonance.profile.v1.profile_events_pb2 import BehaviorRecorded
from resonance.recommendation.v1.recommendation_events_pb2 import ItemChanged
from services.chassis.kernel.clock import Clock
from services.chassis.messaging.reaction import Delivered, Reaction
from services.profile.application.keep_behaviors import keep_behaviors
from services.profile.application.learn_emotions import (
    Corrected,
    correct_emotions,
    forget_emotions,
    learn_emotions,
)
from services.profile.application.learn_items import learn_items
from services.profile.application.ports import Recorded, Transactions
from services.profile.domain.feeling import CONTENT_CORRECTED, CONTENT_TAGGED, Feeling
from services.profile.domain.item import Item
from services.profile.wire import behavior_from_proto, time_from_proto

PACE = timedelta(seconds=0.25)
"""Of the emotions in portraits: in a busy room hundreds come in a second."""

_PEOPLE = "people"
"""Model version of a tag that people decided; emotion_tag_events.proto says the same."""


def reactions(transactions: Transactions, clock: Clock) -> Sequence[Reaction[Any]]:
    """Make the durable readers of this service."""

    async def keep(told: Sequence[Delivered[BehaviorRecorded]]) -> None:
        recorded = [
            Recorded(behavior_from_proto(one.event.behavior), one.occurred_at) for one in told
        ]
        await keep_behaviors(recorded, transactions, clock)

    async def learn_item(told: Sequence[Delivered[ItemChanged]]) -> None:
        await learn_items([_item(one.event) for one in told], transactions, clock)

    return (
        # Behaviours are many and small: large batches make them cheap.
        Reaction(reader="profile_keep_behavior", to=BehaviorRecorded, do=keep, batch=500),
        Reaction(reader="profile_learn_item", to=ItemChanged, do=learn_item),
        *_of_emotions(transactions, clock),
    )


def _of_emotions(transactions: Transactions, clock: Clock) -> Sequence[Reaction[Any]]:
    async def learn_emotion(told: Sequence[Delivered[ContentTagged]]) -> None:
        found = [_feeling(one.event, one.event.tag, one.id, one.occurred_at) for one in told]
        feelings = [feeling for feeling in found if feeling]
        if feelings:
            await learn_emotions(feelings, transactions, clock)

    async def correct_emotion(told: Sequence[Delivered[ContentCorrected]]) -> None:
        corrected = [_corrected(one) for one in told if one.event.content.author_id]
        if corrected:
            await correct_emotions(corrected, transactions, clock)

    async def forget_mood(told: Sequence[Delivered[MoodChanged]]) -> None:
        cleared: dict[UUID, datetime] = {}
        for one in told:
            if one.event.is_cleared:
                user_id = UUID(one.event.mood.user_id)
                cleared[user_id] = max(one.occurred_at, cleared.get(user_id, one.occurred_at))
        if cleared:
            await forget_emotions(cleared, transactions, clock)

    return (
        Reaction(reader="profile_learn_emotion", to=ContentTagged, do=learn_emotion, pace=PACE),
        Reaction(reader="profile_correct_emotion", to=ContentCorrected, do=correct_emotion),
        Reaction(reader="profile_forget_mood", to=MoodChanged, do=forget_mood, pace=PACE),
    )


def _item(event: ItemChanged) -> Item:
    item = event.item
    return Item(item.item_id, item.category, item.brand, tuple(item.tags), event.version)


def _feeling(
    content: ContentTagged, tag: emotion_pb2.EmotionTag, event_id: UUID, recorded_at: datetime
) -> Feeling | None:
    """What a tag says of somebody; None if it does not tell of whom, is unsure, or of nothing."""
    if (
        not content.author_id
        or tag.unsure
        or tag.emotion in (emotion_pb2.EMOTION_UNSPECIFIED, emotion_pb2.EMOTION_NEUTRAL)
    ):
        return None
    return Feeling(
        event_id=event_id,
        user_id=UUID(content.author_id),
        emotion=emotion_pb2.Emotion.Name(tag.emotion).removeprefix("EMOTION_").lower(),
        strength=tag.intensity * tag.confidence,
        occurred_at=time_from_proto(content.publish_time),
        recorded_at=recorded_at,
        source=CONTENT_CORRECTED if tag.model_version == _PEOPLE else CONTENT_TAGGED,
    )


def _corrected(told: Delivered[ContentCorrected]) -> Corrected:
    """Both tags as of the time at which the words were said: that is what a consent covered."""
    content, said_at = told.event.content, time_from_proto(told.event.content.publish_time)
    return Corrected(
        user_id=UUID(content.author_id),
        former=_feeling(content, told.event.former_tag, told.id, said_at),
        now=_feeling(content, content.tag, told.id, said_at),
    )
