"""Forget how a person is and was."""

from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.distress.tell_state import tell_state
from services.emotion_tag.application.ports import Transactions
from services.emotion_tag.domain.events import MoodCleared


async def forget_mood(user_id: UUID, transactions: Transactions, clock: Clock) -> int:
    """Delete mood, names in tags and signs of distress, and tell it; the version that is told.

    What was said until now names nobody any more, also if it is tagged later. Old events that tell
    of the person are deleted from the broker and the outbox soon after, see `erase_events`.
    """
    now = clock.now()
    async with transactions() as tx:
        await tx.people.forget(user_id, now)
        await tx.moods.remove(user_id)
        await tx.tags.unname(user_id)
        await tx.distress.remove_of(user_id)
        version = await tx.people.next_mood_version(user_id)
        cleared = MoodCleared(user_id=user_id, version=version, occurred_at=now)
        await tx.outbox.add([cleared, await tell_state(user_id, tx, now)])
        await tx.erasures.ask(user_id, now)
    return version
