"""Domain events as protobuf messages: the one place that knows both."""

from functools import singledispatch

from google.protobuf.message import Message as ProtoMessage
from google.protobuf.timestamp_pb2 import Timestamp

from resonance.community.v1 import community_events_pb2 as pb
from resonance.community.v1 import post_pb2
from resonance.emotion_tag.v1 import emotion_pb2
from services.chassis.kernel.events import DomainEvent
from services.chassis.messaging.outbox import Message, message_of
from services.community.domain.events import (
    ContentDeleted,
    ContentPublished,
    FollowChanged,
    PostReacted,
)


def encode(event: DomainEvent) -> Message:
    """Write an event as it travels."""
    return message_of(event, _to_proto(event))


@singledispatch
def _to_proto(event: DomainEvent) -> ProtoMessage:
    raise TypeError(f"{type(event).__name__} has no message in the contract")


@_to_proto.register
def _(event: ContentPublished) -> ProtoMessage:
    published_at = Timestamp()
    published_at.FromDatetime(event.published_at)
    return pb.ContentPublished(
        content_id=str(event.content_id),
        author_id=str(event.author_id),
        kind=emotion_pb2.TextKind.ValueType(event.kind),
        post_id=str(event.post_id),
        item_ids=event.item_ids,
        publish_time=published_at,
        reply_to_id=str(event.reply_to_id) if event.reply_to_id else "",
        region_code=event.region_code,
        topics=event.topics,
    )


@_to_proto.register
def _(event: ContentDeleted) -> ProtoMessage:
    return pb.ContentDeleted(content_id=str(event.content_id), author_id=str(event.author_id))


@_to_proto.register
def _(event: FollowChanged) -> ProtoMessage:
    return pb.FollowChanged(
        follower_id=str(event.follower_id),
        followee_id=str(event.followee_id),
        is_following=event.is_following,
    )


@_to_proto.register
def _(event: PostReacted) -> ProtoMessage:
    return pb.PostReacted(
        post_id=str(event.post_id),
        user_id=str(event.user_id),
        kind=post_pb2.ReactionKind.ValueType(event.kind),
        item_ids=event.item_ids,
    )
