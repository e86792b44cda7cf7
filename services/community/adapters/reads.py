"""Everything this service answers without changing anything, a query each."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Row,
    Select,
    SmallInteger,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    null,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.selectable import FromClause

from services.community.adapters.counting import counts_of_each_post
from services.community.adapters.tables import comments, follows, posts, reactions
from services.community.application.ports import CommentView, Content, Followee, PostView
from services.community.domain.content import Comment, Post, full_text, text_kind
from services.community.domain.errors import PostNotFound
from services.community.domain.kinds import PostKind, ReactionKind, TextKind
from services.community.domain.topics import topics_of

_NEWER_THAN_ALL = UUID(int=2**128 - 1)
_OLDER_THAN_ALL = UUID(int=0)

_USER = bindparam("user", type_=Uuid)
_VIEWER = bindparam("viewer", type_=Uuid)
_BEFORE = bindparam("before", type_=Uuid)
_LIMIT = bindparam("limit", type_=BigInteger)


def _views(source: FromClause) -> Select[Any]:
    """Posts of `source` (which joins `posts`) with counts and the viewer's own reaction."""
    counts = counts_of_each_post()
    own = reactions.alias("own")
    return select(
        posts, counts.c.comment_count, counts.c.reaction_count, own.c.kind.label("own_kind")
    ).select_from(
        source.join(counts, true()).outerjoin(
            own, and_(own.c.post_id == posts.c.id, own.c.user_id == _VIEWER)
        )
    )


def _home_feed() -> Select[Any]:
    """The newest posts of people followed, at the cost of one index probe for each of them.

    First the newest post (before the position) of everybody, then the page's worth of posts of
    those only whose newest is among the newest: nobody else can be on the page.
    """
    authors = union_all(
        select(follows.c.followee_id.label("author_id")).where(follows.c.follower_id == _USER),
        select(_USER.label("author_id")),
    ).subquery("authors")
    newest = (
        select(posts.c.id)
        .where(posts.c.author_id == authors.c.author_id, posts.c.id < _BEFORE)
        .order_by(posts.c.id.desc())
        .limit(1)
        .lateral("newest")
    )
    front = (
        select(authors.c.author_id)
        .select_from(authors.join(newest, true()))
        .order_by(newest.c.id.desc())
        .limit(_LIMIT)
        .subquery("front")
    )
    theirs = (
        select(posts.c.id)
        .where(posts.c.author_id == front.c.author_id, posts.c.id < _BEFORE)
        .order_by(posts.c.id.desc())
        .limit(_LIMIT)
        .lateral("theirs")
    )
    page = (
        select(theirs.c.id)
        .select_from(front.join(theirs, true()))
        .order_by(theirs.c.id.desc())
        .limit(_LIMIT)
        .subquery("page")
    )
    return _views(page.join(posts, posts.c.id == page.c.id)).order_by(posts.c.id.desc())


def _newest() -> Select[Any]:
    page = (
        select(posts.c.id)
        .where(posts.c.id < _BEFORE)
        .order_by(posts.c.id.desc())
        .limit(_LIMIT)
        .subquery("page")
    )
    return _views(page.join(posts, posts.c.id == page.c.id)).order_by(posts.c.id.desc())


def _comments() -> Select[Any]:
    page = (
        select(comments)
        .where(comments.c.post_id == posts.c.id, comments.c.id > bindparam("after", type_=Uuid))
        .order_by(comments.c.id)
        .limit(_LIMIT)
        .lateral("page")
    )
    found = posts.outerjoin(page, true())  # a post without comments is a row of nulls
    return (
        select(page)
        .select_from(found)
        .where(posts.c.id == bindparam("post", type_=Uuid))
        .order_by(page.c.id)
    )


def _following(*, from_start: bool) -> Select[Any]:
    query = select(follows.c.followee_id, follows.c.followed_at).where(
        follows.c.follower_id == _USER
    )
    if not from_start:
        behind = tuple_(
            bindparam("at", type_=follows.c.followed_at.type), bindparam("followee", type_=Uuid)
        )
        query = query.where(tuple_(follows.c.followed_at, follows.c.followee_id) < behind)
    return query.order_by(follows.c.followed_at.desc(), follows.c.followee_id.desc()).limit(_LIMIT)


