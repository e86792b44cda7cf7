import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import func, select

from resonance.campaign.v1 import campaign_pb2, campaign_service_pb2
from resonance.type.v1 import money_pb2, text_pb2
from services.campaign.adapters import tables
from services.campaign.application.change_state import end_overdue
from services.campaign.application.expire_claims import expire_claims
from services.campaign.domain.person import Mood, Need, Portrait
from services.chassis.kernel.ids import new_id
from services.chassis.rpc.errors import RemoteError
from tests.integration.campaign.conftest import Harness
from tests.support.campaigns import ALL_PURPOSES, NOW, a_mood


def cny(amount_minor: int) -> money_pb2.Money:
    return money_pb2.Money(amount_minor=amount_minor, currency_code="CNY")


def at(offset: timedelta) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(NOW + offset)
    return stamp


def plan(
    *,
    tone: campaign_pb2.Tone.ValueType = campaign_pb2.TONE_PLAIN,
    audience: str = "",
    stock: int = 10,
    limit: int = 1,
    budget_minor: int = 100_000,
) -> campaign_pb2.Campaign:
    return campaign_pb2.Campaign(
        title=text_pb2.LocalizedText(zh="夏日特惠", en="Summer deal"),
        tone=tone,
        audience=audience,
        budget=cny(budget_minor),
        start_time=at(-timedelta(days=1)),
        end_time=at(timedelta(days=1)),
        coupon=campaign_pb2.Coupon(
            discount=campaign_pb2.Discount(amount_off=cny(500)),
            minimum_spend=cny(1_000),
            stock=stock,
            limit_per_person=limit,
            redeem_within=Duration(seconds=3600),
        ),
    )


async def running(harness: Harness, **terms: Any) -> campaign_pb2.Campaign:
    """Plan and start a campaign."""
    made = await harness.stub.CreateCampaign(
        campaign_service_pb2.CreateCampaignRequest(campaign=plan(**terms))
    )
    started = await harness.stub.StartCampaign(
        campaign_service_pb2.StartCampaignRequest(campaign_id=made.campaign.campaign_id)
    )
    return started.campaign


async def known(
    harness: Harness,
    *,
    mood: Mood | None = None,
    portrait: Portrait | None = None,
    need: Need | None = None,
) -> UUID:
    """Make somebody known who allows everything."""
    user_id = new_id()
    async with harness.transactions() as tx:
        await tx.people.save_consents(user_id, ALL_PURPOSES, 1)
        if portrait:
            await tx.people.save_portraits({user_id: portrait})
        if mood:
            await tx.people.save_moods({user_id: mood})
        if need:
            await tx.people.save_need(user_id, need)
    return user_id


def claim_of(campaign: campaign_pb2.Campaign, user_id: UUID, request_id: UUID | None = None) -> Any:
    return campaign_service_pb2.ClaimCouponRequest(
        coupon_id=campaign.coupon.coupon_id,
        user_id=str(user_id),
        request_id=str(request_id) if request_id else "",
    )


def redeem_of(
    claim_id: str, user_id: UUID, *, order: str = "order-1", total: int = 2_000
) -> campaign_service_pb2.RedeemCouponClaimRequest:
    return campaign_service_pb2.RedeemCouponClaimRequest(
        claim_id=claim_id, user_id=str(user_id), order_id=order, order_total=cny(total)
    )


async def refused(call: Any, reason: str) -> None:
    with pytest.raises(RemoteError) as failure:
        await call
    assert failure.value.reason == reason


async def as_stored(harness: Harness, campaign: campaign_pb2.Campaign) -> campaign_pb2.Campaign:
    found = await harness.stub.GetCampaign(
        campaign_service_pb2.GetCampaignRequest(campaign_id=campaign.campaign_id)
    )
    return found.campaign


async def waiting_events(harness: Harness) -> list[str]:
    async with harness.database.engine.connect() as connection:
        rows = await connection.execute(
            select(tables.platform.outbox.c.subject).order_by(tables.platform.outbox.c.position)
        )
        return [row.subject.rsplit(".", 1)[1] for row in rows]


