"""Take in what items are known for."""

from collections.abc import Mapping

from services.recommendation.application.ports import Transactions
from services.recommendation.domain.felt import Felt


async def know_feelings(felt: Mapping[str, Felt], transactions: Transactions) -> None:
    """Keep what is newer than what is known; the next picture of the catalogue has it."""
    async with transactions() as tx:
        await tx.feelings.keep(felt)
