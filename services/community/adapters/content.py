"""Posts and comments, in PostgreSQL.

Whoever adds something under a post holds its row (`FOR KEY SHARE`, which many may at once); whoever
deletes it takes it alone (`FOR UPDATE`). Rows are locked in the order post, comment or reaction,
counts: so no two calls wait for each other.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Uuid,
    bindparam,
    delete,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.community.adapters.counting import count_for_each, insert_of
from services.community.adapters.reads import PostgresReader
from services.community.adapters.tables import (
    comments,
    leftovers,
    post_counts,
    posts,
)
from services.community.application.ports import (
    PostView,
    Subject,
)
from services.community.domain.content import Comment, Post, Said
from services.community.domain.errors import CommentNotFound, PostNotFound

_POST, _COMMENT = bindparam("post", type_=Uuid), bindparam("comment", type_=Uuid)
_USER, _LIMIT = bindparam("user", type_=Uuid), bindparam("limit", type_=BigInteger)


_HOLD_POST = (
    select(posts.c.item_ids).where(posts.c.id == _POST).with_for_update(key_share=True, read=True)
)
_TAKE_POST = select(posts.c.author_id).where(posts.c.id == _POST).with_for_update()
_ADD_POST = insert(posts)
_REMOVE_POST = delete(posts).where(posts.c.id == _POST)
_REMOVE_COUNTS = delete(post_counts).where(post_counts.c.post_id == _POST)
_ADD_LEFTOVER = insert(leftovers).on_conflict_do_nothing()


class PostgresPosts:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, post: Post) -> None:
        await self._connection.execute(
            _ADD_POST,
            {
                "id": post.id,
                "author_id": post.author_id,
                "kind": int(post.kind),
                "title": post.title,
                "body": post.body,
                "item_ids": list(post.item_ids),
                "rating": post.rating,
                "created_at": post.created_at,
                "region_code": post.region_code,
            },
        )

    async def hold(self, post_id: UUID) -> Subject:
        found = await self._connection.execute(_HOLD_POST, {"post": post_id})
        row = found.one_or_none()
        if row is None:
            raise PostNotFound("No such post.", post_id=str(post_id))
        return Subject(post_id=post_id, item_ids=tuple(row.item_ids))

    async def take(self, post_id: UUID) -> Said:
        author_id = await self._connection.scalar(_TAKE_POST, {"post": post_id})
        if author_id is None:
            raise PostNotFound("No such post.", post_id=str(post_id))
        return Said(id=post_id, author_id=author_id)

    async def remove(self, post_id: UUID, at: datetime) -> None:
        await self._connection.execute(_REMOVE_POST, {"post": post_id})
        await self._connection.execute(_REMOVE_COUNTS, {"post": post_id})
        await self._connection.execute(_ADD_LEFTOVER, {"post_id": post_id, "deleted_at": at})

    async def get(self, post_id: UUID, viewer: UUID | None) -> PostView:
        return await PostgresReader(self._connection).post(post_id, viewer)


_added = (
    insert_of(
        comments, "id", "post_id", "author_id", "body", "reply_to_id", "created_at", "region_code"
    )
    .returning(comments.c.post_id)
    .cte("added")
)
_ADD_COMMENT = count_for_each(_added, _added.c.post_id, comments=1).add_cte(_added)
_ANSWERED = (
    select(comments.c.id)
    .where(comments.c.id == _COMMENT, comments.c.post_id == _POST)
    .with_for_update(key_share=True, read=True)
)
_HOLD_POST_OF_COMMENT = (
    select(posts.c.id)
    .where(
        posts.c.id == select(comments.c.post_id).where(comments.c.id == _COMMENT).scalar_subquery()
    )
    .with_for_update(key_share=True, read=True)
)
_TAKE_COMMENT = select(comments.c.author_id).where(comments.c.id == _COMMENT).with_for_update()
_removed = (
    delete(comments).where(comments.c.id == _COMMENT).returning(comments.c.post_id).cte("removed")
)
_REMOVE_COMMENT = count_for_each(_removed, _removed.c.post_id, comments=-1).add_cte(_removed)
_REMOVE_COMMENTS_UNDER = (
    delete(comments)
    .where(
        comments.c.id.in_(
            select(comments.c.id)
            .where(comments.c.post_id == _POST)
            .order_by(comments.c.id)
            .limit(_LIMIT)
            .scalar_subquery()
        )
    )
    .returning(comments.c.id, comments.c.author_id)
)


class PostgresComments:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, comment: Comment) -> None:
        if comment.reply_to_id is not None:
            answered = await self._connection.scalar(
                _ANSWERED, {"comment": comment.reply_to_id, "post": comment.post_id}
            )
            if answered is None:
                raise CommentNotFound(
                    "No such comment under the post.", comment_id=str(comment.reply_to_id)
                )
        await self._connection.execute(
            _ADD_COMMENT,
            {
                "new_id": comment.id,
                "new_post_id": comment.post_id,
                "new_author_id": comment.author_id,
                "new_body": comment.body,
                "new_reply_to_id": comment.reply_to_id,
                "new_created_at": comment.created_at,
                "new_region_code": comment.region_code,
            },
        )

    async def take(self, comment_id: UUID) -> Said:
        post_id = await self._connection.scalar(_HOLD_POST_OF_COMMENT, {"comment": comment_id})
        author_id = post_id and await self._connection.scalar(
            _TAKE_COMMENT, {"comment": comment_id}
        )
        if not author_id:
            raise CommentNotFound("No such comment.", comment_id=str(comment_id))
        return Said(id=comment_id, author_id=author_id)

    async def remove(self, comment_id: UUID) -> None:
        await self._connection.execute(_REMOVE_COMMENT, {"comment": comment_id})

    async def remove_under(self, post_id: UUID, *, limit: int) -> Sequence[Said]:
        found = await self._connection.execute(
            _REMOVE_COMMENTS_UNDER, {"post": post_id, "limit": limit}
        )
        return [Said(id=row.id, author_id=row.author_id) for row in found]
