"""Delete a comment."""

from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.community.application.ports import Transactions


async def delete_comment(
    comment_id: UUID, author_id: UUID, transactions: Transactions, clock: Clock
) -> None:
    """Remove the comment and its text, and tell the others; answers to it stay.

    Raises:
        CommentNotFound, NotTheAuthor
    """
    async with transactions() as tx:
        deleted = (await tx.comments.take(comment_id)).delete(by=author_id, now=clock.now())
        await tx.comments.remove(comment_id)
        await tx.kept_answers.erase([comment_id])
        await tx.outbox.add([deleted])
