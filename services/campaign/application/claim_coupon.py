"""Claim a coupon: never more than there are, than the budget pays, or than a person may have."""

from dataclasses import dataclass
from uuid import UUID

from services.campaign.application.ports import Audiences, Transactions
from services.campaign.domain.claim import Claim
from services.campaign.domain.errors import ConsentMissing, NotInAudience, WithheldByGuard
from services.campaign.domain.guard import decide, is_worth_keeping
from services.chassis.kernel.clock import Clock


@dataclass(frozen=True, kw_only=True)
class ClaimCoupon:
    coupon_id: UUID
    user_id: UUID


async def claim_coupon(
    command: ClaimCoupon, transactions: Transactions, audiences: Audiences, clock: Clock
) -> Claim:
    """Claim for a person who may have it.

    The campaign's row is the hot one, so it is written last: its lock is held the shortest.
    """
    now = clock.now()
    async with transactions() as tx:
        campaign = await tx.campaigns.of_coupon(command.coupon_id)
        campaign.must_run(now)
        person = await tx.people.get(command.user_id)
        if campaign.audience and not person.allows_marketing:
            raise ConsentMissing("The person has not granted marketing.", purpose="marketing")
        if not audiences.holds(campaign.audience, person, now):
            raise NotInAudience("The campaign is not for this person.")
        decision = decide(person=person, campaign_id=campaign.id, tone=campaign.tone, now=now)
        if decision.is_withheld:
            raise WithheldByGuard("Kept back while the person seems distressed.")
        claim = Claim.of(campaign.coupon, campaign.id, person.id, now)
        await tx.claims.count_one_more(
            campaign.coupon.id, person.id, campaign.coupon.limit_per_person
        )
        await tx.claims.add(claim)
        await tx.outbox.add(claim.events)
        if is_worth_keeping(decision, campaign.tone):
            await tx.guard_log.keep([decision])
        await tx.campaigns.take_one(campaign)
    return claim
