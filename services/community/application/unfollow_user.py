"""Follow somebody no longer."""

from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.community.application.ports import Transactions
from services.community.domain.events import FollowChanged


async def unfollow_user(
    follower_id: UUID, followee_id: UUID, transactions: Transactions, clock: Clock
) -> None:
    """End following, and tell the others if it was so."""
    async with transactions() as tx:
        if await tx.follows.remove(follower_id, followee_id):
            event = FollowChanged(
                occurred_at=clock.now(),
                follower_id=follower_id,
                followee_id=followee_id,
                is_following=False,
            )
            await tx.outbox.add([event])