async def test_a_campaign_is_planned_started_and_listed(campaign: Harness) -> None:
    started = await running(campaign)

    listed = await campaign.stub.ListCampaigns(campaign_service_pb2.ListCampaignsRequest())

    assert started.state == campaign_pb2.CAMPAIGN_STATE_RUNNING
    assert list(listed.campaigns) == [started]
    assert await waiting_events(campaign) == ["CampaignStateChanged"]


async def test_a_bad_audience_is_refused_and_nothing_is_kept(campaign: Harness) -> None:
    request = campaign_service_pb2.CreateCampaignRequest(campaign=plan(audience="shoe_size > 40"))

    await refused(campaign.stub.CreateCampaign(request), "BAD_AUDIENCE")

    listed = await campaign.stub.ListCampaigns(campaign_service_pb2.ListCampaignsRequest())
    assert not listed.campaigns


async def test_pages_of_campaigns_meet_without_gap_or_repeat(campaign: Harness) -> None:
    made = [(await running(campaign)).campaign_id for _ in range(5)]
    seen: list[str] = []
    token = ""

    for _ in range(3):
        page = await campaign.stub.ListCampaigns(
            campaign_service_pb2.ListCampaignsRequest(page_size=2, page_token=token)
        )
        seen += [each.campaign_id for each in page.campaigns]
        token = page.next_page_token

    assert seen == made[::-1]
    assert token == ""


async def test_a_foreign_page_token_is_refused(campaign: Harness) -> None:
    request = campaign_service_pb2.ListCampaignsRequest(page_token="nonsense")

    await refused(campaign.stub.ListCampaigns(request), "BAD_PAGE_TOKEN")


async def test_a_page_token_of_another_list_is_refused(campaign: Harness) -> None:
    for _ in range(2):
        await running(campaign)
    page = await campaign.stub.ListCampaigns(campaign_service_pb2.ListCampaignsRequest(page_size=1))
    claims = campaign_service_pb2.ListCouponClaimsRequest(
        user_id=str(new_id()), page_token=page.next_page_token
    )
    decisions = campaign_service_pb2.ListGuardDecisionsRequest(page_token=page.next_page_token)

    await refused(campaign.stub.ListCouponClaims(claims), "BAD_PAGE_TOKEN")
    await refused(campaign.stub.ListGuardDecisions(decisions), "BAD_PAGE_TOKEN")


@pytest.mark.parametrize("zh", [" ", "a\x07", "a\nb"])
async def test_a_title_that_is_no_line_is_refused(campaign: Harness, zh: str) -> None:
    bad = plan()
    bad.title.zh = zh

    await refused(
        campaign.stub.CreateCampaign(campaign_service_pb2.CreateCampaignRequest(campaign=bad)),
        "INVALID_FIELD",
    )


async def test_an_order_id_that_is_no_line_is_refused(campaign: Harness) -> None:
    user_id, started = await known(campaign), await running(campaign)
    claimed = await campaign.stub.ClaimCoupon(claim_of(started, user_id))
    request = redeem_of(claimed.claim.claim_id, user_id)
    request.order_id = "7\x1b[2J"

    await refused(campaign.stub.RedeemCouponClaim(request), "INVALID_FIELD")


async def test_a_claim_reserves_and_a_redemption_spends(campaign: Harness) -> None:
    user_id, started = await known(campaign), await running(campaign)

    claimed = await campaign.stub.ClaimCoupon(claim_of(started, user_id))
    after_claim = await as_stored(campaign, started)
    redeemed = await campaign.stub.RedeemCouponClaim(redeem_of(claimed.claim.claim_id, user_id))
    again = await campaign.stub.RedeemCouponClaim(redeem_of(claimed.claim.claim_id, user_id))
    after_redemption = await as_stored(campaign, started)

    assert (after_claim.reserved_minor, after_claim.spent_minor) == (500, 0)
    assert after_claim.coupon.claimed_count == 1
    assert (after_redemption.reserved_minor, after_redemption.spent_minor) == (0, 500)
    assert redeemed.claim.discount == cny(500)
    assert again == redeemed
    assert await waiting_events(campaign) == [
        "CampaignStateChanged",
        "OfferGranted",
        "OfferRedeemed",
    ]


