"""What newly tagged texts do to the moods of their authors."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.emotion_tag.application.ports import Transaction
from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.events import MoodMoved
from services.emotion_tag.domain.mood import (
    FORGOTTEN_AFTER,
    Evidence,
    evidence_of,
    moved,
    seen_at,
)


async def move_moods(
    contents: Sequence[TaggedContent],
    tx: Transaction,
    now: datetime,
    *,
    half_life: timedelta,
) -> list[MoodMoved]:
    """Move the moods of the authors named, who are held; one event for each.

    What was said so long ago that nothing is left of it moves nothing.
    """
    said: dict[UUID, list[Evidence]] = defaultdict(list)
    for content in contents:
        lately = now - content.published_at < FORGOTTEN_AFTER * half_life
        if content.author_id is not None and lately:
            piece = evidence_of(content.content_id, content.tag, content.published_at)
            said[content.author_id].append(piece)
    if not said:
        return []
    known = await tx.moods.get(said)
    versions = await tx.people.next_mood_versions(said)
    moods = []
    for user_id, pieces in said.items():
        mood = known.get(user_id)
        for piece in pieces:
            mood = moved(user_id, mood, piece, version=versions[user_id], half_life=half_life)
        moods += [mood] if mood else []
    await tx.moods.put(moods)
    return [MoodMoved(mood=seen_at(mood, mood.as_of, half_life), occurred_at=now) for mood in moods]
