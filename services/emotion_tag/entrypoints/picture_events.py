"""What the part about pictures does when a neighbour tells something."""

from typing import Any
from uuid import UUID

from resonance.profile.v1.consent_pb2 import Purpose
from resonance.profile.v1.profile_events_pb2 import ConsentChanged
from services.chassis.messaging.reaction import Delivered, Reaction, each
from services.emotion_tag.application.pictures.learn_picture_consent import learn_picture_consent
from services.emotion_tag.application.pictures.ports import PictureTransactions


def picture_reactions(transactions: PictureTransactions) -> tuple[Reaction[Any], ...]:
    """Make the durable reader of this part."""

    async def learn(told: Delivered[ConsentChanged]) -> None:
        await learn_picture_consent(
            UUID(told.event.user_id),
            transactions,
            is_granted=Purpose.PURPOSE_PICTURE_INFERENCE in told.event.granted,
            version=told.event.version,
        )

    return (
        Reaction(reader="emotion_tag_learn_picture_consent", to=ConsentChanged, do=each(learn)),
    )
