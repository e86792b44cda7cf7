"""Drop what says nothing any more."""

from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.subjects.ports import Transactions
from services.emotion_tag.domain.standing import FORGOTTEN_AFTER
from services.emotion_tag.domain.subject_trend import HOURS_KEPT

AT_ONCE = 2_000


async def forget_old(transactions: Transactions, clock: Clock) -> bool:
    """Drop texts and spans that say nothing any more, some at a time; whether there may be more."""
    now = clock.now()
    async with transactions() as tx:
        dropped = await tx.subjects.forget_before(
            now - FORGOTTEN_AFTER, now - HOURS_KEPT, limit=AT_ONCE
        )
    return dropped >= AT_ONCE
