"""Publish a post."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.community.application.ports import Transactions
from services.community.domain.content import Post
from services.community.domain.kinds import PostKind


@dataclass(frozen=True, kw_only=True)
class CreatePost:
    """What the author typed; `request_id` if the answer will be kept for a repeat.

    `published_at` is set for imported history, None means now.
    """

    author_id: UUID
    kind: PostKind
    title: str
    body: str
    item_ids: tuple[str, ...]
    rating: int
    request_id: UUID | None = None
    published_at: datetime | None = None
    region_code: str = ""


async def create_post(command: CreatePost, transactions: Transactions, clock: Clock) -> Post:
    """Publish, and tell the others in the same commit.

    Raises:
        InvalidField: text, items, rating or region break a rule.
    """
    now = clock.now()
    post = Post.write(
        author_id=command.author_id,
        kind=command.kind,
        title=command.title,
        body=command.body,
        item_ids=command.item_ids,
        rating=command.rating,
        now=now,
        published_at=command.published_at,
    ).said_in(command.region_code)
    async with transactions() as tx:
        await tx.posts.add(post)
        await tx.outbox.add([post.published(now)])
        if command.request_id is not None:
            await tx.kept_answers.note(command.request_id, post.id, now)
    return post
