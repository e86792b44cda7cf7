"""Forget what was derived from a text that its author has deleted."""

from datetime import timedelta
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.distress.tell_state import tell_state
from services.emotion_tag.application.ports import Transactions
from services.emotion_tag.domain.events import MoodMoved
from services.emotion_tag.domain.mood import FORGOTTEN_AFTER, mood_from, no_mood, seen_at


async def forget_content(
    content_id: UUID, transactions: Transactions, clock: Clock, *, half_life: timedelta
) -> None:
    """Remove tag and sign of distress for good, and make the mood of its author without it."""
    now = clock.now()
    async with transactions() as tx:
        author_id = await tx.tags.author_of(content_id)
        held = await tx.people.hold_allowing([author_id] if author_id else [])
        await tx.tags.forget(content_id)
        noted = await tx.distress.remove_content(content_id)
        if noted is not None and noted in held:
            await tx.outbox.add([await tell_state(noted, tx, now)])
        if author_id is None or author_id not in held:
            return
        if author_id not in await tx.moods.get([author_id]):
            return
        since = now - FORGOTTEN_AFTER * half_life
        left = await tx.tags.evidence_of(author_id, since)
        version = await tx.people.next_mood_version(author_id)
        mood = mood_from(author_id, left, version=version, half_life=half_life)
        if mood is None:
            await tx.moods.remove(author_id)
            view = no_mood(author_id, version)
        else:
            await tx.moods.put([mood])
            view = seen_at(mood, mood.as_of, half_life)
        await tx.outbox.add([MoodMoved(mood=view, occurred_at=now)])
