"""What profile does when emotion_tag tells what people's words felt like."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from resonance.emotion_tag.v1 import emotion_pb2
from resonance.emotion_tag.v1.emotion_tag_events_pb2 import (
    ContentCorrected,
    ContentTagged,
    ContentUntagged,
    MoodChanged,
)
from services.chassis.kernel.clock import Clock
from services.chassis.messaging.reaction import Delivered, Reaction
from services.profile.application.learn_emotions import (
    Corrected,
    correct_emotions,
    forget_emotions,
    learn_emotions,
)
from services.profile.application.ports import Transactions
from services.profile.domain.feeling import CONTENT_CORRECTED, CONTENT_TAGGED, Feeling
from services.profile.wire import time_from_proto

PACE = timedelta(seconds=0.25)
"""Of the emotions in portraits: in a busy room hundreds come in a second."""

_PEOPLE = "people"
"""Model version of a tag that people decided; emotion_tag_events.proto says the same."""


def emotion_reactions(transactions: Transactions, clock: Clock) -> Sequence[Reaction[Any]]:
    """Make the durable readers that keep the emotions in portraits."""

    async def learn_emotion(told: Sequence[Delivered[ContentTagged]]) -> None:
        found = [_feeling(one.event, one.event.tag, one.id, one.occurred_at) for one in told]
        feelings = [feeling for feeling in found if feeling]
        if feelings:
            await learn_emotions(feelings, transactions, clock)

    async def change(corrected: Sequence[Corrected]) -> None:
        if corrected:
            await correct_emotions(corrected, transactions, clock)

    async def correct_emotion(told: Sequence[Delivered[ContentCorrected]]) -> None:
        await change([_corrected(one) for one in told if one.event.content.author_id])

    async def unlearn_emotion(told: Sequence[Delivered[ContentUntagged]]) -> None:
        await change([_gone(one) for one in told if one.event.content.author_id])

    async def forget_mood(told: Sequence[Delivered[MoodChanged]]) -> None:
        if cleared := _cleared(told):
            await forget_emotions(cleared, transactions, clock)

    return (
        Reaction(reader="profile_learn_emotion", to=ContentTagged, do=learn_emotion, pace=PACE),
        Reaction(reader="profile_correct_emotion", to=ContentCorrected, do=correct_emotion),
        Reaction(reader="profile_unlearn_emotion", to=ContentUntagged, do=unlearn_emotion),
        Reaction(reader="profile_forget_mood", to=MoodChanged, do=forget_mood, pace=PACE),
    )


def _feeling(
    content: ContentTagged, tag: emotion_pb2.EmotionTag, event_id: UUID, told_at: datetime
) -> Feeling | None:
    """What a tag says of somebody; None if it does not tell of whom, is unsure, or of nothing.

    `told_at` stands in for when the first tag was told, in events that do not say.
    """
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
        recorded_at=time_from_proto(content.tag_time) if content.HasField("tag_time") else told_at,
        source=CONTENT_CORRECTED if tag.model_version == _PEOPLE else CONTENT_TAGGED,
    )


def _cleared(told: Sequence[Delivered[MoodChanged]]) -> dict[UUID, datetime]:
    """Whose mood was forgotten, and when last."""
    cleared: dict[UUID, datetime] = {}
    for one in told:
        if one.event.is_cleared:
            user_id = UUID(one.event.mood.user_id)
            cleared[user_id] = max(one.occurred_at, cleared.get(user_id, one.occurred_at))
    return cleared


def _corrected(told: Delivered[ContentCorrected]) -> Corrected:
    """Both tags, as of when the first one was told: that is what a consent covered."""
    content, said_at = told.event.content, time_from_proto(told.event.content.publish_time)
    return Corrected(
        user_id=UUID(content.author_id),
        former=_feeling(content, told.event.former_tag, told.id, said_at),
        now=_feeling(content, content.tag, told.id, said_at),
    )


def _gone(told: Delivered[ContentUntagged]) -> Corrected:
    """What was felt in words that their author has deleted."""
    content = told.event.content
    said_at = time_from_proto(content.publish_time)
    felt = _feeling(content, content.tag, told.id, said_at)
    return Corrected(user_id=UUID(content.author_id), former=felt, now=None)
