"""The comments of a post, a page at a time."""

from collections.abc import Sequence
from uuid import UUID

from services.community.application.ports import CommentView, Reads


async def list_comments(
    post_id: UUID, reads: Reads, *, after: UUID | None, limit: int
) -> tuple[Sequence[CommentView], UUID | None]:
    """At most `limit` comments, oldest first, and the one to go on after (None at the end).

    Raises:
        PostNotFound: there is no such post.
    """
    async with reads() as reader:
        comments = await reader.comments(post_id, after=after, limit=limit + 1)
    if len(comments) <= limit:
        return comments, None
    page = comments[:limit]
    return page, page[-1].comment.id
