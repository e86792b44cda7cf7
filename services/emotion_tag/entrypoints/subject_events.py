"""What emotion_tag does to know how people feel about things."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from resonance.community.v1.community_events_pb2 import ContentDeleted
from resonance.emotion_tag.v1.emotion_tag_events_pb2 import ContentCorrected, ContentTagged
from resonance.recommendation.v1.recommendation_events_pb2 import ItemChanged
from services.chassis.kernel.clock import Clock
from services.chassis.messaging.reaction import Delivered, Reaction
from services.emotion_tag.application.subjects.follow_subjects import (
    follow_subjects,
    leave_subjects,
    recount_subjects,
)
from services.emotion_tag.application.subjects.know_items import know_items
from services.emotion_tag.application.subjects.ports import Transactions
from services.emotion_tag.domain.subject import CatalogueEntry

TEXTS_AT_ONCE = 200
PACE = timedelta(seconds=0.5)
"""A hot room is one row: the more of its texts are counted at once, the fewer wait for it."""


def subject_reactions(transactions: Transactions, clock: Clock) -> Sequence[Reaction[Any]]:
    """Make the durable readers that follow subjects."""

    async def know(told: Sequence[Delivered[ItemChanged]]) -> None:
        await know_items((_entry(one.event) for one in told), transactions)

    async def follow(told: Sequence[Delivered[ContentTagged]]) -> None:
        await follow_subjects({UUID(one.event.content_id) for one in told}, transactions, clock)

    async def leave(told: Sequence[Delivered[ContentDeleted]]) -> None:
        await leave_subjects({UUID(one.event.content_id) for one in told}, transactions, clock)

    async def recount(told: Sequence[Delivered[ContentCorrected]]) -> None:
        content_ids = {UUID(one.event.content.content_id) for one in told}
        await recount_subjects(content_ids, transactions, clock)

    return (
        Reaction(reader="emotion_tag_know_item", to=ItemChanged, do=know),
        Reaction(
            reader="emotion_tag_follow_subjects",
            to=ContentTagged,
            do=follow,
            batch=TEXTS_AT_ONCE,
            pace=PACE,
        ),
        Reaction(reader="emotion_tag_leave_subjects", to=ContentDeleted, do=leave),
        Reaction(reader="emotion_tag_recount_subjects", to=ContentCorrected, do=recount),
    )


def _entry(told: ItemChanged) -> CatalogueEntry:
    item = told.item
    return CatalogueEntry(item.item_id, item.brand, item.category, told.version)
