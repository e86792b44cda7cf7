"""Take note of who allows their pictures to be looked at. There is nothing to forget afterwards."""

from uuid import UUID

from services.emotion_tag.application.pictures.ports import PictureTransactions


async def learn_picture_consent(
    user_id: UUID, transactions: PictureTransactions, *, is_granted: bool, version: int
) -> None:
    """Note a decision as profile told it; `version` counts a person's decisions."""
    async with transactions() as consents:
        await consents.decide(user_id, is_granted=is_granted, version=version)
