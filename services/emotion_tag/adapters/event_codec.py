"""Domain events as protobuf messages; those of alerts are in `store/alert_outbox.py`."""

from functools import singledispatch

from google.protobuf.message import Message as ProtoMessage

from resonance.emotion_tag.v1 import distress_pb2, emotion_pb2
from resonance.emotion_tag.v1 import emotion_tag_events_pb2 as pb
from services.chassis.kernel.events import DomainEvent
from services.chassis.messaging.outbox import Message, message_of
from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.events import (
    ContentCorrected,
    ContentTagged,
    ContentUntagged,
    DistressMoved,
    MoodCleared,
    MoodMoved,
    ProductEmotionMoved,
)
from services.emotion_tag.subject_wire import to_product
from services.emotion_tag.wire import to_kind, to_mood, to_tag, to_time


def encode(event: DomainEvent) -> Message:
    """Write an event as it goes over the wire."""
    return message_of(event, _to_proto(event))


@singledispatch
def _to_proto(event: DomainEvent) -> ProtoMessage:
    raise TypeError(f"{type(event).__name__} has no form on the wire.")


@_to_proto.register
def _(event: ContentTagged) -> ProtoMessage:
    return _tagged(event.content)


@_to_proto.register
def _(event: ContentCorrected) -> ProtoMessage:
    return pb.ContentCorrected(content=_tagged(event.content), former_tag=to_tag(event.former_tag))


@_to_proto.register
def _(event: ContentUntagged) -> ProtoMessage:
    return pb.ContentUntagged(content=_tagged(event.content))


@_to_proto.register
def _(event: MoodMoved) -> ProtoMessage:
    return pb.MoodChanged(mood=to_mood(event.mood))


@_to_proto.register
def _(event: ProductEmotionMoved) -> ProtoMessage:
    return pb.ProductEmotionChanged(product=to_product(event.product))


@_to_proto.register
def _(event: MoodCleared) -> ProtoMessage:
    mood = emotion_pb2.Mood(user_id=str(event.user_id), version=event.version)
    return pb.MoodChanged(mood=mood, is_cleared=True)


@_to_proto.register
def _(event: DistressMoved) -> ProtoMessage:
    state = event.state
    return pb.DistressChanged(
        user_id=str(state.user_id),
        level=distress_pb2.DistressLevel.ValueType(state.level),
        version=state.version,
        expire_time=to_time(state.expires_at) if state.expires_at else None,
    )


def _tagged(content: TaggedContent) -> pb.ContentTagged:
    place = content.place
    return pb.ContentTagged(
        content_id=str(content.content_id),
        author_id=str(content.author_id) if content.author_id else "",
        kind=to_kind(content.kind),
        item_ids=content.item_ids,
        tag=to_tag(content.tag),
        publish_time=to_time(content.published_at),
        tag_time=to_time(content.tagged_at),
        post_id=str(place.post_id) if place.post_id else "",
        reply_to_id=str(place.reply_to_id) if place.reply_to_id else "",
        circle_id=place.circle_id,
        room_id=place.room_id,
        region_code=place.region_code,
        topics=place.topics,
    )
