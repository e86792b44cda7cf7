"""What is known of the surroundings of a text, from what is stored."""

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.kernel.clock import Clock
from services.emotion_tag.adapters.store.subjects import PostgresSubjects
from services.emotion_tag.adapters.store.tables import tags
from services.emotion_tag.domain.subject import Subject
from services.emotion_tag.domain.subject_profile import profile_of
from services.emotion_tag.domain.tag import Felt, TextKind
from services.emotion_tag.domain.taxonomy import EMOTIONS, Polarity

Scores = tuple[float, ...]

# What was said in a circle or to care is not public: nothing may show through.
_TAGS = select(
    tags.c.content_id, tags.c.scores, tags.c.polarity, tags.c.intensity, tags.c.confidence
).where(
    tags.c.content_id == func.any(bindparam("ids", type_=ARRAY(Uuid))),
    ~tags.c.is_forgotten,
    tags.c.kind != TextKind.CHAT,
    func.coalesce(tags.c.circle_id, "") == "",
)


class PostgresPriors:
    """Answers of one query each."""

    def __init__(
        self,
        connections: Callable[[], AbstractAsyncContextManager[AsyncConnection]],
        clock: Clock,
    ) -> None:
        self._connections, self._clock = connections, clock

    async def of_contents(self, content_ids: Collection[UUID]) -> Mapping[UUID, Felt]:
        async with self._connections() as connection:
            rows = await connection.execute(_TAGS, {"ids": list(content_ids)})
            return {
                row.content_id: Felt(
                    tuple(row.scores), Polarity(row.polarity), row.intensity, row.confidence
                )
                for row in rows
            }

    async def of_subjects(self, subjects: Collection[Subject]) -> Mapping[Subject, Scores]:
        """The mix of those that enough is said of now to go by."""
        now = self._clock.now()
        async with self._connections() as connection:
            standings = await PostgresSubjects(connection).standings(subjects)
        found = {}
        for subject, standing in standings.items():
            profile = profile_of(subject, standing.at(now), now)
            if profile.is_reliable:
                shares = {emotion: share.share for emotion, share in profile.mix}
                found[subject] = tuple(shares[emotion] for emotion in EMOTIONS)
        return found
