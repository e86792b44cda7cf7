"""How a person is now."""

from datetime import timedelta
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.ports import Reads
from services.emotion_tag.domain.mood import MoodView, no_mood, seen_at


async def get_mood(user_id: UUID, reads: Reads, clock: Clock, *, half_life: timedelta) -> MoodView:
    """The mood as of now; neutral without confidence for those who do not allow one."""
    async with reads() as reader:
        mood = await reader.mood(user_id)
        if mood is None:
            return no_mood(user_id, await reader.mood_version(user_id))
    return seen_at(mood, clock.now(), half_life)
