"""Start, pause or end a campaign, and end those whose time is over."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from services.campaign.application.ports import Transactions
from services.campaign.domain.campaign import Campaign
from services.chassis.kernel.clock import Clock


async def start_campaign(campaign_id: UUID, transactions: Transactions, clock: Clock) -> Campaign:
    now = clock.now()
    return await _change(campaign_id, lambda campaign: campaign.start(now), transactions)


async def pause_campaign(campaign_id: UUID, transactions: Transactions) -> Campaign:
    return await _change(campaign_id, Campaign.pause, transactions)


async def end_campaign(campaign_id: UUID, transactions: Transactions) -> Campaign:
    return await _change(campaign_id, Campaign.end, transactions)


async def end_overdue(now: datetime, transactions: Transactions, *, limit: int = 100) -> int:
    """End campaigns whose time is over; return how many."""
    async with transactions() as tx:
        overdue = await tx.campaigns.overdue(now, limit)
        for campaign in overdue:
            campaign.end()
            await tx.campaigns.save_state(campaign)
            await tx.outbox.add(campaign.events)
    return len(overdue)


async def _change(
    campaign_id: UUID, change: Callable[[Campaign], None], transactions: Transactions
) -> Campaign:
    async with transactions() as tx:
        campaign = await tx.campaigns.lock(campaign_id)
        change(campaign)
        await tx.campaigns.save_state(campaign)
        await tx.outbox.add(campaign.events)
    return campaign