async def test_every_refusal_of_a_redemption_has_its_reason(campaign: Harness) -> None:
    user_id, started = await known(campaign), await running(campaign)
    claim_id = (await campaign.stub.ClaimCoupon(claim_of(started, user_id))).claim.claim_id
    redeem = campaign.stub.RedeemCouponClaim
    dollars = redeem_of(claim_id, user_id)
    dollars.order_total.currency_code = "USD"

    await refused(redeem(redeem_of(str(new_id()), user_id)), "CLAIM_NOT_FOUND")
    await refused(redeem(redeem_of(claim_id, new_id())), "CLAIM_NOT_FOUND")
    await refused(redeem(redeem_of(claim_id, user_id, total=999)), "ORDER_TOO_SMALL")
    await refused(redeem(dollars), "CURRENCY_MISMATCH")
    await redeem(redeem_of(claim_id, user_id))
    await refused(redeem(redeem_of(claim_id, user_id, order="order-2")), "ALREADY_REDEEMED")


async def test_every_refusal_of_a_claim_has_its_reason(campaign: Harness) -> None:
    user_id = await known(campaign, mood=a_mood(valence=-0.9))
    stranger = new_id()
    claim = campaign.stub.ClaimCoupon
    once = await running(campaign)
    draft = await campaign.stub.CreateCampaign(
        campaign_service_pb2.CreateCampaignRequest(campaign=plan())
    )
    for_buyers = await running(campaign, audience="purchase_count >= 3")
    flash = await running(campaign, tone=campaign_pb2.TONE_URGENCY)
    small = await running(campaign, stock=1)
    poor = await running(campaign, budget_minor=999)

    unknown = campaign_pb2.Campaign(coupon=campaign_pb2.Coupon(coupon_id=str(new_id())))
    await refused(claim(claim_of(unknown, user_id)), "COUPON_NOT_FOUND")
    await refused(claim(claim_of(draft.campaign, user_id)), "CAMPAIGN_NOT_RUNNING")
    await refused(claim(claim_of(for_buyers, user_id)), "NOT_IN_AUDIENCE")
    await refused(claim(claim_of(for_buyers, stranger)), "CONSENT_MISSING")
    await refused(claim(claim_of(flash, user_id)), "WITHHELD_BY_GUARD")
    await claim(claim_of(once, user_id))
    await refused(claim(claim_of(once, user_id)), "CLAIM_LIMIT_REACHED")
    await claim(claim_of(small, user_id))
    await refused(claim(claim_of(small, stranger)), "OUT_OF_STOCK")
    await claim(claim_of(poor, user_id))
    await refused(claim(claim_of(poor, stranger)), "BUDGET_EXHAUSTED")


async def test_a_state_that_does_not_follow_is_refused(campaign: Harness) -> None:
    started = await running(campaign)
    end = campaign_service_pb2.EndCampaignRequest(campaign_id=started.campaign_id)
    pause = campaign_service_pb2.PauseCampaignRequest(campaign_id=started.campaign_id)
    nobody = campaign_service_pb2.PauseCampaignRequest(campaign_id=str(new_id()))

    await campaign.stub.PauseCampaign(pause)
    await campaign.stub.EndCampaign(end)

    await refused(campaign.stub.PauseCampaign(pause), "WRONG_STATE")
    await refused(campaign.stub.PauseCampaign(nobody), "CAMPAIGN_NOT_FOUND")


async def test_the_same_request_id_claims_once_even_at_the_same_time(campaign: Harness) -> None:
    user_id, started = await known(campaign), await running(campaign, limit=5)
    request = claim_of(started, user_id, request_id=new_id())

    answers = await asyncio.gather(*(campaign.stub.ClaimCoupon(request) for _ in range(6)))

    assert len({answer.claim.claim_id for answer in answers}) == 1
    assert (await as_stored(campaign, started)).coupon.claimed_count == 1


