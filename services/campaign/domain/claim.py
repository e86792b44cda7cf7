"""A coupon in a person's hands: held, then redeemed or expired."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.campaign.domain.coupon import Coupon
from services.campaign.domain.errors import AlreadyRedeemed, ClaimExpired
from services.campaign.domain.events import OfferGranted, OfferRedeemed
from services.chassis.kernel.events import DomainEvent
from services.chassis.kernel.ids import new_id
from services.chassis.kernel.money import Money


class ClaimState(StrEnum):
    HELD = "held"
    REDEEMED = "redeemed"
    EXPIRED = "expired"


@dataclass(kw_only=True)
class Claim:
    """`reserved` is the part of the budget it holds while it is held."""

    id: UUID
    coupon_id: UUID
    campaign_id: UUID
    user_id: UUID
    reserved: Money
    claimed_at: datetime
    expires_at: datetime
    state: ClaimState = ClaimState.HELD
    order_id: str = ""
    discount: Money | None = None
    redeemed_at: datetime | None = None
    events: list[DomainEvent] = field(default_factory=list, repr=False, compare=False)

    @classmethod
    def of(cls, coupon: Coupon, campaign_id: UUID, user_id: UUID, now: datetime) -> Claim:
        claim = cls(
            id=new_id(),
            coupon_id=coupon.id,
            campaign_id=campaign_id,
            user_id=user_id,
            reserved=coupon.cost,
            claimed_at=now,
            expires_at=now + coupon.redeem_within,
        )
        claim.events.append(
            OfferGranted(
                occurred_at=now,
                claim_id=claim.id,
                coupon_id=coupon.id,
                campaign_id=campaign_id,
                user_id=user_id,
            )
        )
        return claim

    def redeem(self, order_id: str, order_total: Money, coupon: Coupon, now: datetime) -> bool:
        """Use it with an order; False if it was used with this very order before.

        Raises:
            AlreadyRedeemed: it was used with another order.
            ClaimExpired: its time is over.
            CurrencyMismatch, OrderTooSmall: see `Coupon.discount_on`.
        """
        if self.state is ClaimState.REDEEMED:
            if self.order_id == order_id:
                return False
            raise AlreadyRedeemed("The coupon was used with another order.")
        if self.state is ClaimState.EXPIRED or now >= self.expires_at:
            raise ClaimExpired("The coupon's time is over.", expired=self.expires_at.isoformat())
        self.discount = coupon.discount_on(order_total)
        self.state, self.order_id, self.redeemed_at = ClaimState.REDEEMED, order_id, now
        self.events.append(
            OfferRedeemed(
                occurred_at=now,
                claim_id=self.id,
                campaign_id=self.campaign_id,
                user_id=self.user_id,
                order_id=order_id,
                discount=self.discount,
            )
        )
        return True
