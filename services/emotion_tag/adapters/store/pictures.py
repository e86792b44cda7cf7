"""Consents to have pictures looked at, kept in PostgreSQL."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.emotion_tag.adapters.store.picture_tables import picture_consents


class PostgresPictureConsents:
    """Both the transaction and the reader: there is nothing else about pictures in the database."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def decide(self, user_id: UUID, *, is_granted: bool, version: int) -> None:
        new = insert(picture_consents).values(
            user_id=user_id, is_granted=is_granted, version=version
        )
        await self._connection.execute(
            new.on_conflict_do_update(
                index_elements=[picture_consents.c.user_id],
                set_={"is_granted": new.excluded.is_granted, "version": new.excluded.version},
                where=picture_consents.c.version < new.excluded.version,
            )
        )

    async def allows(self, user_id: UUID) -> bool:
        found = await self._connection.execute(
            select(picture_consents.c.is_granted).where(picture_consents.c.user_id == user_id)
        )
        return bool(found.scalar_one_or_none())
