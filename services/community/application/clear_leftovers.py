"""Remove what is left under deleted posts, a piece at a time."""

from services.chassis.kernel.clock import Clock
from services.community.application.delete_post import AT_ONCE
from services.community.application.ports import Transactions


async def clear_leftovers(transactions: Transactions, clock: Clock) -> bool:
    """Remove one piece; whether there may be more to do."""
    async with transactions() as tx:
        post_id = await tx.leftovers.take()
        if post_id is None:
            return False
        comments = await tx.comments.remove_under(post_id, limit=AT_ONCE)
        reactions = await tx.reactions.remove_under(post_id, limit=AT_ONCE)
        answers = await tx.kept_answers.erase([post_id], limit=AT_ONCE)
        if comments:
            now = clock.now()
            await tx.kept_answers.erase([comment.id for comment in comments])
            await tx.outbox.add([comment.gone(now) for comment in comments])
        if max(len(comments), reactions, answers) < AT_ONCE:
            await tx.leftovers.done(post_id)
    return True
