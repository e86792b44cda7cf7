"""Facts this service tells the others."""

from dataclasses import dataclass
from uuid import UUID

from services.chassis.kernel.events import DomainEvent
from services.chassis.kernel.money import Money


@dataclass(frozen=True, kw_only=True)
class CampaignStateChanged(DomainEvent):
    """`state` is a value of CampaignState."""

    campaign_id: UUID
    state: str
    version: int


@dataclass(frozen=True, kw_only=True)
class OfferGranted(DomainEvent):
    claim_id: UUID
    coupon_id: UUID
    campaign_id: UUID
    user_id: UUID


@dataclass(frozen=True, kw_only=True)
class OfferRedeemed(DomainEvent):
    claim_id: UUID
    campaign_id: UUID
    user_id: UUID
    order_id: str
    discount: Money
