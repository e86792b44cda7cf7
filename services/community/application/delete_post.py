"""Delete a post and everything under it."""

from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.community.application.ports import Transactions

# What goes with the post in one transaction, of each kind; the rest is out of sight at once and
# removed in further transactions of this size, so that no thread is too long to be deleted.
AT_ONCE = 1_000


async def delete_post(
    post_id: UUID, author_id: UUID, transactions: Transactions, clock: Clock
) -> None:
    """Remove the post, its text and its comments, and tell the others of each.

    Raises:
        PostNotFound, NotTheAuthor
    """
    now = clock.now()
    async with transactions() as tx:
        deleted = (await tx.posts.take(post_id)).delete(by=author_id, now=now)
        await tx.posts.remove(post_id, now)
        comments = await tx.comments.remove_under(post_id, limit=AT_ONCE)
        await tx.kept_answers.erase([post_id], limit=AT_ONCE)
        await tx.kept_answers.erase([comment.id for comment in comments])
        await tx.outbox.add([deleted, *(comment.gone(now) for comment in comments)])
