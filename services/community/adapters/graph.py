"""People and whom they follow, in PostgreSQL."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, bindparam, delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.community.adapters.tables import follows, people
from services.community.domain.graph import Standing

_FOLLOWER = bindparam("follower", type_=Uuid)
_FOLLOWEE = bindparam("followee", type_=Uuid)

# Only one call at a time changes whom a person follows, or two could both be the last allowed.
_LOCK = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("key"), 0)))
_STANDING = select(
    exists().where(people.c.user_id == _FOLLOWEE).label("is_known"),
    exists()
    .where(follows.c.follower_id == _FOLLOWER, follows.c.followee_id == _FOLLOWEE)
    .label("is_following"),
    select(func.count())
    .select_from(follows)
    .where(follows.c.follower_id == _FOLLOWER)
    .scalar_subquery()
    .label("followed"),
)
_ADD_PEOPLE = insert(people).on_conflict_do_nothing()
_ADD = insert(follows).on_conflict_do_nothing()
_REMOVE = delete(follows).where(
    follows.c.follower_id == _FOLLOWER, follows.c.followee_id == _FOLLOWEE
)


class PostgresPeople:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, user_ids: Iterable[UUID]) -> None:
        rows = [{"user_id": user_id} for user_id in sorted(set(user_ids))]
        if rows:
            await self._connection.execute(_ADD_PEOPLE, rows)


class PostgresFollows:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def standing(self, follower_id: UUID, followee_id: UUID) -> Standing:
        await self._connection.execute(_LOCK, {"key": f"community.follows:{follower_id}"})
        found = await self._connection.execute(
            _STANDING, {"follower": follower_id, "followee": followee_id}
        )
        row = found.one()
        return Standing(
            follower_id=follower_id,
            followee_id=followee_id,
            is_followee_known=row.is_known,
            is_following=row.is_following,
            followed_count=row.followed,
        )

    async def add(self, follower_id: UUID, followee_id: UUID, at: datetime) -> None:
        await self._connection.execute(
            _ADD, {"follower_id": follower_id, "followee_id": followee_id, "followed_at": at}
        )

    async def remove(self, follower_id: UUID, followee_id: UUID) -> bool:
        done = await self._connection.execute(
            _REMOVE, {"follower": follower_id, "followee": followee_id}
        )
        return done.rowcount > 0
