"""What emotion_tag does when neighbours tell something."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from resonance.community.v1.community_events_pb2 import ContentDeleted, ContentPublished
from resonance.profile.v1.consent_pb2 import Purpose
from resonance.profile.v1.profile_events_pb2 import ConsentChanged
from services.chassis.kernel.clock import Clock
from services.chassis.messaging.reaction import Delivered, Reaction, each
from services.emotion_tag.application.distress.ports import RiskLexicon
from services.emotion_tag.application.moods.learn_consent import LearnConsent, learn_consent
from services.emotion_tag.application.ports import Contents, Tagger, Transactions
from services.emotion_tag.application.tagging.forget_content import forget_content
from services.emotion_tag.application.tagging.tag_contents import read_contents, tag_contents
from services.emotion_tag.domain.content import Content
from services.emotion_tag.domain.tag import EmotionTag

Note = Callable[[Sequence[tuple[Content, EmotionTag]]], None]
"""Told of what was tagged, e.g. to count it."""

PACE = timedelta(seconds=0.03)
"""At hundreds of texts a second a batch of some costs what one alone does."""


def reactions(
    transactions: Transactions,
    contents: Contents,
    tagger: Tagger,
    lexicon: RiskLexicon,
    clock: Clock,
    *,
    half_life: timedelta,
    note: Note,
) -> Sequence[Reaction[Any]]:
    """Make the durable readers of this service."""

    async def tag(
        told: Sequence[Delivered[ContentPublished]],
    ) -> Callable[[Sequence[Delivered[ContentPublished]]], Awaitable[None]]:
        content_ids = [UUID(one.event.content_id) for one in told]
        answered = {
            UUID(one.event.reply_to_id or one.event.post_id or one.event.content_id) for one in told
        }
        read = await read_contents(content_ids, contents, tagger, lexicon, answered_ids=answered)

        async def store(new: Sequence[Delivered[ContentPublished]]) -> None:
            wanted = {UUID(one.event.content_id) for one in new}
            fresh = read.only(wanted)
            await tag_contents(fresh, transactions, clock, half_life=half_life)
            note(fresh.contents)

        return store

    async def forget(told: Delivered[ContentDeleted]) -> None:
        await forget_content(UUID(told.event.content_id), transactions, clock, half_life=half_life)

    async def learn(told: Delivered[ConsentChanged]) -> None:
        command = LearnConsent(
            user_id=UUID(told.event.user_id),
            allows=Purpose.PURPOSE_EMOTION_INFERENCE in told.event.granted,
            version=told.event.version,
        )
        await learn_consent(command, transactions, clock)

    return (
        Reaction(reader="emotion_tag_tag_content", to=ContentPublished, prepare=tag, pace=PACE),
        Reaction(reader="emotion_tag_forget_content", to=ContentDeleted, do=each(forget)),
        Reaction(reader="emotion_tag_learn_consent", to=ConsentChanged, do=each(learn)),
    )
