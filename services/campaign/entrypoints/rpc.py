"""CampaignService over gRPC: protobuf in, a use case called, protobuf out."""

from typing import Any
from uuid import UUID

from resonance.campaign.v1 import campaign_service_pb2 as pb
from resonance.campaign.v1 import campaign_service_pb2_grpc
from services.campaign.application.change_state import (
    end_campaign,
    pause_campaign,
    start_campaign,
)
from services.campaign.application.claim_coupon import ClaimCoupon, claim_coupon
from services.campaign.application.list_offers import list_offers
from services.campaign.application.plan_campaign import plan_campaign
from services.campaign.application.ports import Audiences, Reads, Transactions
from services.campaign.application.redeem_claim import RedeemClaim, redeem_claim
from services.campaign.domain.errors import BadPageToken
from services.campaign.entrypoints import wire
from services.chassis.kernel.clock import Clock
from services.chassis.rpc.page_tokens import PageTokens, page_size

PAGES = PageTokens(BadPageToken)
CAMPAIGNS = "campaigns"


class CampaignServicer(campaign_service_pb2_grpc.CampaignServiceServicer):
    def __init__(
        self, transactions: Transactions, reads: Reads, audiences: Audiences, clock: Clock
    ) -> None:
        self._transactions, self._reads = transactions, reads
        self._audiences, self._clock = audiences, clock

    async def CreateCampaign(
        self, request: pb.CreateCampaignRequest, context: Any
    ) -> pb.CreateCampaignResponse:
        draft = wire.to_campaign(request.campaign, self._clock.now())
        campaign = await plan_campaign(draft, self._transactions, self._audiences)
        return pb.CreateCampaignResponse(campaign=wire.from_campaign(campaign))

    async def GetCampaign(
        self, request: pb.GetCampaignRequest, context: Any
    ) -> pb.GetCampaignResponse:
        async with self._reads() as view:
            campaign = await view.campaigns.get(UUID(request.campaign_id))
        return pb.GetCampaignResponse(campaign=wire.from_campaign(campaign))

    async def ListCampaigns(
        self, request: pb.ListCampaignsRequest, context: Any
    ) -> pb.ListCampaignsResponse:
        size = page_size(request.page_size, 20)
        async with self._reads() as view:
            found = await view.campaigns.latest(PAGES.after(CAMPAIGNS, request.page_token), size)
        return pb.ListCampaignsResponse(
            campaigns=map(wire.from_campaign, found),
            next_page_token=PAGES.following(
                CAMPAIGNS, found, size, found[-1].id if found else None
            ),
        )

    async def StartCampaign(
        self, request: pb.StartCampaignRequest, context: Any
    ) -> pb.StartCampaignResponse:
        campaign = await start_campaign(UUID(request.campaign_id), self._transactions, self._clock)
        return pb.StartCampaignResponse(campaign=wire.from_campaign(campaign))

    async def PauseCampaign(
        self, request: pb.PauseCampaignRequest, context: Any
    ) -> pb.PauseCampaignResponse:
        campaign = await pause_campaign(UUID(request.campaign_id), self._transactions)
        return pb.PauseCampaignResponse(campaign=wire.from_campaign(campaign))

    async def EndCampaign(
        self, request: pb.EndCampaignRequest, context: Any
    ) -> pb.EndCampaignResponse:
        campaign = await end_campaign(UUID(request.campaign_id), self._transactions)
        return pb.EndCampaignResponse(campaign=wire.from_campaign(campaign))

    async def ListOffers(
        self, request: pb.ListOffersRequest, context: Any
    ) -> pb.ListOffersResponse:
        offers = await list_offers(
            UUID(request.user_id), self._reads, self._transactions, self._audiences, self._clock
        )
        return pb.ListOffersResponse(
            offers=map(wire.from_offer, offers.chosen),
            withheld=map(wire.from_withheld, offers.withheld),
        )

    async def ClaimCoupon(
        self, request: pb.ClaimCouponRequest, context: Any
    ) -> pb.ClaimCouponResponse:
        command = ClaimCoupon(coupon_id=UUID(request.coupon_id), user_id=UUID(request.user_id))
        claim = await claim_coupon(command, self._transactions, self._audiences, self._clock)
        return pb.ClaimCouponResponse(claim=wire.from_claim(claim))

    async def ListCouponClaims(
        self, request: pb.ListCouponClaimsRequest, context: Any
    ) -> pb.ListCouponClaimsResponse:
        size = page_size(request.page_size, 20)
        name = f"claims/{UUID(request.user_id)}"
        async with self._reads() as view:
            found = await view.claims.of_person(
                UUID(request.user_id), PAGES.after(name, request.page_token), size
            )
        return pb.ListCouponClaimsResponse(
            claims=map(wire.from_claim, found),
            next_page_token=PAGES.following(name, found, size, found[-1].id if found else None),
        )

    async def RedeemCouponClaim(
        self, request: pb.RedeemCouponClaimRequest, context: Any
    ) -> pb.RedeemCouponClaimResponse:
        command = RedeemClaim(
            claim_id=UUID(request.claim_id),
            user_id=UUID(request.user_id),
            order_id=wire.to_line(request.order_id, "order_id"),
            order_total=wire.to_money(request.order_total),
        )
        claim = await redeem_claim(command, self._transactions, self._clock)
        return pb.RedeemCouponClaimResponse(claim=wire.from_claim(claim))

    async def ListGuardDecisions(
        self, request: pb.ListGuardDecisionsRequest, context: Any
    ) -> pb.ListGuardDecisionsResponse:
        size = page_size(request.page_size, 50)
        person = wire.optional_id(request.user_id)
        name = f"guard/{person or ''}"
        async with self._reads() as view:
            found = await view.guard_log.latest(person, PAGES.after(name, request.page_token), size)
        return pb.ListGuardDecisionsResponse(
            decisions=map(wire.from_decision, found),
            next_page_token=PAGES.following(name, found, size, found[-1].id if found else None),
        )
