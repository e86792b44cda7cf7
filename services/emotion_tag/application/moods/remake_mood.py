"""Make a mood anew of the tags that name its person."""

from datetime import datetime, timedelta
from uuid import UUID

from services.emotion_tag.application.ports import Transaction
from services.emotion_tag.domain.events import MoodMoved
from services.emotion_tag.domain.mood import FORGOTTEN_AFTER, mood_from, no_mood, seen_at


async def remake_mood(
    author_id: UUID, tx: Transaction, now: datetime, *, half_life: timedelta
) -> list[MoodMoved]:
    """Replace the mood of a person who is held by what their tags say now, and tell it.

    Nothing for somebody who has no mood.
    """
    if author_id not in await tx.moods.get([author_id]):
        return []
    left = await tx.tags.evidence_of(author_id, now - FORGOTTEN_AFTER * half_life)
    version = await tx.people.next_mood_version(author_id)
    mood = mood_from(author_id, left, version=version, half_life=half_life)
    if mood is None:
        await tx.moods.remove(author_id)
        return [MoodMoved(mood=no_mood(author_id, version), occurred_at=now)]
    await tx.moods.put([mood])
    return [MoodMoved(mood=seen_at(mood, mood.as_of, half_life), occurred_at=now)]
