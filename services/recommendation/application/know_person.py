"""Keep up with what people allow and how they feel."""

from datetime import datetime
from uuid import UUID

from services.recommendation.application.ports import Transactions
from services.recommendation.domain.person import Mood


async def heed_consents(
    user_id: UUID,
    *,
    personalization: bool,
    emotion_inference: bool,
    version: int,
    at: datetime,
    transactions: Transactions,
) -> None:
    """Keep the newest consents, and delete at once what is no longer allowed."""
    async with transactions() as tx:
        is_newer = await tx.people.keep_consents(
            user_id,
            personalization=personalization,
            emotion_inference=emotion_inference,
            version=version,
            at=at,
        )
        if not is_newer:
            return
        if not personalization:
            await tx.interactions.forget(user_id)
        if not emotion_inference:
            await tx.people.clear_mood(user_id)
        tx.notices.people_changed([user_id])


async def know_mood(user_id: UUID, mood: Mood, transactions: Transactions) -> None:
    """Keep the newest mood.

    Whether it may be used is decided when it is used: the grant may arrive after the mood.
    """
    async with transactions() as tx:
        if await tx.people.keep_mood(user_id, mood):
            tx.notices.people_changed([user_id])


async def forget_mood(user_id: UUID, version: int, transactions: Transactions) -> None:
    """Delete the mood; an older one that comes late does not bring it back."""
    async with transactions() as tx:
        await tx.people.clear_mood(user_id, version)
        tx.notices.people_changed([user_id])


async def sweep_moods(now: datetime, transactions: Transactions) -> int:
    """Delete moods that have faded away or that nobody allows; return how many."""
    async with transactions() as tx:
        return await tx.people.sweep(now)
