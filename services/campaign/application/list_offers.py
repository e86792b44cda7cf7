"""Choose what to offer a person now, and keep the guard's decisions."""

from uuid import UUID

from services.campaign.application.ports import Audiences, Reads, Transactions
from services.campaign.domain.guard import decide, is_worth_keeping
from services.campaign.domain.offer import Offers, arrange
from services.chassis.kernel.clock import Clock


async def list_offers(
    user_id: UUID, reads: Reads, transactions: Transactions, audiences: Audiences, clock: Clock
) -> Offers:
    """Offers for a person, best first. Without `marketing` only campaigns for everybody."""
    now = clock.now()
    async with reads() as view:
        person = await view.people.get(user_id)
        running = await view.campaigns.running(now)
        used_up = await view.claims.used_up(user_id, [each.coupon.id for each in running])
    judged = [
        (campaign, decide(person=person, campaign_id=campaign.id, tone=campaign.tone, now=now))
        for campaign in running
        if campaign.coupon.id not in used_up
        and (person.allows_marketing or not campaign.audience)
        and audiences.holds(campaign.audience, person, now)
    ]
    kept = [decision for campaign, decision in judged if is_worth_keeping(decision, campaign.tone)]
    if kept:
        async with transactions() as tx:
            await tx.guard_log.keep(kept)
    return arrange(judged, person, person.mood_now(now))
