"""Protobuf to domain and back, for what several RPCs share."""

from datetime import UTC, datetime
from unicodedata import category
from uuid import UUID

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from resonance.campaign.v1 import campaign_pb2 as pb
from resonance.campaign.v1 import campaign_service_pb2
from resonance.type.v1 import money_pb2, text_pb2
from services.campaign.domain.campaign import Campaign, Title, Tone
from services.campaign.domain.claim import Claim
from services.campaign.domain.coupon import AmountOff, Coupon, Discount, ShareOff
from services.campaign.domain.guard import GuardDecision
from services.campaign.domain.offer import Offer, Sentence, WithheldOffer
from services.chassis.kernel.errors import InvalidField
from services.chassis.kernel.ids import new_id
from services.chassis.kernel.money import Money


def to_money(money: money_pb2.Money) -> Money:
    return Money(money.amount_minor, money.currency_code)


def to_line(text: str, field: str) -> str:
    """A text that people read in one line, trimmed.

    Raises:
        InvalidField: it is blank or holds control characters.
    """
    line = text.strip()
    if not line or any(category(character) == "Cc" for character in line):
        raise InvalidField(field, "line", "Must not be blank or hold control characters.")
    return line


def to_campaign(wanted: pb.Campaign, now: datetime) -> Campaign:
    """A draft with new ids; what the server sets is ignored."""
    coupon = wanted.coupon
    return Campaign(
        id=new_id(),
        title=Title(
            zh=to_line(wanted.title.zh, "campaign.title.zh"),
            en=to_line(wanted.title.en, "campaign.title.en"),
        ),
        tone=Tone(pb.Tone.Name(wanted.tone).removeprefix("TONE_").lower()),
        audience=wanted.audience.strip(),
        budget=to_money(wanted.budget),
        starts_at=wanted.start_time.ToDatetime(tzinfo=UTC),
        ends_at=wanted.end_time.ToDatetime(tzinfo=UTC),
        coupon=Coupon(
            id=new_id(),
            discount=_to_discount(coupon.discount),
            minimum_spend=to_money(coupon.minimum_spend),
            stock=coupon.stock,
            limit_per_person=coupon.limit_per_person,
            redeem_within=coupon.redeem_within.ToTimedelta(),
        ),
        priority=wanted.priority,
        created_at=now,
    )


def from_campaign(campaign: Campaign) -> pb.Campaign:
    coupon = campaign.coupon
    return pb.Campaign(
        campaign_id=str(campaign.id),
        title=text_pb2.LocalizedText(zh=campaign.title.zh, en=campaign.title.en),
        tone=_tone(campaign.tone),
        audience=campaign.audience,
        budget=from_money(campaign.budget),
        start_time=from_time(campaign.starts_at),
        end_time=from_time(campaign.ends_at),
        coupon=pb.Coupon(
            coupon_id=str(coupon.id),
            discount=_from_discount(coupon.discount),
            minimum_spend=from_money(coupon.minimum_spend),
            stock=coupon.stock,
            limit_per_person=coupon.limit_per_person,
            redeem_within=_from_span(coupon.redeem_within.total_seconds()),
            claimed_count=campaign.claimed_count,
        ),
        priority=campaign.priority,
        state=pb.CampaignState.Value(f"CAMPAIGN_STATE_{campaign.state.value.upper()}"),
        reserved_minor=campaign.reserved_minor,
        spent_minor=campaign.spent_minor,
        create_time=from_time(campaign.created_at),
    )


def from_claim(claim: Claim) -> pb.CouponClaim:
    return pb.CouponClaim(
        claim_id=str(claim.id),
        coupon_id=str(claim.coupon_id),
        user_id=str(claim.user_id),
        state=pb.ClaimState.Value(f"CLAIM_STATE_{claim.state.value.upper()}"),
        claim_time=from_time(claim.claimed_at),
        expire_time=from_time(claim.expires_at),
        order_id=claim.order_id,
        discount=from_money(claim.discount) if claim.discount else None,
        redeem_time=from_time(claim.redeemed_at) if claim.redeemed_at else None,
    )


def from_offer(offer: Offer) -> campaign_service_pb2.Offer:
    campaign = offer.campaign
    return campaign_service_pb2.Offer(
        campaign_id=str(campaign.id),
        coupon_id=str(campaign.coupon.id),
        title=text_pb2.LocalizedText(zh=campaign.title.zh, en=campaign.title.en),
        tone=_tone(campaign.tone),
        discount=_from_discount(campaign.coupon.discount),
        minimum_spend=from_money(campaign.coupon.minimum_spend),
        end_time=from_time(campaign.ends_at),
        reason=_sentence(offer.reason),
    )


def from_withheld(offer: WithheldOffer) -> campaign_service_pb2.WithheldOffer:
    campaign = offer.campaign
    return campaign_service_pb2.WithheldOffer(
        campaign_id=str(campaign.id),
        title=text_pb2.LocalizedText(zh=campaign.title.zh, en=campaign.title.en),
        rule=pb.GuardRule.Value(f"GUARD_RULE_{offer.rule.value.upper()}"),
        reason=_sentence(offer.reason),
    )


def from_decision(decision: GuardDecision) -> pb.GuardDecision:
    return pb.GuardDecision(
        decision_id=str(decision.id),
        user_id=str(decision.user_id),
        campaign_id=str(decision.campaign_id),
        rule=pb.GuardRule.Value(f"GUARD_RULE_{decision.rule.value.upper()}"),
        is_withheld=decision.is_withheld,
        valence=decision.valence,
        mood_version=decision.mood_version,
        decide_time=from_time(decision.decided_at),
    )


def from_money(money: Money) -> money_pb2.Money:
    return money_pb2.Money(amount_minor=money.amount_minor, currency_code=money.currency)


def from_time(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def optional_id(text: str) -> UUID | None:
    """An id that validation has checked already, or None if it was left out."""
    return UUID(text) if text else None


def _to_discount(discount: pb.Discount) -> Discount:
    if discount.WhichOneof("kind") == "amount_off":
        return AmountOff(to_money(discount.amount_off))
    return ShareOff(discount.basis_points_off, to_money(discount.at_most))


def _from_discount(discount: Discount) -> pb.Discount:
    if isinstance(discount, AmountOff):
        return pb.Discount(amount_off=from_money(discount.amount))
    return pb.Discount(basis_points_off=discount.basis_points, at_most=from_money(discount.at_most))


def _tone(tone: Tone) -> pb.Tone.ValueType:
    return pb.Tone.Value(f"TONE_{tone.value.upper()}")


def _sentence(sentence: Sentence) -> text_pb2.LocalizedText:
    return text_pb2.LocalizedText(zh=sentence.zh, en=sentence.en)


def _from_span(seconds: float) -> Duration:
    return Duration(seconds=int(seconds), nanos=round(seconds % 1 * 1e9))
