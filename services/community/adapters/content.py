"""Posts, comments and what hangs on them, in PostgreSQL.

Whoever adds something under a post holds its row (`FOR KEY SHARE`, which many may at once); whoever
deletes it takes it alone (`FOR UPDATE`). Rows are locked in the order post, comment or reaction,
counts: so no two calls wait for each other.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    DateTime,
    SmallInteger,
    Table,
    Uuid,
    bindparam,
    column,
    delete,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import Update

from services.community.adapters.counting import count_for_each
from services.community.adapters.reads import PostgresReader
from services.community.adapters.tables import (
    comments,
    kept_answers,
    leftovers,
    platform,
    post_counts,
    posts,
    reactions,
)
from services.community.application.ports import (
    Feeling,
    PostView,
    ReactionChange,
    Subject,
)
from services.community.domain.content import Comment, Post, Said
from services.community.domain.errors import CommentNotFound, PostNotFound
from services.community.domain.kinds import ReactionKind

_POST, _COMMENT = bindparam("post", type_=Uuid), bindparam("comment", type_=Uuid)
_USER, _LIMIT = bindparam("user", type_=Uuid), bindparam("limit", type_=BigInteger)


def _insert_of(table: Table, *names: str) -> Insert:
    """An insert of one row that may stand inside another statement; its parameters are `new_…`."""
    return insert(table).values(
        {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
    )


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
    _insert_of(
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


_reacting = _insert_of(reactions, "post_id", "user_id", "kind", "reacted_at")
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


_shown = (
    func.unnest(
        bindparam("ids", type_=ARRAY(Uuid)),
        bindparam("emotions", type_=ARRAY(SmallInteger)),
        bindparam("times", type_=ARRAY(DateTime(timezone=True))),
    )
    .table_valued(
        column("id", Uuid), column("emotion", SmallInteger), column("at", DateTime(timezone=True))
    )
    .render_derived(name="shown")
)


def _show_on(table: Table) -> Update:
    return (
        update(table)
        .where(
            table.c.id == _shown.c.id,
            or_(table.c.tagged_at.is_(None), table.c.tagged_at <= _shown.c.at),
        )
        .values(emotion=_shown.c.emotion, tagged_at=_shown.c.at)
    )


_SHOW_ON_POSTS, _SHOW_ON_COMMENTS = _show_on(posts), _show_on(comments)


class PostgresFeelings:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def show(self, feelings: Iterable[Feeling]) -> None:
        in_order = sorted(feelings, key=lambda feeling: feeling.content_id)
        for statement, is_comment in ((_SHOW_ON_POSTS, False), (_SHOW_ON_COMMENTS, True)):
            chosen = [feeling for feeling in in_order if feeling.is_comment is is_comment]
            if chosen:
                await self._connection.execute(
                    statement,
                    {
                        "ids": [feeling.content_id for feeling in chosen],
                        "emotions": [feeling.emotion for feeling in chosen],
                        "times": [feeling.tagged_at for feeling in chosen],
                    },
                )
