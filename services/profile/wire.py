"""Behaviours and portraits as protobuf: what both edges speak, calls and events."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from resonance.profile.v1 import behavior_pb2, portrait_pb2
from resonance.type.v1 import money_pb2
from services.chassis.kernel.ids import parse_id
from services.chassis.kernel.money import Money
from services.profile.domain.behavior import Behavior, BehaviorType
from services.profile.domain.view import LineageView, PortraitView, TraitKind, TraitView

_KINDS = {kind: portrait_pb2.TraitKind.ValueType(kind.value) for kind in TraitKind}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def behavior_from_proto(message: behavior_pb2.Behavior) -> Behavior:
    """Read a behaviour that keeps the rules of the contract.

    Raises:
        InvalidField: an id is not in canonical form.
    """
    has_paid = message.HasField("paid")
    return Behavior(
        event_id=parse_id(message.event_id, "event_id"),
        user_id=parse_id(message.user_id, "user_id"),
        type=BehaviorType(message.type),
        item_id=message.item_id,
        occurred_at=time_from_proto(message.occur_time),
        quantity=message.quantity or 1,
        paid=Money(message.paid.amount_minor, message.paid.currency_code) if has_paid else None,
        rating=message.rating,
        platform=message.platform,
    )


def behavior_to_proto(behavior: Behavior) -> behavior_pb2.Behavior:
    """Write a behaviour."""
    paid = behavior.paid
    return behavior_pb2.Behavior(
        event_id=str(behavior.event_id),
        user_id=str(behavior.user_id),
        type=behavior_pb2.BehaviorType.ValueType(behavior.type.value),
        item_id=behavior.item_id,
        occur_time=time_to_proto(behavior.occurred_at),
        quantity=behavior.quantity,
        paid=money_pb2.Money(amount_minor=paid.amount_minor, currency_code=paid.currency)
        if paid
        else None,
        rating=behavior.rating,
        platform=behavior.platform,
    )


def portrait_to_proto(view: PortraitView) -> portrait_pb2.Portrait:
    """Write a portrait."""
    return portrait_pb2.Portrait(
        user_id=str(view.user_id),
        traits=[_trait_to_proto(trait) for trait in view.traits],
        behavior_count=view.behavior_count,
        purchase_count=view.purchase_count,
        spent_minor=view.spent_minor,
        last_active_time=time_to_proto(view.last_active_at) if view.last_active_at else None,
        engagement=view.engagement,
        version=view.version,
    )


def time_from_proto(message: Timestamp) -> datetime:
    """Read a moment, in microseconds."""
    return message.ToDatetime(UTC)


def time_to_proto(moment: datetime) -> Timestamp:
    """Write a moment; several times as fast as `FromDatetime`."""
    since = moment - _EPOCH
    return Timestamp(seconds=since.days * 86_400 + since.seconds, nanos=since.microseconds * 1_000)


def _trait_to_proto(trait: TraitView) -> portrait_pb2.Trait:
    kind, value, weight, confidence, lineage, updated_at = trait
    return portrait_pb2.Trait(
        kind=_KINDS[kind],
        value=value,
        weight=weight,
        confidence=confidence,
        lineage=[_lineage_to_proto(one) for one in lineage] if lineage else None,
        update_time=time_to_proto(updated_at),
    )


def _lineage_to_proto(lineage: LineageView) -> portrait_pb2.Lineage:
    return portrait_pb2.Lineage(
        source=lineage.source,
        count=lineage.count,
        last_event_id=lineage.last_event_id,
        last_time=time_to_proto(lineage.last_at),
    )
