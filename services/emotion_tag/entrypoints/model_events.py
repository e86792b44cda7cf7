"""What governance does when something is tagged, commented on or reacted to."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from resonance.community.v1.community_events_pb2 import ContentPublished, PostReacted
from resonance.community.v1.post_pb2 import REACTION_KIND_UNSPECIFIED
from resonance.emotion_tag.v1.emotion_tag_events_pb2 import ContentTagged
from services.chassis.kernel.clock import Clock
from services.chassis.messaging.reaction import Delivered, Reaction
from services.emotion_tag.application.governance.ports import GovernanceTransactions, Switch
from services.emotion_tag.application.governance.review_contents import (
    queue_reviews,
    weigh_reviews,
)
from services.emotion_tag.application.governance.shadow_contents import read_beside
from services.emotion_tag.application.ports import Contents

_PACE = timedelta(seconds=1)  # nobody waits for any of it
Store = Callable[[Sequence[Delivered[ContentTagged]]], Awaitable[None]]


def model_reactions(
    transactions: GovernanceTransactions, contents: Contents, switch: Switch, clock: Clock
) -> Sequence[Reaction[Any]]:
    """Make the durable readers of governance."""

    async def queue(told: Sequence[Delivered[ContentTagged]]) -> None:
        await queue_reviews([UUID(one.event.content_id) for one in told], transactions, clock)

    async def hear_reactions(told: Sequence[Delivered[PostReacted]]) -> None:
        reacted = [
            UUID(one.event.post_id) for one in told if one.event.kind != REACTION_KIND_UNSPECIFIED
        ]
        await weigh_reviews(Counter(reacted), transactions)

    async def hear_comments(told: Sequence[Delivered[ContentPublished]]) -> None:
        said = [
            UUID(one.event.post_id)
            for one in told
            if one.event.post_id and one.event.post_id != one.event.content_id
        ]
        await weigh_reviews(Counter(said), transactions)

    async def shadow(told: Sequence[Delivered[ContentTagged]]) -> Store:
        content_ids = [UUID(one.event.content_id) for one in told]
        read = await read_beside(content_ids, contents, switch)

        async def store(_new: Sequence[Delivered[ContentTagged]]) -> None:
            """Count the whole batch, also if another replica has done a part of it meanwhile."""
            await read.store(transactions)

        return store

    return (
        Reaction(
            reader="emotion_tag_queue_reviews", to=ContentTagged, do=queue, batch=200, pace=_PACE
        ),
        Reaction(
            reader="emotion_tag_weigh_reacted",
            to=PostReacted,
            do=hear_reactions,
            batch=500,
            pace=_PACE,
        ),
        Reaction(
            reader="emotion_tag_weigh_commented",
            to=ContentPublished,
            do=hear_comments,
            batch=500,
            pace=_PACE,
        ),
        Reaction(
            reader="emotion_tag_shadow_contents",
            to=ContentTagged,
            prepare=shadow,
            batch=200,
            pace=_PACE,
        ),
    )
