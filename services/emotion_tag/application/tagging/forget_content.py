"""Forget what was derived from a text that its author has deleted."""

from datetime import timedelta
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.distress.tell_state import tell_state
from services.emotion_tag.application.moods.remake_mood import remake_mood
from services.emotion_tag.application.ports import Transactions
from services.emotion_tag.domain.events import ContentUntagged


async def forget_content(
    content_id: UUID, transactions: Transactions, clock: Clock, *, half_life: timedelta
) -> None:
    """Remove tag and sign of distress for good, and make the mood of its author without it."""
    now = clock.now()
    async with transactions() as tx:
        await tx.tags.close(content_id)
        author_id = await tx.tags.author_of(content_id)
        held = await tx.people.hold_allowing([author_id] if author_id else [])
        gone = await tx.tags.forget(content_id)
        if gone is not None:
            await tx.outbox.add([ContentUntagged(content=gone, occurred_at=now)])
        noted = await tx.distress.remove_content(content_id)
        if noted is not None and noted in held:
            await tx.outbox.add([await tell_state(noted, tx, now)])
        if author_id is None or author_id not in held:
            return
        await tx.outbox.add(await remake_mood(author_id, tx, now, half_life=half_life))
