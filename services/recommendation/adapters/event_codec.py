"""Domain events as protobuf messages: the one place that knows both."""

from functools import singledispatch

from google.protobuf.message import Message as Proto

from resonance.recommendation.v1 import item_pb2
from resonance.recommendation.v1 import recommendation_events_pb2 as pb
from resonance.type.v1 import money_pb2
from services.chassis.kernel.events import DomainEvent
from services.chassis.messaging.outbox import Message, message_of
from services.recommendation.domain.events import ItemChanged, ModelPromoted


def encode(event: DomainEvent) -> Message:
    return message_of(event, _to_proto(event))


@singledispatch
def _to_proto(event: DomainEvent) -> Proto:
    raise TypeError(type(event).__name__)


@_to_proto.register
def _(event: ItemChanged) -> Proto:
    item = event.item
    told = item_pb2.Item(
        item_id=item.item_id,
        title=item.title,
        category=item.category,
        brand=item.brand,
        tags=item.tags,
        is_unavailable=item.is_unavailable,
    )
    if item.price is not None:
        price = money_pb2.Money(
            amount_minor=item.price.amount_minor, currency_code=item.price.currency
        )
        told.price.CopyFrom(price)
    told.create_time.FromDatetime(item.created_at)
    return pb.ItemChanged(item=told, version=item.version)


@_to_proto.register
def _(event: ModelPromoted) -> Proto:
    told = pb.ModelPromoted(model_version=event.model_version)
    told.train_time.FromDatetime(event.trained_at)
    return told