def _contents() -> Select[Any]:
    wanted = func.any(bindparam("ids", type_=ARRAY(Uuid)))
    both = union_all(
        select(
            posts.c.id,
            posts.c.author_id,
            posts.c.kind,
            posts.c.title,
            posts.c.body,
            posts.c.item_ids,
            posts.c.created_at,
            posts.c.id.label("post_id"),
            cast(null(), Uuid).label("reply_to_id"),
            posts.c.region_code,
        ).where(posts.c.id == wanted),
        select(
            comments.c.id,
            comments.c.author_id,
            cast(literal(0), SmallInteger),
            cast(literal(""), Text),
            comments.c.body,
            posts.c.item_ids,
            comments.c.created_at,
            comments.c.post_id,
            comments.c.reply_to_id,
            comments.c.region_code,
        )
        .select_from(comments.join(posts, posts.c.id == comments.c.post_id))
        .where(comments.c.id == wanted),
    ).subquery("contents")
    return select(both)


_POST = _views(posts).where(posts.c.id == bindparam("post", type_=Uuid))
_HOME_FEED = _home_feed()
_NEWEST = _newest()
_COMMENTS = _comments()
_FOLLOWING_FIRST = _following(from_start=True)
_FOLLOWING_NEXT = _following(from_start=False)
_FOLLOWS_ANYBODY = select(exists().where(follows.c.follower_id == _USER))
_CONTENTS = _contents()


class PostgresReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def post(self, post_id: UUID, viewer: UUID | None) -> PostView:
        found = await self._connection.execute(_POST, {"post": post_id, "viewer": viewer})
        row = found.one_or_none()
        if row is None:
            raise PostNotFound("No such post.", post_id=str(post_id))
        return _post_view(row)

    async def comments(
        self, post_id: UUID, *, after: UUID | None, limit: int
    ) -> Sequence[CommentView]:
        found = await self._connection.execute(
            _COMMENTS, {"post": post_id, "after": after or _OLDER_THAN_ALL, "limit": limit}
        )
        rows = found.all()
        if not rows:
            raise PostNotFound("No such post.", post_id=str(post_id))
        return [_comment_view(row) for row in rows if row.id is not None]

    async def following(
        self, follower_id: UUID, *, before: Followee | None, limit: int
    ) -> Sequence[Followee]:
        values: dict[str, object] = {"user": follower_id, "limit": limit}
        if before is not None:
            values |= {"at": before.followed_at, "followee": before.user_id}
        found = await self._connection.execute(
            _FOLLOWING_NEXT if before else _FOLLOWING_FIRST, values
        )
        return [Followee(user_id=row.followee_id, followed_at=row.followed_at) for row in found]

    async def follows_anybody(self, user_id: UUID) -> bool:
        return bool(await self._connection.scalar(_FOLLOWS_ANYBODY, {"user": user_id}))

    async def home_feed(
        self, user_id: UUID, viewer: UUID | None, *, before: UUID | None, limit: int
    ) -> Sequence[PostView]:
        found = await self._connection.execute(
            _HOME_FEED,
            {
                "user": user_id,
                "viewer": viewer,
                "before": before or _NEWER_THAN_ALL,
                "limit": limit,
            },
        )
        return [_post_view(row) for row in found]

    async def newest(
        self, viewer: UUID | None, *, before: UUID | None, limit: int
    ) -> Sequence[PostView]:
        found = await self._connection.execute(
            _NEWEST, {"viewer": viewer, "before": before or _NEWER_THAN_ALL, "limit": limit}
        )
        return [_post_view(row) for row in found]

    async def contents(self, content_ids: Sequence[UUID]) -> Sequence[Content]:
        found = await self._connection.execute(_CONTENTS, {"ids": list(content_ids)})
        return [_content(row) for row in found]


def _content(row: Row[Any]) -> Content:
    text = full_text(row.title, row.body)
    return Content(
        content_id=row.id,
        author_id=row.author_id,
        kind=text_kind(PostKind(row.kind)) if row.kind else TextKind.COMMENT,
        text=text,
        item_ids=tuple(row.item_ids),
        published_at=row.created_at,
        post_id=row.post_id,
        reply_to_id=row.reply_to_id,
        region_code=row.region_code,
        topics=topics_of(text),
    )


def _post_view(row: Row[Any]) -> PostView:
    return PostView(
        post=Post(
            id=row.id,
            author_id=row.author_id,
            kind=PostKind(row.kind),
            title=row.title,
            body=row.body,
            item_ids=tuple(row.item_ids),
            rating=row.rating,
            created_at=row.created_at,
            region_code=row.region_code,
        ),
        comment_count=row.comment_count,
        reaction_count=row.reaction_count,
        emotion=row.emotion,
        own_reaction=ReactionKind(row.own_kind or 0),
    )


def _comment_view(row: Row[Any]) -> CommentView:
    return CommentView(
        comment=Comment(
            id=row.id,
            post_id=row.post_id,
            author_id=row.author_id,
            body=row.body,
            reply_to_id=row.reply_to_id,
            created_at=row.created_at,
            region_code=row.region_code,
        ),
        emotion=row.emotion,
    )
