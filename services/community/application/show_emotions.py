"""Show on posts and comments what they feel like."""

from collections.abc import Iterable

from services.community.application.ports import Feeling, Transactions


async def show_emotions(feelings: Iterable[Feeling], transactions: Transactions) -> None:
    """Keep the newest feeling of each; those deleted meanwhile are passed over."""
    newest: dict[object, Feeling] = {}
    for feeling in feelings:
        known = newest.get(feeling.content_id)
        if known is None or known.tagged_at <= feeling.tagged_at:
            newest[feeling.content_id] = feeling
    async with transactions() as tx:
        await tx.feelings.show(newest.values())
