"""Comment on a post, or answer a comment under it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.community.application.ports import Transactions
from services.community.domain.content import Comment


@dataclass(frozen=True, kw_only=True)
class CreateComment:
    """What the author typed; `request_id` if the answer will be kept for a repeat.

    `published_at` is set for imported history, None means now.
    """

    post_id: UUID
    author_id: UUID
    body: str
    reply_to_id: UUID | None
    request_id: UUID | None = None
    published_at: datetime | None = None
    region_code: str = ""


async def create_comment(
    command: CreateComment, transactions: Transactions, clock: Clock
) -> Comment:
    """Publish, count, and tell the others in the same commit.

    Raises:
        InvalidField: text or region break a rule.
        PostNotFound, CommentNotFound
    """
    now = clock.now()
    comment = Comment.write(
        post_id=command.post_id,
        author_id=command.author_id,
        body=command.body,
        reply_to_id=command.reply_to_id,
        now=now,
        published_at=command.published_at,
    ).said_in(command.region_code)
    async with transactions() as tx:
        subject = await tx.posts.hold(comment.post_id)
        await tx.comments.add(comment)
        await tx.outbox.add([comment.published(subject.item_ids, now)])
        if command.request_id is not None:
            await tx.kept_answers.note(command.request_id, comment.id, now)
    return comment
