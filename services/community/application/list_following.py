"""Whom somebody follows, a page at a time."""

from collections.abc import Sequence
from uuid import UUID

from services.community.application.ports import Followee, Reads


async def list_following(
    user_id: UUID, reads: Reads, *, before: Followee | None, limit: int
) -> tuple[Sequence[Followee], Followee | None]:
    """At most `limit` people, latest first, and the one to go on behind (None at the end)."""
    async with reads() as reader:
        followees = await reader.following(user_id, before=before, limit=limit + 1)
    if len(followees) <= limit:
        return followees, None
    page = followees[:limit]
    return page, page[-1]
