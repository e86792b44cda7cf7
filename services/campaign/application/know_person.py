"""Keep what neighbours tell of a person, as far as the person allows."""

from uuid import UUID

from services.campaign.application.ports import Transactions
from services.campaign.domain.person import Mood, Need, Portrait


async def heed_consents(
    user_id: UUID, granted: frozenset[str], version: int, transactions: Transactions
) -> None:
    """Keep the consents; what they no longer allow is forgotten in the same transaction."""
    async with transactions() as tx:
        await tx.people.save_consents(user_id, granted, version)


async def know_portrait(user_id: UUID, portrait: Portrait, transactions: Transactions) -> None:
    async with transactions() as tx:
        await tx.people.save_portrait(user_id, portrait)


async def know_mood(user_id: UUID, mood: Mood, transactions: Transactions) -> None:
    async with transactions() as tx:
        await tx.people.save_mood(user_id, mood)


async def know_need(user_id: UUID, need: Need, transactions: Transactions) -> None:
    """Keep the newest sign, or that there is none any more."""
    async with transactions() as tx:
        await tx.people.save_need(user_id, need)


async def forget_mood(user_id: UUID, version: int, transactions: Transactions) -> None:
    """Forget the mood, and the guard's decisions, as each tells of a mood."""
    async with transactions() as tx:
        await tx.people.forget_mood(user_id, version)
        await tx.guard_log.forget(user_id)
