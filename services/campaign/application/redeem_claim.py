"""Redeem a claim with an order, once."""

from dataclasses import dataclass
from uuid import UUID

from services.campaign.application.ports import Transactions
from services.campaign.domain.claim import Claim
from services.campaign.domain.errors import ClaimNotFound
from services.chassis.kernel.clock import Clock
from services.chassis.kernel.money import Money


@dataclass(frozen=True, kw_only=True)
class RedeemClaim:
    claim_id: UUID
    user_id: UUID
    order_id: str
    order_total: Money


async def redeem_claim(command: RedeemClaim, transactions: Transactions, clock: Clock) -> Claim:
    """Redeem; the same order again answers the same and costs nothing more."""
    async with transactions() as tx:
        claim = await tx.claims.lock(command.claim_id)
        if claim.user_id != command.user_id:
            raise ClaimNotFound("There is no such claim.")
        campaign = await tx.campaigns.get(claim.campaign_id)
        is_new = claim.redeem(command.order_id, command.order_total, campaign.coupon, clock.now())
        if is_new:
            assert claim.discount is not None, "a redeemed claim has taken something off"
            await tx.claims.save(claim)
            await tx.outbox.add(claim.events)
            await tx.campaigns.settle(campaign.id, reserved=claim.reserved, spent=claim.discount)
    return claim
