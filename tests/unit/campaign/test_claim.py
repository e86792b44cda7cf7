from datetime import timedelta

import pytest

from services.campaign.domain.claim import Claim, ClaimState
from services.campaign.domain.errors import AlreadyRedeemed, ClaimExpired
from services.campaign.domain.events import OfferGranted, OfferRedeemed
from services.chassis.kernel.ids import new_id
from services.chassis.kernel.money import Money
from tests.support.campaigns import NOW, a_campaign

ORDER = Money(2_000, "CNY")


def test_a_claim_is_told_and_redeemed_once_per_order() -> None:
    campaign = a_campaign()
    claim = Claim.of(campaign.coupon, campaign.id, new_id(), NOW)

    first = claim.redeem("order-1", ORDER, campaign.coupon, NOW)
    again = claim.redeem("order-1", ORDER, campaign.coupon, NOW)

    assert (first, again) == (True, False)
    assert claim.state is ClaimState.REDEEMED
    assert claim.discount == Money(500, "CNY")
    assert [type(event) for event in claim.events] == [OfferGranted, OfferRedeemed]


def test_a_redeemed_claim_is_no_good_for_another_order() -> None:
    campaign = a_campaign()
    claim = Claim.of(campaign.coupon, campaign.id, new_id(), NOW)
    claim.redeem("order-1", ORDER, campaign.coupon, NOW)

    with pytest.raises(AlreadyRedeemed):
        claim.redeem("order-2", ORDER, campaign.coupon, NOW)


def test_a_claim_cannot_be_redeemed_when_its_time_is_over() -> None:
    campaign = a_campaign()
    claim = Claim.of(campaign.coupon, campaign.id, new_id(), NOW)

    with pytest.raises(ClaimExpired):
        claim.redeem("order-1", ORDER, campaign.coupon, NOW + timedelta(hours=1))

    assert claim.state is ClaimState.HELD
