"""Somebody's home feed, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.community.application.ports import PostView, Reads


@dataclass(frozen=True, kw_only=True)
class FeedPosition:
    """Behind which post to go on, and whether the feed that was begun shows the posts of all."""

    before: UUID
    is_of_all: bool


async def list_feed(
    user_id: UUID,
    viewer: UUID | None,
    reads: Reads,
    *,
    position: FeedPosition | None,
    limit: int,
) -> tuple[Sequence[PostView], FeedPosition | None]:
    """At most `limit` posts, newest first, and where to go on (None at the end).

    Own posts and those of people followed; the newest of all for who follows nobody. A feed goes
    on as it began, even if somebody is followed between two pages.
    """
    before = position.before if position else None
    async with reads() as reader:
        is_of_all = position.is_of_all if position else not await reader.follows_anybody(user_id)
        if is_of_all:
            posts = await reader.newest(viewer, before=before, limit=limit + 1)
        else:
            posts = await reader.home_feed(user_id, viewer, before=before, limit=limit + 1)
    if len(posts) <= limit:
        return posts, None
    page = posts[:limit]
    return page, FeedPosition(before=page[-1].post.id, is_of_all=is_of_all)
