"""What community does when neighbours tell something."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from resonance.emotion_tag.v1 import emotion_pb2
from resonance.emotion_tag.v1.emotion_tag_events_pb2 import ContentCorrected, ContentTagged
from resonance.profile.v1.profile_events_pb2 import UserRegistered
from services.chassis.messaging.reaction import Delivered, Reaction
from services.community.application.know_people import know_people
from services.community.application.ports import Feeling, Transactions
from services.community.application.show_emotions import show_emotions
from services.community.domain.kinds import UNKNOWN_EMOTION

# Kinds of texts that are rows of ours: a line over a live room or a care chat is not.
_OF_COMMENTS = {emotion_pb2.TEXT_KIND_UNSPECIFIED, emotion_pb2.TEXT_KIND_COMMENT}
_OURS = _OF_COMMENTS | {emotion_pb2.TEXT_KIND_REVIEW, emotion_pb2.TEXT_KIND_POST}

PACE = timedelta(seconds=0.25)
"""Of the labels under texts: in a busy room hundreds come in a second."""


def reactions(transactions: Transactions) -> Sequence[Reaction[Any]]:
    """The durable readers of this service."""

    async def know(told: Sequence[Delivered[UserRegistered]]) -> None:
        await know_people((UUID(one.event.user_id) for one in told), transactions)

    async def show(told: Sequence[Delivered[ContentTagged]]) -> None:
        await show_emotions(
            [_feeling(one.event, one.occurred_at) for one in told if one.event.kind in _OURS],
            transactions,
        )

    async def show_corrected(told: Sequence[Delivered[ContentCorrected]]) -> None:
        now = [(one.event.content, one.occurred_at) for one in told]
        await show_emotions(
            [_feeling(content, at) for content, at in now if content.kind in _OURS], transactions
        )

    return (
        Reaction(reader="community_know_person", to=UserRegistered, do=know),
        Reaction(reader="community_show_emotion", to=ContentTagged, do=show, pace=PACE),
        Reaction(reader="community_show_correction", to=ContentCorrected, do=show_corrected),
    )


def _feeling(content: ContentTagged, told_at: datetime) -> Feeling:
    return Feeling(
        content_id=UUID(content.content_id),
        is_comment=content.kind in _OF_COMMENTS,
        emotion=UNKNOWN_EMOTION if content.tag.unsure else content.tag.emotion,
        tagged_at=told_at,
    )
