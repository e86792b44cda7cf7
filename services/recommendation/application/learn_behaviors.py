"""Take in what people do with items."""

from collections.abc import Collection, Sequence
from uuid import UUID

from services.recommendation.application.ports import Transactions
from services.recommendation.domain.behavior import Interaction


async def learn_behaviors(interactions: Sequence[Interaction], transactions: Transactions) -> None:
    """Keep them; the next answer to these people knows of them."""
    if not interactions:
        return
    async with transactions() as tx:
        tx.notices.people_changed(await tx.interactions.add(interactions))


async def learn_reactions(
    given: Sequence[Interaction], taken_back: Collection[tuple[UUID, UUID]], tx_of: Transactions
) -> None:
    """Keep reactions to posts about items, of those who allow it; `taken_back` is who and which.

    Community tells them of everybody, so consent is looked at here.
    """
    async with tx_of() as tx:
        willing = await tx.interactions.willing({one.user_id for one in given})
        changed = set(await tx.interactions.add([one for one in given if one.user_id in willing]))
        for user_id, event_id in taken_back:
            if await tx.interactions.remove(user_id, [event_id]):
                changed.add(user_id)
        tx.notices.people_changed(changed)
