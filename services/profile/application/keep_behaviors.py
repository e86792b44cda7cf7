"""Keeps accepted behaviours and lets them change the portraits."""

from collections.abc import Sequence
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.profile.application.ports import Recorded, Transactions
from services.profile.domain.portrait import Portrait
from services.profile.domain.purpose import Purpose


async def keep_behaviors(
    recorded: Sequence[Recorded], transactions: Transactions, clock: Clock
) -> None:
    """Keep those not kept before of people who still allow it; tell one change per person.

    A fixed number of round trips, whatever the number of behaviours.
    """
    async with transactions() as tx:
        await tx.items.hold()  # none becomes known between our looking and our keeping
        people = await tx.consents.lock_all({one.behavior.user_id for one in recorded})
        allowed = {
            one.behavior.event_id: one.behavior
            for one in recorded
            if (consents := people.get(one.behavior.user_id)) is not None
            and consents.covers(Purpose.PERSONALIZATION, one.recorded_at)
        }
        if not allowed:
            return
        items = await tx.items.get({one.item_id for one in allowed.values() if one.item_id})
        pending = {
            event_id
            for event_id, one in allowed.items()
            if one.item_id and one.item_id not in items
        }
        new = await tx.behaviors.add(list(allowed.values()), pending)
        learning = [behavior for event_id, behavior in allowed.items() if event_id in new]
        portraits: dict[UUID, Portrait] = await tx.portraits.get(
            {behavior.user_id for behavior in learning}
        )
        for behavior in learning:
            portraits[behavior.user_id].learn(behavior, items.get(behavior.item_id))
        now = clock.now()
        changed = [portrait.changed(now) for portrait in portraits.values()]
        await tx.portraits.save(list(portraits.values()))
        await tx.outbox.add(changed)