async def test_a_rush_sells_every_coupon_and_not_one_more(campaign: Harness) -> None:
    stock, rush = 20, 60
    people = [await known(campaign) for _ in range(rush)]
    started = await running(campaign, stock=stock)

    answers = await asyncio.gather(
        *(campaign.stub.ClaimCoupon(claim_of(started, user_id)) for user_id in people),
        return_exceptions=True,
    )

    refusals = [answer for answer in answers if isinstance(answer, RemoteError)]
    assert {refusal.reason for refusal in refusals} == {"OUT_OF_STOCK"}
    assert len(refusals) == rush - stock
    after = await as_stored(campaign, started)
    assert after.coupon.claimed_count == stock
    assert after.reserved_minor == stock * 500
    async with campaign.database.engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(tables.claims)) == stock


async def test_one_person_in_a_rush_stays_within_their_limit(campaign: Harness) -> None:
    user_id, started = await known(campaign), await running(campaign, limit=3)

    answers = await asyncio.gather(
        *(campaign.stub.ClaimCoupon(claim_of(started, user_id)) for _ in range(12)),
        return_exceptions=True,
    )

    assert sum(not isinstance(answer, RemoteError) for answer in answers) == 3
    assert (await as_stored(campaign, started)).coupon.claimed_count == 3


async def test_an_expired_claim_gives_back_what_it_held(campaign: Harness) -> None:
    user_id, started = await known(campaign), await running(campaign)
    claim_id = (await campaign.stub.ClaimCoupon(claim_of(started, user_id))).claim.claim_id
    campaign.clock.advance(timedelta(hours=1))

    expired = await expire_claims(campaign.clock.now(), campaign.transactions)

    assert expired == 1
    after = await as_stored(campaign, started)
    assert (after.coupon.claimed_count, after.reserved_minor) == (0, 0)
    await refused(campaign.stub.RedeemCouponClaim(redeem_of(claim_id, user_id)), "CLAIM_EXPIRED")


async def test_a_campaign_ends_when_its_time_is_over(campaign: Harness) -> None:
    started = await running(campaign)
    campaign.clock.advance(timedelta(days=2))

    ended = await end_overdue(campaign.clock.now(), campaign.transactions)

    assert ended == 1
    assert (await as_stored(campaign, started)).state == campaign_pb2.CAMPAIGN_STATE_ENDED
    assert await waiting_events(campaign) == ["CampaignStateChanged"] * 2


async def test_distress_withholds_urgency_puts_comfort_first_and_is_logged(
    campaign: Harness,
) -> None:
    flash = await running(campaign, tone=campaign_pb2.TONE_URGENCY)
    plain = await running(campaign)
    comfort = await running(campaign, tone=campaign_pb2.TONE_COMFORT, audience="valence < 0.0")
    sad = await known(campaign, mood=a_mood(valence=-0.9))
    request = campaign_service_pb2.ListOffersRequest(user_id=str(sad))

    offers = await campaign.stub.ListOffers(request)
    await campaign.stub.ListOffers(request)
    log = await campaign.stub.ListGuardDecisions(
        campaign_service_pb2.ListGuardDecisionsRequest(user_id=str(sad))
    )

    assert [offer.campaign_id for offer in offers.offers] == [
        comfort.campaign_id,
        plain.campaign_id,
    ]
    [withheld] = offers.withheld
    assert withheld.campaign_id == flash.campaign_id
    assert withheld.reason.zh
    assert withheld.reason.en
    assert {(each.campaign_id, each.is_withheld) for each in log.decisions} == {
        (flash.campaign_id, True),
        (comfort.campaign_id, False),
        (plain.campaign_id, False),
    }


async def test_somebody_in_need_is_offered_nothing_and_can_claim_nothing(
    campaign: Harness,
) -> None:
    comfort = await running(campaign, tone=campaign_pb2.TONE_COMFORT)
    plain = await running(campaign)
    in_need = await known(campaign, need=Need(until=NOW + timedelta(days=7), version=1))

    offers = await campaign.stub.ListOffers(
        campaign_service_pb2.ListOffersRequest(user_id=str(in_need))
    )

    assert not offers.offers
    assert {each.campaign_id for each in offers.withheld} == {
        comfort.campaign_id,
        plain.campaign_id,
    }
    await refused(campaign.stub.ClaimCoupon(claim_of(plain, in_need)), "WITHHELD_BY_GUARD")
    log = await campaign.stub.ListGuardDecisions(
        campaign_service_pb2.ListGuardDecisionsRequest(user_id=str(in_need))
    )
    assert {each.rule for each in log.decisions} == {
        campaign_pb2.GUARD_RULE_NOTHING_TO_SOMEBODY_IN_NEED
    }


