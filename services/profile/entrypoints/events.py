"""What profile does when it or a neighbour tells something."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from resonance.emotion_tag.v1 import emotion_pb2
from resonance.emotion_tag.v1.emotion_tag_events_pb2 import ContentTagged, MoodChanged
from resonance.profile.v1.profile_events_pb2 import BehaviorRecorded
from resonance.recommendation.v1.recommendation_events_pb2 import ItemChanged
from services.chassis.kernel.clock import Clock
from services.chassis.messaging.subscriber import Delivered, Reaction
from services.profile.application.keep_behaviors import keep_behaviors
from services.profile.application.learn_emotions import Feeling, forget_emotions, learn_emotions
from services.profile.application.learn_items import learn_items
from services.profile.application.ports import Recorded, Transactions
from services.profile.domain.item import Item
from services.profile.wire import behavior_from_proto, time_from_proto


def reactions(transactions: Transactions, clock: Clock) -> Sequence[Reaction[Any]]:
    """Make the durable readers of this service."""

    async def keep(told: Sequence[Delivered[BehaviorRecorded]]) -> None:
        recorded = [
            Recorded(behavior_from_proto(one.event.behavior), one.occurred_at) for one in told
        ]
        await keep_behaviors(recorded, transactions, clock)

    async def learn_item(told: Sequence[Delivered[ItemChanged]]) -> None:
        await learn_items([_item(one.event) for one in told], transactions, clock)

    async def learn_emotion(told: Sequence[Delivered[ContentTagged]]) -> None:
        feelings = [_feeling(one) for one in told if _says_something(one.event)]
        if feelings:
            await learn_emotions(feelings, transactions, clock)

    async def forget_mood(told: Sequence[Delivered[MoodChanged]]) -> None:
        cleared: dict[UUID, datetime] = {}
        for one in told:
            if one.event.is_cleared:
                user_id = UUID(one.event.mood.user_id)
                cleared[user_id] = max(one.occurred_at, cleared.get(user_id, one.occurred_at))
        if cleared:
            await forget_emotions(cleared, transactions, clock)

    return (
        # Behaviours are many and small: large batches make them cheap.
        Reaction(reader="profile_keep_behavior", to=BehaviorRecorded, do=keep, batch=500),
        Reaction(reader="profile_learn_item", to=ItemChanged, do=learn_item),
        Reaction(reader="profile_learn_emotion", to=ContentTagged, do=learn_emotion),
        Reaction(reader="profile_forget_mood", to=MoodChanged, do=forget_mood),
    )


def _item(event: ItemChanged) -> Item:
    item = event.item
    return Item(item.item_id, item.category, item.brand, tuple(item.tags), event.version)


def _says_something(event: ContentTagged) -> bool:
    """Whether it tells whose feeling it is, is sure of it, and it is one."""
    return (
        bool(event.author_id)
        and not event.tag.unsure
        and event.tag.emotion not in (emotion_pb2.EMOTION_UNSPECIFIED, emotion_pb2.EMOTION_NEUTRAL)
    )


def _feeling(told: Delivered[ContentTagged]) -> Feeling:
    tag = told.event.tag
    return Feeling(
        event_id=told.id,
        user_id=UUID(told.event.author_id),
        emotion=emotion_pb2.Emotion.Name(tag.emotion).removeprefix("EMOTION_").lower(),
        strength=tag.intensity * tag.confidence,
        occurred_at=time_from_proto(told.event.publish_time),
        recorded_at=told.occurred_at,
    )
