"""What trends do when texts are tagged, corrected or deleted; and, by the clock, old counts go."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from resonance.community.v1.community_events_pb2 import ContentDeleted
from resonance.emotion_tag.v1.emotion_tag_events_pb2 import ContentCorrected, ContentTagged
from services.chassis.kernel.clock import Clock
from services.chassis.messaging.reaction import Delivered, Reaction
from services.chassis.observability.logs import get_logger
from services.chassis.rpc.errors import expected
from services.emotion_tag.application.trends.count_topics import (
    count_topics,
    leave_topics,
    recount_topics,
)
from services.emotion_tag.application.trends.find_topics import TopicFinder
from services.emotion_tag.application.trends.ports import TrendTransactions

log = get_logger(__name__)

TEXTS_AT_ONCE = 200
PACE = timedelta(seconds=1)
PRUNE_EVERY = timedelta(minutes=15)

Tolds = Sequence[Delivered[ContentTagged]]


def trend_reactions(
    finder: TopicFinder, transactions: TrendTransactions, clock: Clock
) -> Sequence[Reaction[Any]]:
    """Make the durable readers of trends."""

    async def find(told: Tolds) -> Callable[[Tolds], Awaitable[None]]:
        heard = await finder.read([UUID(one.event.content_id) for one in told])

        async def count(new: Tolds) -> None:
            fresh = heard.only(UUID(one.event.content_id) for one in new)
            await count_topics(fresh, transactions, clock)

        return count

    async def recount(told: Sequence[Delivered[ContentCorrected]]) -> None:
        content_ids = {UUID(one.event.content.content_id) for one in told}
        await recount_topics(content_ids, transactions, clock)

    async def leave(told: Sequence[Delivered[ContentDeleted]]) -> None:
        await leave_topics({UUID(one.event.content_id) for one in told}, transactions)

    return (
        Reaction(
            reader="emotion_tag_find_trends",
            to=ContentTagged,
            prepare=find,
            batch=TEXTS_AT_ONCE,
            pace=PACE,
        ),
        Reaction(reader="emotion_tag_recount_trends", to=ContentCorrected, do=recount),
        Reaction(reader="emotion_tag_leave_trends", to=ContentDeleted, do=leave),
    )


class TrendHousekeeping:
    """Prunes every `every`."""

    def __init__(
        self, transactions: TrendTransactions, clock: Clock, *, every: timedelta = PRUNE_EVERY
    ) -> None:
        self._transactions, self._clock, self._every = transactions, clock, every

    async def __call__(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                await self.once()
            except Exception as error:
                known = expected(error)  # away, or locks collided: later will do
                if known is None:
                    raise
                log.warning("trends wait", reason=known.reason)
            try:
                async with asyncio.timeout(self._every.total_seconds()):
                    await stopping.wait()
            except TimeoutError:
                continue

    async def once(self) -> None:
        """Delete what no window reaches."""
        async with self._transactions() as tx:
            await tx.trends.prune(self._clock.now())
