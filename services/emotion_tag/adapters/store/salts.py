"""The salt of the day, in PostgreSQL."""

from datetime import date
from secrets import token_bytes

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.emotion_tag.adapters.store.tables import salts
from services.emotion_tag.domain.author_key import SALT_BYTES


class PostgresSalts:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of_day(self, day: date) -> bytes:
        newest = select(salts.c.salt).where(salts.c.day >= day).order_by(salts.c.day.desc())
        salt = await self._connection.scalar(newest.limit(1))
        if salt is None:
            values = {"day": day, "salt": token_bytes(SALT_BYTES)}
            await self._connection.execute(insert(salts).values(values).on_conflict_do_nothing())
            await self._connection.execute(delete(salts).where(salts.c.day < day))
            salt = await self._connection.scalar(newest.limit(1))
        assert salt is not None, "made by us, or by whom we waited for"
        return bytes(salt)
