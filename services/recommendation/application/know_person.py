"""Keep up with what people allow and how they feel."""

from collections.abc import Mapping
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


async def know_moods(
    moods: Mapping[UUID, Mood], cleared: Mapping[UUID, int], transactions: Transactions
) -> None:
    """Delete moods that were cleared, for good up to a version, and keep the newest.

    Whether they may be used is decided when they are used: the grant may arrive after the mood.
    """
    async with transactions() as tx:
        for user_id, version in sorted(cleared.items()):
            await tx.people.clear_mood(user_id, version)
        changed = await tx.people.keep_moods(moods)
        tx.notices.people_changed({*cleared, *changed})


async def sweep_moods(now: datetime, transactions: Transactions) -> int:
    """Delete moods that have faded away or that nobody allows; return how many."""
    async with transactions() as tx:
        return await tx.people.sweep(now)
