"""What is still to go once something is deleted, in PostgreSQL: what hung on it, and answers."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Uuid, bindparam, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.community.adapters.tables import kept_answers, leftovers, platform

_POST = bindparam("post", type_=Uuid)

_TAKE_LEFTOVER = (
    select(leftovers.c.post_id)
    .order_by(leftovers.c.deleted_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_LEFTOVER_DONE = delete(leftovers).where(leftovers.c.post_id == _POST)


class PostgresLeftovers:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def take(self) -> UUID | None:
        found: UUID | None = await self._connection.scalar(_TAKE_LEFTOVER)
        return found

    async def done(self, post_id: UUID) -> None:
        await self._connection.execute(_LEFTOVER_DONE, {"post": post_id})


_NOTE_ANSWER = insert(kept_answers).on_conflict_do_nothing()
_forgotten = (
    delete(kept_answers)
    .where(
        tuple_(kept_answers.c.content_id, kept_answers.c.request_id).in_(
            select(kept_answers.c.content_id, kept_answers.c.request_id)
            .where(kept_answers.c.content_id == func.any(bindparam("ids", type_=ARRAY(Uuid))))
            .limit(bindparam("limit", type_=BigInteger))  # null is no limit
        )
    )
    .returning(kept_answers.c.request_id)
    .cte("forgotten")
)
# An empty answer is a response without its text; the repeat of a request gets that.
_emptied = (
    update(platform.requests)
    .where(platform.requests.c.request_id.in_(select(_forgotten.c.request_id)))
    .where(platform.requests.c.response.is_not(None))
    .values(response=b"")
    .cte("emptied")
)
_ERASE_ANSWERS = select(func.count()).select_from(_forgotten).add_cte(_emptied)
_FORGET_NOTES = delete(kept_answers).where(kept_answers.c.noted_at < bindparam("before"))


class PostgresKeptAnswers:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def note(self, request_id: UUID, content_id: UUID, at: datetime) -> None:
        await self._connection.execute(
            _NOTE_ANSWER, {"request_id": request_id, "content_id": content_id, "noted_at": at}
        )

    async def erase(self, content_ids: Iterable[UUID], *, limit: int | None = None) -> int:
        values = {"ids": list(content_ids), "limit": limit}
        return await self._connection.scalar(_ERASE_ANSWERS, values) or 0

    async def forget(self, before: datetime) -> None:
        await self._connection.execute(_FORGET_NOTES, {"before": before})
