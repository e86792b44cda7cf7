"""Keep what neighbours tell of a person, as far as the person allows."""

from collections.abc import Mapping
from uuid import UUID

from services.campaign.application.ports import Transactions
from services.campaign.domain.person import Mood, Need, Portrait


async def heed_consents(
    user_id: UUID, granted: frozenset[str], version: int, transactions: Transactions
) -> None:
    """Keep the consents; what they no longer allow is forgotten in the same transaction."""
    async with transactions() as tx:
        await tx.people.save_consents(user_id, granted, version)


async def know_portraits(portraits: Mapping[UUID, Portrait], transactions: Transactions) -> None:
    async with transactions() as tx:
        await tx.people.save_portraits(portraits)


async def know_moods(
    moods: Mapping[UUID, Mood], cleared: Mapping[UUID, int], transactions: Transactions
) -> None:
    """Keep moods; forget those that were cleared up to a version, with the guard's decisions, as
    each tells of a mood."""
    async with transactions() as tx:
        await tx.people.forget_moods(cleared)
        await tx.guard_log.forget(cleared)
        await tx.people.save_moods(moods)


async def know_need(user_id: UUID, need: Need, transactions: Transactions) -> None:
    """Keep the newest sign, or that there is none any more."""
    async with transactions() as tx:
        await tx.people.save_need(user_id, need)
