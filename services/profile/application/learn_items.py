"""Learns what items are about, and lets behaviours that waited for it count."""

from collections.abc import Sequence

from services.chassis.kernel.clock import Clock
from services.profile.application.ports import Transactions
from services.profile.domain.item import Item


async def learn_items(items: Sequence[Item], transactions: Transactions, clock: Clock) -> None:
    """Keep the newest version of each item; of a new item, take in the behaviours that waited.

    What was learned of an earlier version stays: a person who liked it liked what it was then.
    """
    newest: dict[str, Item] = {}
    for item in items:
        known = newest.get(item.item_id)
        if known is None or item.version > known.version:
            newest[item.item_id] = item
    async with transactions() as tx:
        await tx.items.hold_alone()
        await tx.items.save(list(newest.values()))
        waiting = await tx.behaviors.who_waits(newest)
        if not waiting:
            return
        await tx.consents.lock_all(waiting)
        waited = await tx.behaviors.take_pending(newest)
        portraits = await tx.portraits.get({behavior.user_id for behavior in waited})
        for behavior in waited:  # kept, so allowed: a withdrawal deletes them
            portraits[behavior.user_id].learn_item(behavior, newest[behavior.item_id])
        now = clock.now()
        changed = [portrait.changed(now) for portrait in portraits.values()]
        await tx.portraits.save(list(portraits.values()))
        await tx.outbox.add(changed)
