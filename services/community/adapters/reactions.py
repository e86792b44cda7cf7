"""Reactions to posts, in PostgreSQL; they are locked after their post, see content.py."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Uuid, bindparam, column, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.community.adapters.counting import count_for_each, insert_of
from services.community.adapters.tables import reactions
from services.community.application.ports import ReactionChange
from services.community.domain.kinds import ReactionKind

_POST, _USER = bindparam("post", type_=Uuid), bindparam("user", type_=Uuid)
_LIMIT = bindparam("limit", type_=BigInteger)

_reacting = insert_of(reactions, "post_id", "user_id", "kind", "reacted_at")
# xmax is 0 in a row that was inserted, and the updating transaction in one that was there.
_put = (
    _reacting.on_conflict_do_update(
        index_elements=["post_id", "user_id"],
        set_={"kind": _reacting.excluded.kind, "reacted_at": _reacting.excluded.reacted_at},
        where=reactions.c.kind != _reacting.excluded.kind,
    )
    .returning(reactions.c.post_id, (column("xmax") == 0).label("is_new"))
    .cte("put")
)
_counted = count_for_each(_put, _put.c.post_id, reactions=1, only_if=_put.c.is_new).cte("counted")
_PUT_REACTION = select(_put.c.is_new).add_cte(_counted)
_taken = (
    delete(reactions)
    .where(reactions.c.post_id == _POST, reactions.c.user_id == _USER)
    .returning(reactions.c.post_id)
    .cte("taken")
)
_uncounted = count_for_each(_taken, _taken.c.post_id, reactions=-1).cte("uncounted")
_TAKE_REACTION_BACK = select(_taken.c.post_id).add_cte(_uncounted)
_REMOVE_REACTIONS_UNDER = delete(reactions).where(
    reactions.c.post_id == _POST,
    reactions.c.user_id.in_(
        select(reactions.c.user_id)
        .where(reactions.c.post_id == _POST)
        .limit(_LIMIT)
        .scalar_subquery()
    ),
)


class PostgresReactions:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(
        self, post_id: UUID, user_id: UUID, kind: ReactionKind, at: datetime
    ) -> ReactionChange:
        if kind is ReactionKind.NONE:
            found = await self._connection.execute(
                _TAKE_REACTION_BACK, {"post": post_id, "user": user_id}
            )
            return ReactionChange.REMOVED if found.first() else ReactionChange.NOTHING
        found = await self._connection.execute(
            _PUT_REACTION,
            {
                "new_post_id": post_id,
                "new_user_id": user_id,
                "new_kind": int(kind),
                "new_reacted_at": at,
            },
        )
        row = found.first()
        if row is None:
            return ReactionChange.NOTHING
        return ReactionChange.ADDED if row.is_new else ReactionChange.CHANGED

    async def remove_under(self, post_id: UUID, *, limit: int) -> int:
        done = await self._connection.execute(
            _REMOVE_REACTIONS_UNDER, {"post": post_id, "limit": limit}
        )
        return done.rowcount