async def test_need_that_is_over_keeps_nothing_back(campaign: Harness) -> None:
    plain = await running(campaign)
    user_id = await known(campaign, need=Need(until=NOW + timedelta(hours=1), version=1))
    request = campaign_service_pb2.ListOffersRequest(user_id=str(user_id))
    before = await campaign.stub.ListOffers(request)

    campaign.clock.advance(timedelta(hours=2))

    after = await campaign.stub.ListOffers(request)
    assert not before.offers
    assert [offer.campaign_id for offer in after.offers] == [plain.campaign_id]


async def test_claims_that_the_guard_looked_at_are_logged_and_plain_ones_are_not(
    campaign: Harness,
) -> None:
    calm = await known(campaign)
    sad = await known(campaign, mood=a_mood(valence=-0.9))
    flash = await running(campaign, tone=campaign_pb2.TONE_URGENCY)
    plain = await running(campaign, limit=2)

    await campaign.stub.ClaimCoupon(claim_of(flash, calm))
    await campaign.stub.ClaimCoupon(claim_of(plain, calm))
    await campaign.stub.ClaimCoupon(claim_of(plain, sad))

    log = await campaign.stub.ListGuardDecisions(campaign_service_pb2.ListGuardDecisionsRequest())
    assert {(each.user_id, each.campaign_id, each.rule) for each in log.decisions} == {
        (str(calm), flash.campaign_id, campaign_pb2.GUARD_RULE_CALM),
        (str(sad), plain.campaign_id, campaign_pb2.GUARD_RULE_PLAIN_IN_DISTRESS),
    }


async def test_somebody_unknown_gets_only_what_is_for_everybody(campaign: Harness) -> None:
    for_all = await running(campaign)
    await running(campaign, audience="purchase_count >= 0")

    offers = await campaign.stub.ListOffers(
        campaign_service_pb2.ListOffersRequest(user_id=str(new_id()))
    )

    assert [offer.campaign_id for offer in offers.offers] == [for_all.campaign_id]


async def test_an_offer_that_was_used_up_is_not_offered_again(campaign: Harness) -> None:
    user_id, started = await known(campaign), await running(campaign)
    await campaign.stub.ClaimCoupon(claim_of(started, user_id))

    offers = await campaign.stub.ListOffers(
        campaign_service_pb2.ListOffersRequest(user_id=str(user_id))
    )
    claims = await campaign.stub.ListCouponClaims(
        campaign_service_pb2.ListCouponClaimsRequest(user_id=str(user_id))
    )

    assert not offers.offers
    assert [each.coupon_id for each in claims.claims] == [started.coupon.coupon_id]


async def test_a_withdrawal_forgets_portrait_and_mood(campaign: Harness) -> None:
    user_id = await known(
        campaign, mood=a_mood(valence=-0.9), portrait=Portrait(purchase_count=3, version=1)
    )

    async with campaign.transactions() as tx:
        await tx.people.save_consents(user_id, frozenset({"marketing"}), 2)
        stale = await tx.people.save_consents(user_id, ALL_PURPOSES, 1)
        person = await tx.people.get(user_id)

    assert not stale
    assert (person.portrait, person.mood) == (None, None)
    assert person.granted == {"marketing"}


async def test_what_is_older_than_what_is_known_is_ignored(campaign: Harness) -> None:
    user_id = await known(campaign, portrait=Portrait(purchase_count=3, version=5))

    async with campaign.transactions() as tx:
        await tx.people.save_portraits({user_id: Portrait(purchase_count=1, version=4)})
        person = await tx.people.get(user_id)

    assert person.portrait is not None
    assert person.portrait.purchase_count == 3
