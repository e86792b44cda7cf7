"""Follow somebody."""

from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.community.application.ports import Transactions
from services.community.domain.graph import refuse_self_follow


async def follow_user(
    follower_id: UUID, followee_id: UUID, transactions: Transactions, clock: Clock
) -> None:
    """Follow, and tell the others; following again changes nothing.

    The follower needs not be known: whoever calls has been signed in.

    Raises:
        SelfFollow, UserNotFound, TooManyFollowed
    """
    refuse_self_follow(follower_id, followee_id)
    async with transactions() as tx:
        standing = await tx.follows.standing(follower_id, followee_id)
        followed = standing.follow(clock.now())
        if followed is not None:
            await tx.follows.add(follower_id, followee_id, followed.occurred_at)
            await tx.outbox.add([followed])
