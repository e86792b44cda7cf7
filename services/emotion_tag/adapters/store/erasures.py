"""Old events of people who asked to be forgotten: found in the outbox, kept in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.emotion_tag.adapters.store.distress_tables import erasures
from services.emotion_tag.adapters.store.tables import platform
from services.emotion_tag.application.moods.ports import Erasure, ToldEvent


class PostgresErasures:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def ask(self, user_id: UUID, now: datetime) -> None:
        await self._connection.execute(
            insert(erasures)
            .values(user_id=user_id, asked_at=now)
            .on_conflict_do_update(index_elements=[erasures.c.user_id], set_={"asked_at": now})
        )

    async def oldest(self) -> Erasure | None:
        found = await self._connection.execute(
            select(erasures).order_by(erasures.c.asked_at).limit(1)
        )
        row = found.one_or_none()
        return None if row is None else Erasure(user_id=row.user_id, asked_at=row.asked_at)

    async def events_of(self, erasure: Erasure) -> Sequence[ToldEvent]:
        """Read every row of a week: about half a second for a million."""
        outbox = platform.outbox.c
        rows = await self._connection.execute(
            select(outbox.event_id, outbox.position, outbox.stream_sequence, outbox.published_at)
            .where(outbox.occurred_at < erasure.asked_at)
            .where(text("position(CAST(:name AS bytea) IN payload) > 0"))
            .params(name=str(erasure.user_id).encode())
        )
        return [
            ToldEvent(
                event_id=row.event_id,
                position=row.position,
                sequence=row.stream_sequence if row.published_at else None,
            )
            for row in rows
        ]

    async def remove_events(self, positions: Sequence[int]) -> None:
        outbox = platform.outbox
        await self._connection.execute(
            delete(outbox).where(
                outbox.c.position.in_(positions), outbox.c.published_at.is_not(None)
            )
        )

    async def end(self, erasure: Erasure) -> None:
        await self._connection.execute(
            delete(erasures).where(
                erasures.c.user_id == erasure.user_id, erasures.c.asked_at == erasure.asked_at
            )
        )
