"""Domain events as protobuf messages: the one place that knows both."""

from functools import singledispatch

from google.protobuf.message import Message as Proto
from google.protobuf.timestamp_pb2 import Timestamp

from resonance.campaign.v1 import campaign_events_pb2 as pb
from resonance.campaign.v1 import campaign_pb2
from resonance.type.v1 import money_pb2
from services.campaign.domain.events import CampaignStateChanged, OfferGranted, OfferRedeemed
from services.chassis.kernel.events import DomainEvent
from services.chassis.messaging.outbox import Message, message_of


def encode(event: DomainEvent) -> Message:
    return message_of(event, _to_proto(event))


@singledispatch
def _to_proto(event: DomainEvent) -> Proto:
    raise TypeError(type(event).__name__)


@_to_proto.register
def _(event: CampaignStateChanged) -> Proto:
    return pb.CampaignStateChanged(
        campaign_id=str(event.campaign_id),
        state=campaign_pb2.CampaignState.Value(f"CAMPAIGN_STATE_{event.state.upper()}"),
        version=event.version,
    )


@_to_proto.register
def _(event: OfferGranted) -> Proto:
    return pb.OfferGranted(
        claim_id=str(event.claim_id),
        coupon_id=str(event.coupon_id),
        campaign_id=str(event.campaign_id),
        user_id=str(event.user_id),
        claim_time=_timestamp(event),
    )


@_to_proto.register
def _(event: OfferRedeemed) -> Proto:
    return pb.OfferRedeemed(
        claim_id=str(event.claim_id),
        campaign_id=str(event.campaign_id),
        user_id=str(event.user_id),
        order_id=event.order_id,
        discount=money_pb2.Money(
            amount_minor=event.discount.amount_minor, currency_code=event.discount.currency
        ),
        redeem_time=_timestamp(event),
    )


def _timestamp(event: DomainEvent) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(event.occurred_at)
    return stamp
