"""Delete signs of distress whose time is over."""

from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.ports import Transactions

AT_ONCE = 500


async def expire_signals(transactions: Transactions, clock: Clock) -> int:
    """Delete a batch; return how many. Readers know by themselves when a sign ends."""
    async with transactions() as tx:
        return await tx.distress.remove_expired(clock.now(), AT_ONCE)
