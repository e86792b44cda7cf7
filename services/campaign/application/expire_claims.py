"""Give back what claims hold that were not redeemed in time."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from services.campaign.application.ports import Transactions


async def expire_claims(now: datetime, transactions: Transactions, *, limit: int = 500) -> int:
    """Expire overdue claims, oldest first; return how many."""
    async with transactions() as tx:
        expired = await tx.claims.expire(now, limit)
        coupons = Counter(claim.campaign_id for claim in expired)
        reserved: Counter[UUID] = Counter()
        for claim in expired:
            reserved[claim.campaign_id] += claim.reserved.amount_minor
        for campaign_id in sorted(coupons):  # one order for all, so that two cannot deadlock
            await tx.campaigns.give_back(
                campaign_id, coupons=coupons[campaign_id], reserved_minor=reserved[campaign_id]
            )
    return len(expired)
