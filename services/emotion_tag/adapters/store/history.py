"""What people said, as far as they allow it to be looked at."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.emotion_tag.adapters.store.tables import people, tags
from services.emotion_tag.domain.mood import Evidence, told_weight
from services.emotion_tag.domain.taxonomy import Emotion


class PostgresHistory:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def said(
        self, user_id: UUID, since: datetime, until: datetime, limit: int
    ) -> Sequence[Evidence]:
        columns = tags.c
        rows = await self._connection.execute(
            select(
                columns.content_id,
                columns.emotion,
                columns.scores,
                columns.confidence,
                columns.intensity,
                columns.is_unsure,
                columns.published_at,
            )
            .join(people, people.c.user_id == columns.author_id)
            .where(
                columns.author_id == user_id,
                people.c.allows_inference,
                columns.published_at > since,
                columns.published_at <= until,
            )
            .order_by(columns.published_at.desc(), columns.content_id.desc())
            .limit(limit)
        )
        return [
            Evidence(
                content_id=row.content_id,
                emotion=Emotion(row.emotion),
                scores=tuple(row.scores),
                weight=told_weight(
                    confidence=row.confidence, intensity=row.intensity, unsure=row.is_unsure
                ),
                said_at=row.published_at,
            )
            for row in reversed(rows.all())
        ]

    async def recent_emotions(self, limit: int) -> Mapping[Emotion, int]:
        """Contents have ids that rise with time, so the key finds the last."""
        recent = (
            select(tags.c.emotion)
            .where(~tags.c.is_forgotten)
            .order_by(tags.c.content_id.desc())
            .limit(limit)
            .subquery()
        )
        rows = await self._connection.execute(
            select(recent.c.emotion, func.count().label("texts")).group_by(recent.c.emotion)
        )
        return {Emotion(row.emotion): row.texts for row in rows}
