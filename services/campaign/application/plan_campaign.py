"""Plan a campaign as a draft."""

from services.campaign.application.ports import Audiences, Transactions
from services.campaign.domain.campaign import Campaign


async def plan_campaign(
    campaign: Campaign, transactions: Transactions, audiences: Audiences
) -> Campaign:
    """Keep the plan if its audience can be asked of every person, else raise BadAudience."""
    audiences.check(campaign.audience)
    async with transactions() as tx:
        await tx.campaigns.add(campaign)
    return campaign
