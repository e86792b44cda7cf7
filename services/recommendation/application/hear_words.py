"""Take in how people speak of items."""

from collections.abc import Collection, Sequence

from services.recommendation.application.ports import Transactions
from services.recommendation.domain.item import Mention


async def hear_words(mentions: Sequence[Mention], transactions: Transactions) -> None:
    """Count what was said; what is said again under the same content replaces what was said."""
    async with transactions() as tx:
        await tx.mentions.keep(mentions)


async def forget_words(content_ids: Collection[str], transactions: Transactions) -> None:
    """Forget what deleted posts and comments said."""
    async with transactions() as tx:
        await tx.mentions.forget(content_ids)
